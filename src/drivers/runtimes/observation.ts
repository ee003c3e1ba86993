import type { ContainerObservation, TaskObservation, TaskState } from './runtime.ts';
import type { TaskRecord } from './task-records.ts';

/** Puts a record and what its containers look like into what a runtime tells. */
export const observation = (record: TaskRecord, containers: readonly ContainerObservation[]): TaskObservation => ({
  taskId: record.spec.taskId,
  state: stateOf(record, containers),
  containers,
  ...(record.startFailure !== undefined && { startFailure: record.startFailure }),
  ...(record.pullStartedAt !== undefined && { pullStartedAt: record.pullStartedAt }),
  ...(record.pullStoppedAt !== undefined && { pullStoppedAt: record.pullStoppedAt }),
  ...(record.startedAt !== undefined && { startedAt: record.startedAt }),
  ...(record.stoppedAt !== undefined && { stoppedAt: record.stoppedAt }),
});

function stateOf(record: TaskRecord, containers: readonly ContainerObservation[]): TaskState {
  if (record.stoppedAt !== undefined) return 'stopped';
  if (record.stop || record.startFailure !== undefined || essentialEnded(record, containers)) return 'stopping';
  return record.startedAt === undefined ? 'starting' : 'running';
}

/** Whether the end of one container must end the task. */
export const essentialEnded = (
  record: TaskRecord,
  containers: readonly Pick<ContainerObservation, 'name' | 'state'>[],
): boolean =>
  containers.some(
    (container) =>
      container.state === 'stopped' &&
      record.spec.containers.some((one) => one.essential && one.name === container.name),
  );
