import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { Runtime, RuntimeUsage } from '../runtime.ts';
import type { RuntimeBench } from '../testing/runtime-bench.ts';
import { taskOf } from '../testing/task-of.ts';

/** What runtimes tell of the machine and of tasks: that they run, what they print and use, how they ended. */
export function runningConformance(bench: RuntimeBench): void {
  const { container, reach, ready, reopen } = bench;

  it('tells what the machine has', () => {
    const { processors, memory, architecture, os } = bench.runtime.machine;

    expect(processors).toBeGreaterThanOrEqual(1);
    expect(Number.isInteger(memory) && memory > 128).toBe(true);
    expect([architecture, os]).toEqual([expect.stringMatching(/^\w+$/), expect.stringMatching(/^\w+$/)]);
  });

  it('runs a task and tells where its port answers', async () => {
    const task = taskOf([container('web', { does: 'wait' })]);

    await bench.runtime.start(task);
    const found = await ready(task.taskId);

    expect(found.startedAt).toBeGreaterThan(0);
    expect(found.containers).toMatchObject([
      { name: 'web', state: 'running', endpoints: [{ containerPort: 8080, protocol: 'tcp' }] },
    ]);
    expect(found.containers[0]?.runtimeId).toBeTruthy();
  });

  it('starts a task once when asked twice', async () => {
    const task = taskOf([container('web', { does: 'wait' })]);

    await Promise.all([bench.runtime.start(task), bench.runtime.start(task)]);
    const first = await reach(task.taskId, 'running');
    await bench.runtime.start(task);

    expect((await reach(task.taskId, 'running')).containers[0]?.runtimeId).toBe(first.containers[0]?.runtimeId);
    expect(await bench.runtime.observe()).toHaveLength(1);
  });

  it('tells the exit code of a container that ended by itself', async () => {
    const task = taskOf([container('job', { does: 'exit', code: 3 })]);

    await bench.runtime.start(task);
    const found = await reach(task.taskId, 'stopped');

    expect(found.containers).toMatchObject([{ name: 'job', state: 'stopped', exitCode: 3 }]);
    expect(found.startFailure).toBeUndefined();
    expect(found.stoppedAt).toBeGreaterThanOrEqual(found.startedAt ?? Infinity);
    expect(bench.changes).toBeGreaterThan(0);
  });

  it('gives what a container printed, from any place on, and after a restart', async () => {
    const prints = ['one', 'two é', 'x'.repeat(40_000), 'last'];
    const task = taskOf([container('job', { does: 'exit', code: 0, prints })]);
    await bench.runtime.start(task);
    await reach(task.taskId, 'stopped');

    const all = await readAll(bench.runtime, task.taskId, 'job');
    await reopen();
    const again = await readAll(bench.runtime, task.taskId, 'job');
    const nothing = await bench.runtime.readOutput(task.taskId, 'job', all.next);

    expect(all.messages).toEqual(prints);
    expect(again).toEqual(all);
    expect(nothing).toEqual({ lines: [], next: all.next, isAll: true });
    expect(await bench.runtime.readOutput('0'.repeat(32), 'job', undefined)).toMatchObject({ lines: [], isAll: true });
  });

  it('tells what running tasks use, and nothing of those that have ended', async () => {
    const busy = taskOf([container('idle', { does: 'wait' }), container('busy', { does: 'work' })]);
    const over = taskOf([container('job', { does: 'exit', code: 0 })]);
    for (const task of [busy, over]) await bench.runtime.start(task);
    await reach(over.taskId, 'stopped');

    const usage = await usageOnce(bench.runtime, ({ tasks }) =>
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
    await bench.runtime.start(task);
    const cpuOf = ({ tasks }: RuntimeUsage) => tasks[0]?.containers[0]?.cpuNanos ?? 0;
    const before = await usageOnce(bench.runtime, (usage) => cpuOf(usage) > 0);

    await reopen();

    expect(cpuOf(await bench.runtime.usage())).toBeGreaterThanOrEqual(cpuOf(before));
  });
}

const MIB = 1024 * 1024;

/** What the runtime's tasks use once it fits. */
async function usageOnce(runtime: Runtime, fits: (usage: RuntimeUsage) => boolean): Promise<RuntimeUsage> {
  const until = performance.now() + 60_000;
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
