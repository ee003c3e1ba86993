import type { Scope } from '../../../kernel/scope.ts';
import { nameInCluster } from '../arns.ts';
import { invalidParameter } from '../faults.ts';

/** @throws {InvalidParameterException} for what cannot be an id; those with dashes are of older accounts */
export function taskId(scope: Scope, cluster: string, given: string): string {
  const id = nameInCluster(scope, 'task', cluster, given);
  if (id.length !== 32 && id.length !== 36) throw invalidParameter('taskId length should be one of [32,36]');
  return id;
}
