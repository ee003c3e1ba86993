import { createHash } from 'node:crypto';
import { arn, parseArn } from '../../kernel/arn.ts';
import type { Scope } from '../../kernel/scope.ts';
import { invalidParameter } from './faults.ts';

/** ECS's ARNs, in the long format. Source: spec, identifiers. */
export const arns = {
  cluster: (scope: Scope, name: string) => arn('ecs', scope, `cluster/${name}`),
  capacityProvider: (scope: Scope, name: string) => arn('ecs', scope, `capacity-provider/${name}`),
  taskDefinition: (scope: Scope, family: string, revision: number) =>
    arn('ecs', scope, `task-definition/${family}:${revision}`),
  service: (scope: Scope, cluster: string, name: string) => arn('ecs', scope, `service/${cluster}/${name}`),
  taskSet: (scope: Scope, cluster: string, service: string, id: string) =>
    arn('ecs', scope, `task-set/${cluster}/${service}/${id}`),
  serviceRevision: (scope: Scope, cluster: string, service: string, digits: string) =>
    arn('ecs', scope, `service-revision/${cluster}/${service}/${digits}`),
  serviceDeployment: (scope: Scope, cluster: string, service: string, id: string) =>
    arn('ecs', scope, `service-deployment/${cluster}/${service}/${id}`),
  task: (scope: Scope, cluster: string, id: string) => arn('ecs', scope, `task/${cluster}/${id}`),
  container: (scope: Scope, cluster: string, taskId: string, id: string) =>
    arn('ecs', scope, `container/${cluster}/${taskId}/${id}`),
  serviceRole: (scope: Scope) =>
    `arn:aws:iam::${scope.account}:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS`,
};

/**
 * What names a thing inside its kind: a short name stays, an ARN loses everything up to `kind/`.
 *
 * @throws {InvalidParameterException} for an ARN of another kind or account
 */
export function nameFrom(scope: Scope, kind: string, given: string): string {
  if (!given.startsWith('arn:')) return given;
  const parsed = parseArn(given);
  if (parsed?.service !== 'ecs' || !parsed.resource.startsWith(`${kind}/`))
    throw invalidParameter('The ARN provided is invalid.');
  if (parsed.account !== scope.account) throw invalidParameter('AccountIDs mismatch');
  return parsed.resource.slice(kind.length + 1);
}

/** The last part of a name, for things whose ARNs also carry the cluster. */
export const lastPart = (name: string): string => name.slice(name.lastIndexOf('/') + 1);

/** The one instance that tasks of launch type EC2 run on: this machine, the same id every time. */
export const instanceId = (scope: Scope): string =>
  `i-${createHash('sha256').update(`${scope.account}/${scope.region}`).digest('hex').slice(0, 17)}`;
