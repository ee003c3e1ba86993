import type {
  ContainerObservation,
  ContainerSpec,
  Endpoint,
  TaskObservation,
  TaskSpec,
  TaskState,
  TaskUsage,
} from '../runtime.ts';

/** What a container of the fake does by itself; nothing said means that it runs until it is told to end. */
export interface FakeBehaviour {
  /** Ends with this code as soon as it has started. */
  readonly exits?: number;
  /** Lines, as soon as it has started. */
  readonly prints?: readonly string[];
  /** What it has used from the first moment on; nothing unless given. */
  readonly uses?: { readonly cpuNanos: number; readonly memoryBytes: number };
  /** Lives on after SIGTERM, until SIGKILL. */
  readonly ignoresTerm?: boolean;
}

export interface FakeContainer {
  readonly spec: ContainerSpec;
  readonly endpoints: readonly Endpoint[];
  readonly printed: string[];
  state: ContainerObservation['state'];
  exitCode?: number;
  reason?: string;
  used?: { readonly cpuNanos: number; readonly memoryBytes: number };
}

export interface FakeTask {
  readonly spec: TaskSpec;
  readonly containers: readonly FakeContainer[];
  stopAsked: boolean;
  /** When SIGKILL is due, in epoch milliseconds. */
  killAt?: number;
  startFailure?: string;
  startedAt?: number;
  stoppedAt?: number;
}

/** Tells a fake task as a runtime would. */
export const observeFake = (task: FakeTask): TaskObservation => ({
  taskId: task.spec.taskId,
  state: stateOf(task),
  containers: task.containers.map((container) => ({
    name: container.spec.name,
    state: container.state,
    ...(container.state !== 'pending' && { runtimeId: `fake-${task.spec.taskId}-${container.spec.name}` }),
    ...(container.exitCode !== undefined && { exitCode: container.exitCode }),
    ...(container.reason !== undefined && { reason: container.reason }),
    endpoints: container.state === 'running' ? container.endpoints : [],
  })),
  ...(task.startFailure !== undefined && { startFailure: task.startFailure }),
  ...(task.startedAt !== undefined && { startedAt: task.startedAt }),
  ...(task.stoppedAt !== undefined && { stoppedAt: task.stoppedAt }),
});

function stateOf(task: FakeTask): TaskState {
  if (task.stoppedAt !== undefined) return 'stopped';
  const essentialEnded = task.containers.some((one) => one.spec.essential && one.state === 'stopped');
  if (task.stopAsked || essentialEnded) return 'stopping';
  return task.startedAt === undefined ? 'starting' : 'running';
}

/** Tells what the running containers of a fake task were made to use, at a moment in epoch milliseconds. */
export const usageOfFake = ({ spec, containers }: FakeTask, at: number): TaskUsage => ({
  taskId: spec.taskId,
  containers: containers
    .filter(({ state }) => state === 'running')
    .map(({ spec: { name }, used }) => ({ name, at, cpuNanos: 0, memoryBytes: 0, ...used })),
});
