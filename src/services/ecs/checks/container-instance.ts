import type { Scope } from '../../../kernel/scope.ts';
import { nameInCluster } from '../arns.ts';
import { invalidParameter } from '../faults.ts';

/**
 * The id in a container instance's id or ARN.
 *
 * @throws {InvalidParameterException} for what cannot be one; those with dashes are of older accounts. The words of the
 *   second are assumed, after those of tasks
 */
export function instanceIdIn(scope: Scope, cluster: string, given: string): string {
  if (given.trim() === '') throw invalidParameter('Container instance can not be blank.');
  const id = nameInCluster(scope, 'container-instance', cluster, given);
  if (id.length !== 32 && id.length !== 36)
    throw invalidParameter('containerInstanceId length should be one of [32,36]');
  return id;
}
