import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { millis } from '../../../kernel/span.ts';
import type { RuntimeBench } from '../testing/runtime-bench.ts';
import { taskOf } from '../testing/task-of.ts';

/** What the next Teal finds of tasks, and goes on with. */
export function restartConformance(bench: RuntimeBench): void {
  const { container, observe, reach, ready, reopen } = bench;

  it('finds the same tasks again after a restart and does not start them twice', async () => {
    const task = taskOf([container('web', { does: 'wait' })]);
    await bench.runtime.start(task);
    const before = await reach(task.taskId, 'running');

    await reopen();
    await bench.runtime.start(task);

    expect(await bench.runtime.observe()).toEqual([before]);
  });

  it('tells after a restart how a task ended, and that it ended', async () => {
    const short = taskOf([container('job', { does: 'exit', code: 7 })]);
    const long = taskOf([container('web', { does: 'wait' })]);
    await bench.runtime.start(short);
    await bench.runtime.start(long);
    await reach(short.taskId, 'stopped');
    await reach(long.taskId, 'running');

    await reopen();
    bench.changes = 0;
    await bench.kill(long.taskId, 'web');
    const until = performance.now() + 60_000;
    while (bench.changes === 0 && performance.now() < until) await pause(10);

    expect(bench.changes).toBeGreaterThan(0);
    expect((await reach(long.taskId, 'stopped')).containers[0]?.exitCode).toBe(137);
    expect((await observe(short.taskId))?.containers[0]?.exitCode).toBe(7);
  });

  it('goes on stopping after a restart', async () => {
    const task = taskOf([container('web', { does: 'wait', ignoresTerm: true })]);
    await bench.runtime.start(task);
    await ready(task.taskId);
    await bench.runtime.stop(task.taskId, millis(1_000));

    await reopen();

    expect((await reach(task.taskId, 'stopped')).containers[0]?.exitCode).toBe(137);
  });
}
