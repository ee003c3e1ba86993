import type { TaskStopCode } from '@aws-sdk/client-ecs';
import type { TargetHealth } from '../../../aws/targets.ts';
import { millis, minutes, seconds } from '../../../kernel/span.ts';
import { eventText } from '../events.ts';
import type { TaskRecord } from '../records/task.ts';
import { taskSets, type StartFailures, type TaskSetRecord } from '../records/task-set.ts';
import { change, type TaskWork } from './task-work.ts';

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
  await change(work, (current) => (current.desiredStatus === 'STOPPED' ? undefined : ended(current, ending, now)));
  const { setId } = task;
  if (setId === undefined) return;
  const text = noteOf(task, ending);
  if (text !== undefined) work.tell({ what: 'note', setId, taskId: task.id, text });
  if (ending.stopCode === 'TerminationNotice') return;
  const failures = await countFailure(work, setId, ending);
  if (failures === IMPAIRED_AT)
    work.tell({ what: 'note', setId, taskId: task.id, text: eventText.impaired(task.service ?? '') });
}

function noteOf(task: TaskRecord, { stopCode, reason, unhealthy }: Ending): string | undefined {
  const service = task.service ?? '';
  if (stopCode === 'TaskFailedToStart') return eventText.startFailed({ service }, task.id, reason);
  const target = task.targets.find(({ id, port }) => id === unhealthy?.id && port === unhealthy.port);
  if (!unhealthy || !target) return undefined;
  const because = unhealthy.description ?? unhealthy.reason ?? 'Health checks failed';
  return eventText.unhealthy(service, task.id, target.port, target.targetGroupArn, because);
}

/** A task that ended this soon after its start counts as one that never started. */
export const EARLY = seconds(10);

/** Starts that failed in a row before the service says so. */
const IMPAIRED_AT = 3;

/** @returns how many starts have now failed in a row, when this one did */
async function countFailure({ deps, scope, task, now }: TaskWork, setId: string, ending: Ending) {
  const neverRan = ending.stopCode === 'TaskFailedToStart' || task.startedAt === undefined;
  const wasEarly = ending.stopCode === 'EssentialContainerExited' && now - (task.startedAt ?? now) < EARLY;
  const failed = neverRan || wasEarly;
  const set = await taskSets(deps.store).change(scope, setId, (set) => ({
    ...set,
    failedTasks: set.failedTasks + 1,
    ...(failed && {
      startFailures: nextFailure(set, (delay) => now + deps.clock.scaled(millis(delay))),
    }),
    updatedAt: now,
  }));
  return failed ? set?.startFailures?.count : undefined;
}

/** 1 s, 2 s, 4 s and so on up to 15 minutes. Source: ECS developer guide, service throttle logic. */
function nextFailure({ startFailures }: TaskSetRecord, after: (delay: number) => number): StartFailures {
  const count = (startFailures?.count ?? 0) + 1;
  return { count, retryAt: after(Math.min(minutes(15), 1000 * 2 ** (count - 1))) };
}
