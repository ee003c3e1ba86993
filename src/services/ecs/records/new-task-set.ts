import type { Tag } from '@aws-sdk/client-ecs';
import { newId } from '../../../kernel/ids.ts';
import type { Scope } from '../../../kernel/scope.ts';
import { arns } from '../arns.ts';
import { placementOf, type Placement } from './placement.ts';
import type { ServiceRecord } from './service.ts';
import type { TaskSetRecord } from './task-set.ts';

export interface NewTaskSet {
  readonly status: 'PRIMARY' | 'ACTIVE';
  readonly scale: number;
  readonly now: number;
  readonly startedBy?: string | undefined;
  readonly externalId?: string | undefined;
  readonly clientToken?: string | undefined;
  readonly tags?: Tag[] | undefined;
  readonly rolloutState?: 'IN_PROGRESS';
}

/** A set of a service as it is first recorded: a task set, or a deployment of the ECS controller. */
export function newTaskSet(
  scope: Scope,
  service: ServiceRecord,
  placement: Placement,
  { now, tags, ...members }: NewTaskSet,
): TaskSetRecord {
  const id = newId.taskSet();
  return {
    id,
    arn: arns.taskSet(scope, service.cluster, service.name, id),
    kind: service.controller === 'ECS' ? 'deployment' : 'task-set',
    cluster: service.cluster,
    service: service.name,
    ...placementOf(placement),
    ...members,
    tags: tags ?? [],
    stability: 'STABILIZING',
    stabilityAt: now,
    failedTasks: 0,
    createdAt: now,
    updatedAt: now,
  };
}
