import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, expect } from 'vitest';
import type { ContainerSpec, Runtime, RuntimeOptions, TaskObservation } from '../runtime.ts';
import type { Behaviour } from './behaviour.ts';
import { greeting } from './greeting.ts';

export interface RuntimeUnderTest {
  readonly name: string;
  /** Why this machine cannot run the suite; fails it instead of skipping where `CI` is set. */
  readonly unavailable?: string | undefined;
  open(options: RuntimeOptions): Promise<Runtime>;
  /** Gives the image and command that behave so. */
  container(behaviour: Behaviour): Pick<ContainerSpec, 'image' | 'command' | 'linux'>;
  /** `false` where containers are pretended and nothing can be connected to. */
  readonly listens?: false;
  /** Ends a container's main process from outside, as the kernel's OOM killer would. */
  kill(runtime: Runtime, taskId: string, container: string): Promise<void>;
}

/** The runtime of the present test, and what the suite does with it. */
export interface RuntimeBench {
  readonly runtime: Runtime;
  /** How often the runtime has said that something changed. */
  changes: number;
  /** Closes the runtime, leaving what it runs, and opens it again. */
  readonly reopen: () => Promise<void>;
  readonly container: (name: string, behaviour: Behaviour, more?: Partial<ContainerSpec>) => ContainerSpec;
  readonly observe: (taskId: string) => Promise<TaskObservation | undefined>;
  readonly reach: (taskId: string, state: TaskObservation['state']) => Promise<TaskObservation>;
  /** Waits until the first container has set itself up: before that, a signal finds no handler. */
  readonly ready: (taskId: string) => Promise<TaskObservation>;
  /** Ends a container's main process from outside. */
  readonly kill: (taskId: string, container: string) => Promise<void>;
}

/** Opens a runtime before each test of the `describe` it is called in, and closes it when nothing is left of the test. */
export function runtimeBench(subject: RuntimeUnderTest): RuntimeBench {
  let options: RuntimeOptions;
  let runtime: Runtime;

  beforeEach(async () => {
    bench.changes = 0;
    options = {
      folder: await mkdtemp(join(tmpdir(), 'teal-runtime-')),
      instance: `test${randomBytes(4).toString('hex')}`,
      endpoint: () => 'http://127.0.0.1:4566',
      onChange: () => (bench.changes += 1),
    };
    runtime = await subject.open(options);
  });

  afterEach(async () => {
    for (const { taskId } of await runtime.observe()) await runtime.remove(taskId);
    expect(await runtime.observe()).toEqual([]);
    await runtime.close();
    await rm(options.folder, { recursive: true, force: true });
  });

  const bench: RuntimeBench = {
    get runtime() {
      return runtime;
    },
    changes: 0,
    async reopen() {
      await runtime.close();
      runtime = await subject.open(options);
    },
    container: (name, behaviour, more = {}) => ({
      name,
      environment: {},
      portMappings: behaviour.does === 'wait' ? [{ containerPort: 8080, protocol: 'tcp' }] : [],
      essential: true,
      cpu: 0,
      ...subject.container(behaviour),
      ...more,
    }),
    observe: async (taskId) => (await runtime.observe()).find((task) => task.taskId === taskId),
    async reach(taskId, state) {
      const until = performance.now() + 60_000;
      for (;;) {
        const found = await bench.observe(taskId);
        if (found?.state === state) return found;
        if (performance.now() > until) throw new Error(`never ${state}: ${JSON.stringify(found)}`);
        await pause(10);
      }
    },
    async ready(taskId) {
      const found = await bench.reach(taskId, 'running');
      const endpoint = found.containers[0]?.endpoints[0];
      if (subject.listens !== false) expect(endpoint && (await greeting(endpoint))).toBe('hello');
      return found;
    },
    kill: (taskId, container) => subject.kill(runtime, taskId, container),
  };
  return bench;
}
