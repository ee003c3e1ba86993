import type { ContainerObservation } from './runtime.ts';
import { essentialEnded } from './observation.ts';
import type { TaskRecord } from './task-records.ts';

/** What a look at the containers adds to a task's record. */
export interface Settled {
  readonly change: Partial<TaskRecord>;
  /** The task must end now because a container it cannot be without has ended. */
  readonly endOthers: boolean;
}

/** Decides what a task's containers mean for the task; `undefined` when they mean nothing new. */
export function settle(
  record: TaskRecord,
  containers: readonly ContainerObservation[],
  now: number,
): Settled | undefined {
  if (record.stoppedAt !== undefined) return undefined;
  const haveAllRun = containers.every((one) => one.state === 'running' || one.exitCode !== undefined);
  const isStarted = record.startedAt === undefined && record.startFailure === undefined && haveAllRun;
  const isEnded = containers.every((one) => one.state === 'stopped');
  const endOthers = !isEnded && !record.stop && essentialEnded(record, containers);
  if (!isStarted && !isEnded && !endOthers) return undefined;
  return { change: { ...(isStarted && { startedAt: now }), ...(isEnded && { stoppedAt: now }) }, endOthers };
}
