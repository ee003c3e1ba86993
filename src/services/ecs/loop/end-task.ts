import type { TaskStopCode } from '@aws-sdk/client-ecs';
import type { TargetHealth } from '../../../aws/targets.ts';
import { eventText } from '../events.ts';
import { tasks, type TaskRecord } from '../records/task.ts';
import { taskSets } from '../records/task-set.ts';
import { failureOf, isNowImpaired, withFailure, type Failure } from './count-failure.ts';
import type { TaskWork } from './task-work.ts';

export interface Ending {
  readonly stopCode: TaskStopCode;
  readonly reason: string;
  readonly unhealthy?: TargetHealth;
}

/** A task that is to end: the loop takes it out of the load balancer, drains, and only then signals it. */
export const ended = (task: TaskRecord, { stopCode, reason }: Ending, now: number): TaskRecord =>
  task.desiredStatus === 'STOPPED'
    ? task
    : { ...task, desiredStatus: 'STOPPED', stopCode, stoppedReason: reason, stoppingAt: now };

/** Records that a task ends, and what its set has to know about it. */
export async function endTask(work: TaskWork, ending: Ending): Promise<void> {
  const { task, now } = work;
  const wasEnded = await recordFailure(work, ending, (current) =>
    current.desiredStatus === 'STOPPED' ? undefined : ended(current, ending, now),
  );
  if (wasEnded) tellNote(work, task, ending);
}

/**
 * Records that a check has condemned a task of a service. It goes on until the service has replaced it, or has to stop
 * it to make room.
 */
export async function condemnTask(work: TaskWork, ending: Ending): Promise<void> {
  const wasNew = await recordFailure(work, ending, (current) =>
    current.desiredStatus === 'STOPPED' || current.failing
      ? undefined
      : { ...current, failing: { reason: ending.reason } },
  );
  if (wasNew) tellNote(work, work.task, ending);
}

/** Changes the task and counts its failure, both or neither. @returns whether the task was changed */
async function recordFailure(
  work: TaskWork,
  ending: Ending,
  update: (current: TaskRecord) => TaskRecord | undefined,
): Promise<boolean> {
  const { deps, scope, task, now } = work;
  let [wasChanged, isImpaired] = [false, false];
  await deps.store.transaction(async (tx) => {
    let failure: Failure | undefined;
    await tasks(tx).change(scope, task.id, (current) => {
      const next = update(current);
      if (!next) return undefined;
      wasChanged = true;
      // One that was condemned has been counted.
      failure = current.failing ? undefined : failureOf(current, ending, now);
      return { ...next, version: current.version + 1 };
    });
    const { setId } = task;
    if (failure === undefined || setId === undefined) return;
    const counted = failure;
    await taskSets(tx).change(scope, setId, (set) => {
      const next = withFailure(set, counted, deps.clock, now);
      isImpaired = isNowImpaired(set, next);
      return next;
    });
  });
  if (isImpaired && task.setId !== undefined)
    work.tell({ what: 'note', setId: task.setId, taskId: task.id, text: eventText.impaired(task.service ?? '') });
  return wasChanged;
}

function tellNote(work: TaskWork, task: TaskRecord, ending: Ending): void {
  const text = task.failing ? undefined : noteOf(task, ending);
  if (text !== undefined && task.setId !== undefined)
    work.tell({ what: 'note', setId: task.setId, taskId: task.id, text });
}

/** Source: spec, §7.3. */
const CONTAINER_UNHEALTHY = 'Task failed container health checks';

function noteOf(task: TaskRecord, { stopCode, reason, unhealthy }: Ending): string | undefined {
  const service = task.service ?? '';
  if (stopCode === 'TaskFailedToStart') return eventText.startFailed({ service }, task.id, reason);
  if (reason === CONTAINER_UNHEALTHY) return eventText.containerUnhealthy(service, task.id);
  const target = task.targets.find(({ id, port }) => id === unhealthy?.id && port === unhealthy.port);
  if (!unhealthy || !target) return undefined;
  const because = unhealthy.description ?? unhealthy.reason ?? 'Health checks failed';
  return eventText.unhealthy(service, task.id, target.port, target.targetGroupArn, because);
}
