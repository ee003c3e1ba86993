import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { millis, seconds } from '../../kernel/span.ts';
import type {
  ContainerSpec,
  Endpoint,
  Runtime,
  RuntimeOptions,
  RuntimeUsage,
  TaskObservation,
  TaskSpec,
} from './runtime.ts';

/** What a container of the suite does; one that waits listens on tcp port 8080 and says `hello`. */
export type Behaviour =
  | { readonly does: 'wait'; readonly ignoresTerm?: boolean }
  /** Keeps a processor busy and holds 64 MiB; it does not listen. */
  | { readonly does: 'work' }
  | { readonly does: 'exit'; readonly code: number; readonly prints?: readonly string[] };

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

/** The behaviour every runtime shares; call it from a test file of the driver. */
export function runtimeConformance(subject: RuntimeUnderTest): void {
  const skip = subject.unavailable !== undefined && !process.env['CI'];
  const why = subject.unavailable === undefined ? '' : ` (${subject.unavailable})`;

  describe.skipIf(skip)(`a ${subject.name} runtime${why}`, () => {
    let options: RuntimeOptions;
    let runtime: Runtime;
    let changes = 0;

    beforeEach(async () => {
      changes = 0;
      options = {
        folder: await mkdtemp(join(tmpdir(), 'teal-runtime-')),
        instance: `test${randomBytes(4).toString('hex')}`,
        endpoint: () => 'http://127.0.0.1:4566',
        onChange: () => (changes += 1),
      };
      runtime = await subject.open(options);
    });

    afterEach(async () => {
      for (const { taskId } of await runtime.observe()) await runtime.remove(taskId);
      expect(await runtime.observe()).toEqual([]);
      await runtime.close();
      await rm(options.folder, { recursive: true, force: true });
    });

    const reopen = async (): Promise<void> => {
      await runtime.close();
      runtime = await subject.open(options);
    };
    const container = (name: string, behaviour: Behaviour, more: Partial<ContainerSpec> = {}): ContainerSpec => ({
      name,
      environment: {},
      portMappings: behaviour.does === 'wait' ? [{ containerPort: 8080, protocol: 'tcp' }] : [],
      essential: true,
      cpu: 0,
      ...subject.container(behaviour),
      ...more,
    });
    const observe = async (taskId: string): Promise<TaskObservation | undefined> =>
      (await runtime.observe()).find((task) => task.taskId === taskId);
    const reach = async (taskId: string, state: TaskObservation['state']): Promise<TaskObservation> => {
      const until = performance.now() + 20_000;
      for (;;) {
        const found = await observe(taskId);
        if (found?.state === state) return found;
        if (performance.now() > until) throw new Error(`never ${state}: ${JSON.stringify(found)}`);
        await pause(10);
      }
    };

    /** Waits until the first container has set itself up: before that, a signal finds no handler. */
    const ready = async (taskId: string): Promise<TaskObservation> => {
      const found = await reach(taskId, 'running');
      const endpoint = found.containers[0]?.endpoints[0];
      if (subject.listens !== false) expect(endpoint && (await greeting(endpoint))).toBe('hello');
      return found;
    };

    it('tells what the machine has', () => {
      const { processors, memory, architecture, os } = runtime.machine;

      expect(processors).toBeGreaterThanOrEqual(1);
      expect(Number.isInteger(memory) && memory > 128).toBe(true);
      expect([architecture, os]).toEqual([expect.stringMatching(/^\w+$/), expect.stringMatching(/^\w+$/)]);
    });

    it('runs a task and tells where its port answers', async () => {
      const task = taskOf([container('web', { does: 'wait' })]);

      await runtime.start(task);
      const found = await ready(task.taskId);

      expect(found.startedAt).toBeGreaterThan(0);
      expect(found.containers).toMatchObject([
        { name: 'web', state: 'running', endpoints: [{ containerPort: 8080, protocol: 'tcp' }] },
      ]);
      expect(found.containers[0]?.runtimeId).toBeTruthy();
    });

    it('starts a task once when asked twice', async () => {
      const task = taskOf([container('web', { does: 'wait' })]);

      await Promise.all([runtime.start(task), runtime.start(task)]);
      const first = await reach(task.taskId, 'running');
      await runtime.start(task);

      expect((await reach(task.taskId, 'running')).containers[0]?.runtimeId).toBe(first.containers[0]?.runtimeId);
      expect(await runtime.observe()).toHaveLength(1);
    });

    it('tells the exit code of a container that ended by itself', async () => {
      const task = taskOf([container('job', { does: 'exit', code: 3 })]);

      await runtime.start(task);
      const found = await reach(task.taskId, 'stopped');

      expect(found.containers).toMatchObject([{ name: 'job', state: 'stopped', exitCode: 3 }]);
      expect(found.startFailure).toBeUndefined();
      expect(found.stoppedAt).toBeGreaterThanOrEqual(found.startedAt ?? Infinity);
      expect(changes).toBeGreaterThan(0);
    });

    it('gives what a container printed, from any place on, and after a restart', async () => {
      const prints = ['one', 'two é', 'x'.repeat(40_000), 'last'];
      const task = taskOf([container('job', { does: 'exit', code: 0, prints })]);
      await runtime.start(task);
      await reach(task.taskId, 'stopped');

      const all = await readAll(runtime, task.taskId, 'job');
      await reopen();
      const again = await readAll(runtime, task.taskId, 'job');
      const nothing = await runtime.readOutput(task.taskId, 'job', all.next);

      expect(all.messages).toEqual(prints);
      expect(again).toEqual(all);
      expect(nothing).toEqual({ lines: [], next: all.next, isAll: true });
      expect(await runtime.readOutput('0'.repeat(32), 'job', undefined)).toMatchObject({ lines: [], isAll: true });
    });

    it('tells what running tasks use, and nothing of those that have ended', async () => {
      const busy = taskOf([container('idle', { does: 'wait' }), container('busy', { does: 'work' })]);
      const over = taskOf([container('job', { does: 'exit', code: 0 })]);
      for (const task of [busy, over]) await runtime.start(task);
      await reach(over.taskId, 'stopped');

      const usage = await usageOnce(runtime, ({ tasks }) =>
        tasks.some(({ containers }) => containers.some((one) => one.cpuNanos >= 5e8 && one.memoryBytes >= 64 * MIB)),
      );

      expect(usage.processors).toBeGreaterThanOrEqual(1);
      expect(usage.tasks.map(({ taskId }) => taskId)).toEqual([busy.taskId]);
      const used = Object.fromEntries(usage.tasks[0]?.containers.map(({ name, ...more }) => [name, more]) ?? []);
      expect(Object.keys(used).sort()).toEqual(['busy', 'idle']);
      expect(used['busy']?.memoryBytes).toBeLessThan(1024 * MIB);
      expect(used['busy']?.cpuNanos).toBeGreaterThan(used['idle']?.cpuNanos ?? Infinity);
    });

    it('tells of a task that it took up after a restart that it used no less than before', async () => {
      const task = taskOf([container('busy', { does: 'work' })]);
      await runtime.start(task);
      const cpuOf = ({ tasks }: RuntimeUsage) => tasks[0]?.containers[0]?.cpuNanos ?? 0;
      const before = await usageOnce(runtime, (usage) => cpuOf(usage) > 0);

      await reopen();

      expect(cpuOf(await runtime.usage())).toBeGreaterThanOrEqual(cpuOf(before));
    });

    it('stops the others when an essential container ends', async () => {
      const task = taskOf([container('side', { does: 'wait' }), container('main', { does: 'exit', code: 0 })]);

      await runtime.start(task);
      const found = await reach(task.taskId, 'stopped');

      expect(found.containers.map(({ name, exitCode }) => [name, exitCode])).toEqual([
        ['side', 143],
        ['main', 0],
      ]);
    });

    it('keeps a task running when a container that is not essential ends', async () => {
      const job = container('job', { does: 'exit', code: 0 }, { essential: false });
      const task = taskOf([container('web', { does: 'wait' }), job]);

      await runtime.start(task);
      await reach(task.taskId, 'running');
      const found = await eventuallyEnded('job', () => observe(task.taskId));

      expect(found.state).toBe('running');
    });

    it('tells that a container was killed from outside', async () => {
      const task = taskOf([container('web', { does: 'wait' })]);
      await runtime.start(task);
      await ready(task.taskId);

      await subject.kill(runtime, task.taskId, 'web');

      expect((await reach(task.taskId, 'stopped')).containers[0]?.exitCode).toBe(137);
    });

    it('ends a task with SIGTERM and answers before it has ended', async () => {
      const task = taskOf([container('web', { does: 'wait' })]);
      await runtime.start(task);
      await ready(task.taskId);

      await runtime.stop(task.taskId, seconds(20));
      await runtime.stop(task.taskId, seconds(20));

      expect((await reach(task.taskId, 'stopped')).containers[0]?.exitCode).toBe(143);
    });

    it('ends with SIGKILL what ignores SIGTERM, after the grace', async () => {
      const task = taskOf([container('web', { does: 'wait', ignoresTerm: true })]);
      await runtime.start(task);
      await ready(task.taskId);

      await runtime.stop(task.taskId, millis(1_000));
      const stopping = await observe(task.taskId);

      expect(stopping?.state).toBe('stopping');
      expect((await reach(task.taskId, 'stopped')).containers[0]?.exitCode).toBe(137);
    });

    it('takes unknown and ended tasks to stop and remove for no error', async () => {
      const task = taskOf([container('job', { does: 'exit', code: 0 })]);
      await runtime.start(task);
      await reach(task.taskId, 'stopped');

      await runtime.stop(task.taskId, seconds(1));
      await runtime.remove(task.taskId);
      await runtime.remove(task.taskId);
      await runtime.stop('0'.repeat(32), seconds(1));

      expect(await runtime.observe()).toEqual([]);
    });

    it('removes a task that still runs', async () => {
      const task = taskOf([container('web', { does: 'wait', ignoresTerm: true })]);
      await runtime.start(task);
      await ready(task.taskId);

      await runtime.remove(task.taskId);

      expect(await runtime.observe()).toEqual([]);
    });

    it('finds the same tasks again after a restart and does not start them twice', async () => {
      const task = taskOf([container('web', { does: 'wait' })]);
      await runtime.start(task);
      const before = await reach(task.taskId, 'running');

      await reopen();
      await runtime.start(task);

      expect(await runtime.observe()).toEqual([before]);
    });

    it('tells after a restart how a task ended, and that it ended', async () => {
      const short = taskOf([container('job', { does: 'exit', code: 7 })]);
      const long = taskOf([container('web', { does: 'wait' })]);
      await runtime.start(short);
      await runtime.start(long);
      await reach(short.taskId, 'stopped');
      await reach(long.taskId, 'running');

      await reopen();
      changes = 0;
      await subject.kill(runtime, long.taskId, 'web');
      const until = performance.now() + 10_000;
      while (changes === 0 && performance.now() < until) await pause(10);

      expect(changes).toBeGreaterThan(0);
      expect((await reach(long.taskId, 'stopped')).containers[0]?.exitCode).toBe(137);
      expect((await observe(short.taskId))?.containers[0]?.exitCode).toBe(7);
    });

    it('goes on stopping after a restart', async () => {
      const task = taskOf([container('web', { does: 'wait', ignoresTerm: true })]);
      await runtime.start(task);
      await ready(task.taskId);
      await runtime.stop(task.taskId, millis(1_000));

      await reopen();

      expect((await reach(task.taskId, 'stopped')).containers[0]?.exitCode).toBe(137);
    });
  });
}

