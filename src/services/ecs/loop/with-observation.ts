import type { TaskObservation } from '../../../drivers/runtimes/runtime.ts';
import type { TaskRecord } from '../records/task.ts';

/** A task with what was seen of it. What it had of the network and when it was pulled stays known when it has ended. */
export function withObservation(
  task: TaskRecord,
  { containers, pullStartedAt, pullStoppedAt }: Pick<TaskObservation, 'containers' | 'pullStartedAt' | 'pullStoppedAt'>,
): TaskRecord {
  const connected = containers.filter(({ endpoints, network }) => endpoints.length > 0 || network !== undefined);
  const seen = connected.map(
    ({ name, endpoints, network }) => [name, { endpoints, ...(network && { network }) }] as const,
  );
  return {
    ...task,
    containers,
    ...(seen.length > 0 && { network: { ...task.network, ...Object.fromEntries(seen) } }),
    pullStartedAt: pullStartedAt ?? task.pullStartedAt,
    pullStoppedAt: pullStoppedAt ?? task.pullStoppedAt,
  };
}
