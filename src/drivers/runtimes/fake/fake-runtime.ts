import { seconds, type Millis } from '../../../kernel/span.ts';
import type { ContainerSpec, Machine, Runtime, TaskSpec } from '../runtime.ts';
import { observeFake, usageOfFake, type FakeBehaviour, type FakeContainer, type FakeTask } from './fake-task.ts';

export interface FakeRuntimeOptions {
  readonly onChange?: () => void;
  /** Tasks that outlive this object: hand the same map to the next fake to play a restart of Teal. */
  readonly world?: Map<string, FakeTask>;
  /** `false`: a task stays `starting` until `finishStart`. */
  readonly startsAlone?: boolean;
  /** `false`: a task stays `stopping` until `finishStop`. */
  readonly stopsAlone?: boolean;
  readonly behaviour?: (container: ContainerSpec) => FakeBehaviour;
  readonly refuse?: (task: TaskSpec) => string | undefined;
  /** Two processors and 4096 MiB unless given. */
  readonly machine?: Machine;
  /** Epoch milliseconds; the system's time unless given. */
  readonly now?: () => number;
}

/** A runtime in memory, and the levers a test pulls. */
export interface FakeRuntime extends Runtime {
  /** Every call to `start` that started something, in order. */
  readonly started: readonly string[];
  readonly stops: readonly { readonly taskId: string; readonly grace: Millis }[];
  finishStart(taskId: string): void;
  /** Ends a task that has not run yet, with the reason `startFailure` shows. */
  failStart(taskId: string, reason: string): void;
  finishStop(taskId: string): void;
  /** Lets a container, the first unless named, print a line. */
  print(taskId: string, line: string, container?: string): void;
  /** Lets a container, the first unless named, have used so much. */
  use(taskId: string, used: { readonly cpuNanos: number; readonly memoryBytes: number }, container?: string): void;
  /** Ends one container, the first unless named; the others follow when it is essential. */
  crash(taskId: string, exitCode?: number, container?: string): void;
}

export function createFakeRuntime(options: FakeRuntimeOptions = {}): FakeRuntime {
  const world = options.world ?? new Map<string, FakeTask>();
  const started: string[] = [];
  const stops: { taskId: string; grace: Millis }[] = [];
  const timers = new Set<NodeJS.Timeout>();
  const now = options.now ?? Date.now;
  const changed = (): void => options.onChange?.();
  const behaviour = (container: ContainerSpec): FakeBehaviour => options.behaviour?.(container) ?? {};

  const end = (task: FakeTask, container: FakeContainer, exitCode: number): void => {
    if (container.state === 'stopped') return;
    if (container.state === 'running') container.exitCode = exitCode;
    container.state = 'stopped';
    if (task.containers.every((one) => one.state === 'stopped')) task.stoppedAt = now();
    else if (container.spec.essential && options.stopsAlone !== false) terminate(task, seconds(30));
  };
  const killAll = (task: FakeTask): void => {
    for (const container of task.containers) end(task, container, 137);
  };
  const terminate = (task: FakeTask, grace: Millis): void => {
    for (const container of task.containers) {
      if (!behaviour(container.spec).ignoresTerm || container.state === 'pending') end(task, container, 143);
    }
    if (task.stoppedAt === undefined) killLater(task, Date.now() + grace);
  };
  const killLater = (task: FakeTask, at: number): void => {
    task.killAt = at;
    const timer = setTimeout(
      () => {
        timers.delete(timer);
        killAll(task);
        changed();
      },
      Math.max(0, at - Date.now()),
    );
    timers.add(timer);
  };
  for (const task of world.values()) {
    if (task.killAt !== undefined && task.stoppedAt === undefined) killLater(task, task.killAt);
  }
  const require = (taskId: string): FakeTask => {
    const task = world.get(taskId);
    if (!task) throw new Error(`the fake runtime holds no task '${taskId}'`);
    return task;
  };
  const finishStart = (taskId: string): void => {
    const task = require(taskId);
    if (task.startedAt !== undefined || task.stoppedAt !== undefined || task.stopAsked) return;
    task.startedAt = now();
    for (const container of task.containers) container.state = 'running';
    for (const container of task.containers) {
      const { exits, prints = [], uses } = behaviour(container.spec);
      container.printed.push(...prints);
      if (uses) container.used = uses;
      if (exits !== undefined) end(task, container, exits);
    }
    changed();
  };

  return {
    name: 'process',
    machine: options.machine ?? { processors: 2, memory: 4096, architecture: 'x86_64', os: 'linux' },
    started,
    stops,
    async start(spec) {
      if (world.has(spec.taskId)) return;
      started.push(spec.taskId);
      world.set(spec.taskId, newTask(spec, world.size));
      if (options.startsAlone !== false) finishStart(spec.taskId);
    },
    async stop(taskId, grace) {
      const task = world.get(taskId);
      stops.push({ taskId, grace });
      if (!task || task.stoppedAt !== undefined) return;
      task.stopAsked = true;
      if (options.stopsAlone !== false) terminate(task, grace);
      changed();
    },
    remove: async (taskId) => void world.delete(taskId),
    observe: async () => [...world.values()].map(observeFake),
    async readOutput(taskId, container, from) {
      const printed = world.get(taskId)?.containers.find(({ spec }) => spec.name === container)?.printed ?? [];
      const lines = printed.slice(Number(from ?? 0));
      return { lines: lines.map((message) => ({ message })), next: String(printed.length), isAll: true };
    },
    async usage() {
      const tasks = [...world.values()]
        .map((task) => usageOfFake(task, now()))
        .filter(({ containers }) => containers.length > 0);
      return { tasks, processors: 2 };
    },
    use(taskId, used, name) {
      const container = require(taskId).containers.find((one) => name === undefined || one.spec.name === name);
      if (container) container.used = used;
    },
    print(taskId, line, name) {
      const container = require(taskId).containers.find((one) => name === undefined || one.spec.name === name);
      container?.printed.push(line);
    },
    stats: async () => undefined,
    refuse: (task) => options.refuse?.(task),
    async close() {
      for (const timer of timers) clearTimeout(timer);
    },
    finishStart,
    failStart(taskId, reason) {
      const task = require(taskId);
      task.startFailure = reason;
      killAll(task);
      changed();
    },
    finishStop(taskId) {
      const task = require(taskId);
      for (const container of task.containers) end(task, container, 143);
      changed();
    },
    crash(taskId, exitCode = 1, name) {
      const task = require(taskId);
      const container = task.containers.find((one) => name === undefined || one.spec.name === name);
      if (container) end(task, container, exitCode);
      changed();
    },
  };
}

const newTask = (spec: TaskSpec, order: number): FakeTask => ({
  spec,
  stopAsked: false,
  containers: spec.containers.map((container, index) => ({
    spec: container,
    printed: [],
    state: 'pending',
    endpoints: container.portMappings.map(({ containerPort, protocol }, at) => ({
      containerPort,
      protocol,
      host: '127.0.0.1',
      port: 20_000 + ((order * 100 + index * 10 + at) % 40_000),
    })),
  })),
});