const MIB = 1024 * 1024;

/** What the runtime's tasks use once it fits. */
async function usageOnce(runtime: Runtime, fits: (usage: RuntimeUsage) => boolean): Promise<RuntimeUsage> {
  const until = performance.now() + 20_000;
  for (;;) {
    const usage = await runtime.usage();
    if (fits(usage)) return usage;
    if (performance.now() > until) throw new Error(`never used so much: ${JSON.stringify(usage)}`);
    await pause(10);
  }
}

async function readAll(runtime: Runtime, taskId: string, name: string) {
  const messages: string[] = [];
  for (let next: string | undefined; ;) {
    const output = await runtime.readOutput(taskId, name, next);
    messages.push(...output.lines.map(({ message }) => message));
    next = output.next;
    if (output.isAll) return { messages, next };
  }
}

/** A task of its own in the default account. */
export function taskOf(containers: readonly ContainerSpec[], more: Partial<TaskSpec> = {}): TaskSpec {
  const taskId = randomBytes(16).toString('hex');
  return {
    account: '000000000000',
    region: 'us-east-1',
    taskId,
    clusterName: 'default',
    taskArn: `arn:aws:ecs:us-east-1:000000000000:task/default/${taskId}`,
    family: 'web',
    revision: 1,
    networkMode: 'awsvpc',
    containers,
    ...more,
  };
}

