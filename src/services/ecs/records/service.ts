import type {
  DeploymentConfiguration,
  PlacementConstraint,
  PlacementStrategy,
  PropagateTags,
  SchedulingStrategy,
  Tag,
} from '@aws-sdk/client-ecs';
import type { Scope } from '../../../kernel/scope.ts';
import type { Records, Transaction } from '../../../store/store.ts';
import { nameInCluster } from '../arns.ts';
import { serviceNotActive, serviceNotFound } from '../faults.ts';
import type { ClusterRecord } from './cluster.ts';
import type { Placement } from './placement.ts';

export interface EventRecord {
  readonly id: string;
  readonly at: number;
  readonly message: string;
}

/** Kept under `cluster/name`, below its cluster. */
export interface ServiceRecord extends Placement {
  readonly name: string;
  readonly cluster: string;
  readonly arn: string;
  readonly status: 'ACTIVE' | 'DRAINING' | 'INACTIVE';
  readonly controller: 'ECS' | 'CODE_DEPLOY' | 'EXTERNAL';
  /** Empty for an EXTERNAL service that has no primary task set. */
  readonly taskDefinition: string;
  readonly desiredCount: number;
  readonly deploymentConfiguration: DeploymentConfiguration;
  readonly schedulingStrategy: SchedulingStrategy;
  readonly healthCheckGracePeriodSeconds: number;
  readonly placementConstraints: PlacementConstraint[];
  readonly placementStrategy: PlacementStrategy[];
  readonly propagateTags: PropagateTags;
  readonly enableECSManagedTags: boolean;
  readonly enableExecuteCommand: boolean;
  readonly availabilityZoneRebalancing: 'ENABLED' | 'DISABLED';
  readonly tags: Tag[];
  readonly clientToken?: string | undefined;
  /** Of the request with the client token. */
  readonly requestDigest?: string | undefined;
  /** The id of the newest service deployment, under the ECS controller. */
  readonly currentDeployment?: string | undefined;
  readonly createdBy: string;
  readonly createdAt: number;
  /** Newest first, 100 at most. */
  readonly events: readonly EventRecord[];
}

export const services = (tx: Transaction): Records<ServiceRecord> => tx.records('ecs_services');

export const serviceKey = ({ cluster, name }: { readonly cluster: string; readonly name: string }): string =>
  `${cluster}/${name}`;

/** Finds a service of a cluster by name or ARN. */
export async function findService(
  tx: Transaction,
  scope: Scope,
  cluster: string,
  given: string,
): Promise<ServiceRecord | undefined> {
  return services(tx).get(scope, `${cluster}/${nameInCluster(scope, 'service', cluster, given)}`);
}

/** @throws {ServiceNotFoundException} @throws {ServiceNotActiveException} */
export async function requireActiveService(
  tx: Transaction,
  scope: Scope,
  { name }: ClusterRecord,
  given: string,
): Promise<ServiceRecord> {
  const found = await findService(tx, scope, name, given);
  if (!found) throw serviceNotFound();
  if (found.status !== 'ACTIVE') throw serviceNotActive();
  return found;
}
