import { millis, minutes, seconds } from '../../../kernel/span.ts';
import type { Clock } from '../../../kernel/clock.ts';
import type { TaskRecord } from '../records/task.ts';
import type { TaskSetRecord } from '../records/task-set.ts';
import type { Ending } from './end-task.ts';

/** A task that ended this soon after its start counts as one that never started. */
export const EARLY = seconds(10);

/** Rounds of failed starts in a row before the service says so. */
const IMPAIRED_AT = 3;

export type Failure = 'start' | 'health';

/**
 * How a task failed its deployment, if it did: it could not be started, did not stay up, or was condemned by a check.
 * One that ran well and ended later is only replaced. Source: ECS API Reference, Deployment, failedTasks.
 */
export function failureOf(task: TaskRecord, { stopCode }: Ending, now: number): Failure | undefined {
  if (stopCode === 'ServiceSchedulerInitiated') return 'health';
  if (stopCode === 'TerminationNotice') return undefined;
  if (stopCode === 'TaskFailedToStart' || task.startedAt === undefined) return 'start';
  return stopCode === 'EssentialContainerExited' && now - task.startedAt < EARLY ? 'start' : undefined;
}

/** The set once a failure is counted; failed starts make it wait. */
export const withFailure = (set: TaskSetRecord, failure: Failure, clock: Clock, now: number): TaskSetRecord => ({
  ...set,
  failedTasks: set.failedTasks + 1,
  ...(failure === 'start' && { startFailures: nextRound(set, clock, now) }),
  updatedAt: now,
});

export const isNowImpaired = (before: TaskSetRecord, after: TaskSetRecord): boolean =>
  after.startFailures?.count === IMPAIRED_AT && before.startFailures?.count !== IMPAIRED_AT;

/**
 * 1 s, 2 s, 4 s and so on up to 15 minutes; tasks that were started together and all failed are one round. Source: ECS
 * developer guide, service throttle logic.
 */
function nextRound({ startFailures }: TaskSetRecord, clock: Clock, now: number): TaskSetRecord['startFailures'] {
  if (startFailures && now < startFailures.retryAt) return startFailures;
  const count = (startFailures?.count ?? 0) + 1;
  return { count, retryAt: now + clock.scaled(millis(Math.min(minutes(15), 1000 * 2 ** (count - 1)))) };
}