/** What a listener says, however long it takes to come up. */
async function greeting({ host, port }: Endpoint): Promise<string> {
  const until = performance.now() + 20_000;
  for (;;) {
    try {
      const socket = connect(port, host);
      let said = '';
      for await (const chunk of socket) said += String(chunk);
      return said;
    } catch (cause) {
      if (performance.now() > until) throw cause;
      await pause(10);
    }
  }
}

/** A program for `node -e` that behaves so, for runtimes that run programs. */
export function programOf(wanted: Behaviour): string {
  if (wanted.does === 'exit') {
    const printed = JSON.stringify((wanted.prints ?? []).join('\n'));
    return `process.stdout.write(${printed}, () => process.exit(${wanted.code}))`;
  }
  if (wanted.does === 'work') return 'const held = Buffer.alloc(64 * 1024 * 1024, 1); while (held.length > 0);';
  const handler = wanted.ignoresTerm ? "process.on('SIGTERM', () => undefined);" : '';
  return `${handler}require('net').createServer((s) => s.end('hello')).listen(process.env.PORT ?? 8080, process.env.HOST)`;
}

async function eventuallyEnded(
  name: string,
  look: () => Promise<TaskObservation | undefined>,
): Promise<TaskObservation> {
  const until = performance.now() + 20_000;
  for (;;) {
    const found = await look();
    if (found?.containers.some((one) => one.name === name && one.state === 'stopped')) return found;
    if (performance.now() > until) throw new Error(`'${name}' never ended: ${JSON.stringify(found)}`);
    await pause(10);
  }
}
