import type { ContainerImage } from '@aws-sdk/client-ecs';
import type { Scope } from '../../../kernel/scope.ts';
import type { Records, Transaction } from '../../../store/store.ts';
import { arns } from '../arns.ts';
import { placementOf, type Placement } from './placement.ts';
import { serviceKey, type ServiceRecord } from './service.ts';
import { findTaskDefinition } from './task-definition.ts';

/**
 * What a service runs, or ran, under the ECS controller: never changed once made. Kept under its digits, below its
 * service. The tasks of a revision are those of the set `ecs-svc/DIGITS`.
 */
export interface ServiceRevisionRecord extends Placement {
  /** Nineteen digits. */
  readonly id: string;
  readonly arn: string;
  readonly cluster: string;
  readonly service: string;
  /** The target group that its tasks are in, where that is not the one of its load balancer entry. */
  readonly resolvedTargetGroup?: string | undefined;
  readonly containerImages: readonly ContainerImage[];
  readonly createdAt: number;
}

export const serviceRevisions = (tx: Transaction): Records<ServiceRevisionRecord> =>
  tx.records('ecs_service_revisions');

/** The set that runs a revision has the same digits. Source: spec, identifiers. */
export const setIdOf = (revisionId: string): string => `ecs-svc/${revisionId}`;
export const revisionIdOf = (setId: string): string => setId.slice('ecs-svc/'.length);

/** Where the tasks of a revision run: the placement with the target group that they are in. */
export const resolvedPlacement = (placement: Placement, targetGroupArn: string | undefined): Placement => {
  const [entry, ...others] = placement.loadBalancers;
  if (!entry || targetGroupArn === undefined) return placementOf(placement);
  return { ...placementOf(placement), loadBalancers: [{ ...entry, targetGroupArn }, ...others] };
};

/** Records what a set runs as a revision, or finds that it was. */
export async function ensureRevision(
  tx: Transaction,
  scope: Scope,
  service: Pick<ServiceRecord, 'cluster' | 'name'>,
  set: Placement & { readonly id: string; readonly createdAt: number },
  resolvedTargetGroup?: string,
): Promise<ServiceRevisionRecord> {
  const id = revisionIdOf(set.id);
  const known = await serviceRevisions(tx).get(scope, id);
  if (known) return known;
  const { definition } = (await findTaskDefinition(tx, scope, set.taskDefinition)) ?? {};
  const made: ServiceRevisionRecord = {
    id,
    arn: arns.serviceRevision(scope, service.cluster, service.name, id),
    cluster: service.cluster,
    service: service.name,
    ...placementOf(set),
    ...(resolvedTargetGroup !== undefined && { resolvedTargetGroup }),
    containerImages: (definition?.containerDefinitions ?? []).map(({ name, image }) => ({
      containerName: name,
      image,
    })),
    createdAt: set.createdAt,
  };
  await serviceRevisions(tx).insert(scope, id, made, { parent: serviceKey(service) });
  return made;
}
