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
  /** Of the one that a cluster has. */
  containerInstance: (scope: Scope, cluster: string, id = containerInstanceId(scope, cluster)) =>
    arn('ecs', scope, `container-instance/${cluster}/${id}`),
  container: (scope: Scope, cluster: string, taskId: string, id: string) =>
    arn('ecs', scope, `container/${cluster}/${taskId}/${id}`),
  serviceRole: (scope: Scope) =>
    `arn:aws:iam::${scope.account}:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS`,
};

/** As errors call them. Source: recorded for services, tasks and task sets; the others are assumed. */
const KINDS = {
  cluster: 'Cluster',
  'capacity-provider': 'Capacity Provider',
  'container-instance': 'Container Instance',
  'task-definition': 'Task Definition',
  service: 'Service',
  'service-deployment': 'Service Deployment',
  'service-revision': 'Service Revision',
  'task-set': 'Task Set',
  task: 'Task',
};

export type Kind = keyof typeof KINDS;

/**
 * What names a thing inside its kind: a short name stays, an ARN loses everything up to `kind/`.
 *
 * @throws {InvalidParameterException} for an ARN of another kind or account
 */
export function nameFrom(scope: Scope, kind: Kind, given: string): string {
  if (!given.startsWith('arn:')) return given;
  const parsed = parseArn(given);
  if (parsed?.service !== 'ecs' || !parsed.resource.startsWith(`${kind}/`))
    throw invalidParameter(`${KINDS[kind]} Identifier is invalid`);
  if (parsed.account !== scope.account) throw invalidParameter('AccountIDs mismatch');
  // Assumed, after what ECS says of clusters.
  if (parsed.region !== scope.region) throw wrongPlace('region', parsed.region, scope.region);
  return parsed.resource.slice(kind.length + 1);
}

const wrongPlace = (what: string, given: string, own: string): Error =>
  invalidParameter(`Invalid identifier: Identifier is for ${what} ${given}. Your ${what} is ${own}`);

type KindInCluster = 'service' | 'task' | 'container-instance';

/**
 * The name or id of what is in a cluster.
 *
 * @throws {InvalidParameterException} also for an ARN that names another cluster; short ARNs name none
 */
export function nameInCluster(scope: Scope, kind: KindInCluster, cluster: string, given: string): string {
  const name = nameFrom(scope, kind, given);
  const [named = '', ...rest] = name.split('/');
  if (given.startsWith('arn:') && rest.length > 0 && named !== cluster) throw wrongPlace('cluster', named, cluster);
  return lastPart(name);
}

/** The last part of a name, for things whose ARNs also carry the cluster. */
export const lastPart = (name: string): string => name.slice(name.lastIndexOf('/') + 1);

/** The one instance that tasks of launch type EC2 run on: this machine, the same id every time. */
export const instanceId = (scope: Scope): string => `i-${digits(`${scope.account}/${scope.region}`).slice(0, 17)}`;

/** The same machine as an instance of one cluster: 32 hexadecimal digits, the same every time. */
export const containerInstanceId = (scope: Scope, cluster: string): string =>
  digits(`${scope.account}/${scope.region}/${cluster}`).slice(0, 32);

const digits = (text: string): string => createHash('sha256').update(text).digest('hex');
