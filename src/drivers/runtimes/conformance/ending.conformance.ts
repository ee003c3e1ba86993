import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { millis, seconds } from '../../../kernel/span.ts';
import type { TaskObservation } from '../runtime.ts';
import type { RuntimeBench } from '../testing/runtime-bench.ts';
import { taskOf } from '../testing/task-of.ts';

/** How tasks end: with their essential containers, when told to, and when removed. */
export function endingConformance(bench: RuntimeBench): void {
  const { container, observe, reach, ready } = bench;

  it('stops the others when an essential container ends', async () => {
    const task = taskOf([container('side', { does: 'wait' }), container('main', { does: 'exit', code: 0 })]);

    await bench.runtime.start(task);
    const found = await reach(task.taskId, 'stopped');

    expect(found.containers.map(({ name, exitCode }) => [name, exitCode])).toEqual([
      ['side', 143],
      ['main', 0],
    ]);
  });

  it('keeps a task running when a container that is not essential ends', async () => {
    const job = container('job', { does: 'exit', code: 0 }, { essential: false });
    const task = taskOf([container('web', { does: 'wait' }), job]);

    await bench.runtime.start(task);
    await reach(task.taskId, 'running');
    const found = await eventuallyEnded('job', () => observe(task.taskId));

    expect(found.state).toBe('running');
  });

  it('tells that a container was killed from outside', async () => {
    const task = taskOf([container('web', { does: 'wait' })]);
    await bench.runtime.start(task);
    await ready(task.taskId);

    await bench.kill(task.taskId, 'web');

    expect((await reach(task.taskId, 'stopped')).containers[0]?.exitCode).toBe(137);
  });

  it('ends a task with SIGTERM and answers before it has ended', async () => {
    const task = taskOf([container('web', { does: 'wait' })]);
    await bench.runtime.start(task);
    await ready(task.taskId);

    await bench.runtime.stop(task.taskId, seconds(20));
    await bench.runtime.stop(task.taskId, seconds(20));

    expect((await reach(task.taskId, 'stopped')).containers[0]?.exitCode).toBe(143);
  });

  it('ends with SIGKILL what ignores SIGTERM, after the grace', async () => {
    const task = taskOf([container('web', { does: 'wait', ignoresTerm: true })]);
    await bench.runtime.start(task);
    await ready(task.taskId);

    await bench.runtime.stop(task.taskId, millis(5_000));
    const stopping = await observe(task.taskId);

    expect(stopping?.state).toBe('stopping');
    expect((await reach(task.taskId, 'stopped')).containers[0]?.exitCode).toBe(137);
  });

  it('takes unknown and ended tasks to stop and remove for no error', async () => {
    const task = taskOf([container('job', { does: 'exit', code: 0 })]);
    await bench.runtime.start(task);
    await reach(task.taskId, 'stopped');

    await bench.runtime.stop(task.taskId, seconds(1));
    await bench.runtime.remove(task.taskId);
    await bench.runtime.remove(task.taskId);
    await bench.runtime.stop('0'.repeat(32), seconds(1));

    expect(await bench.runtime.observe()).toEqual([]);
  });

  it('removes a task that still runs', async () => {
    const task = taskOf([container('web', { does: 'wait', ignoresTerm: true })]);
    await bench.runtime.start(task);
    await ready(task.taskId);

    await bench.runtime.remove(task.taskId);

    expect(await bench.runtime.observe()).toEqual([]);
  });
}

async function eventuallyEnded(
  name: string,
  look: () => Promise<TaskObservation | undefined>,
): Promise<TaskObservation> {
  const until = performance.now() + 60_000;
  for (;;) {
    const found = await look();
    if (found?.containers.some((one) => one.name === name && one.state === 'stopped')) return found;
    if (performance.now() > until) throw new Error(`'${name}' never ended: ${JSON.stringify(found)}`);
    await pause(10);
  }
}
