import { expect, it } from 'vitest';
import { fakeRelease } from './fake-deployment.ts';
import { type FakeRun, fakeRun } from './fake-run.ts';
import { PortError } from './ports.ts';
import { requestContinue } from './requests.ts';
import { ENGINE_CHECKPOINTS, ROLLBACK_CHECKPOINTS } from './runner.ts';

/** Ends the engine where a checkpoint is first reached, and lets another one go on. */
async function dieAt(run: FakeRun, checkpoint: string): Promise<void> {
  let isDead = false;
  const engine = await run.start((reached) => {
    if (isDead) throw new Error('dead');
    if (reached !== checkpoint) return;
    isDead = true;
    void engine.close();
    throw new Error('the process ended');
  });
  await run.until(() => isDead);
  await engine.close();
  const next = await run.start();
  await run.untilOver();
  await next.close();
}

const told = (run: FakeRun, id = run.id) =>
  run.world.statuses.filter((one) => one.startsWith(id)).map((one) => one.slice(id.length + 1));

it.each(ENGINE_CHECKPOINTS)(
  'tells of a start and an end at least once when the process dies at %s',
  async (checkpoint) => {
    const run = fakeRun();
    await dieAt(run, checkpoint);

    expect([...new Set(told(run))]).toEqual(['InProgress', 'Succeeded']);
  },
);

it.each(ROLLBACK_CHECKPOINTS)('tells of a failure and its rollback when the process dies at %s', async (checkpoint) => {
  const run = fakeRun();
  run.world.hooks.AfterAllowTraffic = 'Failed';
  await dieAt(run, checkpoint);

  expect([...new Set(told(run))]).toEqual(['InProgress', 'Failed']);
  expect([...new Set(told(run, run.rollback()?.id))]).toEqual(['InProgress', 'Succeeded']);
});

it('tells again what could not be told, and forgets it then', async () => {
  const run = fakeRun();
  for (const fault of ['unavailable', 'throttled', 'unavailable'] as const)
    run.world.faults.push({ at: 'notices', error: new PortError(fault, 'not now') });
  const engine = await run.start();
  await run.untilOver();
  await engine.close();

  expect(told(run)).toEqual(['InProgress', 'Succeeded']);
});

it('goes on without what is refused', async () => {
  const run = fakeRun();
  run.world.faults.push({ at: 'notices', error: new PortError('refused', 'never') });
  const engine = await run.start();
  await run.untilOver();
  await engine.close();

  expect(run.deployment().status).toBe('Succeeded');
  expect(told(run)).toEqual(['Succeeded']);
});

it('tells of the wait for readiness, and of no second start after it', async () => {
  const run = fakeRun(fakeRelease({ readyWaitMinutes: 60 }));
  const engine = await run.start();
  await run.until(() => run.deployment().status === 'Ready');
  await run.change((current) => requestContinue(current, 'READY_WAIT', run.clock.now().getTime()));
  await run.untilOver();
  await engine.close();

  expect(told(run)).toEqual(['InProgress', 'Ready', 'Succeeded']);
});
