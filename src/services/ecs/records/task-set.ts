import type { Tag } from '@aws-sdk/client-ecs';
import type { Scope } from '../../../kernel/scope.ts';
import type { Records, Transaction } from '../../../store/store.ts';
import { lastPart, nameFrom } from '../arns.ts';
import { serviceKey, type ServiceRecord } from './service.ts';
import type { Placement } from './placement.ts';

/** Starts that failed one after another, and when the next may be tried. */
export interface StartFailures {
  readonly count: number;
  readonly retryAt: number;
}

/**
 * A group of like tasks of one service: a task set, or a deployment of the ECS controller. Kept under its id, below
 * its service.
 */
export interface TaskSetRecord extends Placement {
  /** `ecs-svc/` and nineteen digits. */
  readonly id: string;
  readonly arn: string;
  readonly kind: 'task-set' | 'deployment';
  readonly cluster: string;
  readonly service: string;
  readonly status: 'PRIMARY' | 'ACTIVE' | 'DRAINING';
  /** Percent of the service's desired count. */
  readonly scale: number;
  readonly startedBy?: string | undefined;
  readonly externalId?: string | undefined;
  readonly clientToken?: string | undefined;
  readonly tags: Tag[];
  readonly stability: 'STEADY_STATE' | 'STABILIZING';
  readonly stabilityAt: number;
  /** Of a deployment only. */
  readonly rolloutState?: 'IN_PROGRESS' | 'COMPLETED' | 'FAILED' | undefined;
  /** Where it is not the usual one. */
  readonly rolloutReason?: string | undefined;
  /** A deployment that shifts traffic keeps it at its scale; otherwise the rolling update counts its tasks. */
  readonly keepsScale?: boolean | undefined;
  /** In a row, without one that became healthy between them. */
  readonly failedTasks: number;
  readonly startFailures?: StartFailures | undefined;
  /** What the machine lacks for its tasks, and when the service's events last said so. */
  readonly unplaced?: { readonly shortage: 'CPU' | 'MEMORY' | 'PORTS'; readonly toldAt: number } | undefined;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export const taskSets = (tx: Transaction): Records<TaskSetRecord> => tx.records('ecs_task_sets');

export const taskSetsOf = (tx: Transaction, scope: Scope, service: ServiceRecord): Promise<TaskSetRecord[]> =>
  taskSets(tx).list(scope, serviceKey(service));

/** The id in a task set's id or ARN. */
export function taskSetId(scope: Scope, given: string): string {
  const name = nameFrom(scope, 'task-set', given);
  return `ecs-svc/${lastPart(name)}`;
}

/** Its tasks are counted by its scale: a task set, or a revision of a deployment that shifts traffic. */
export const countsByScale = ({ kind, keepsScale }: Pick<TaskSetRecord, 'kind' | 'keepsScale'>): boolean =>
  kind === 'task-set' || keepsScale === true;

/** How many tasks a set wants: its share of the service's, rounded up. */
export const computedDesiredCount = (service: Pick<ServiceRecord, 'desiredCount'>, scale: number): number =>
  Math.ceil((service.desiredCount * scale) / 100);
