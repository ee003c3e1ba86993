import { expect, it } from 'vitest';
import { minutes, seconds } from '../kernel/span.ts';
import { type Release, isTerminal } from './deployment.ts';
import { decideByLimit } from './decide/native-rules.ts';
import { fakeDeployment, fakeHook, fakeNativeRelease } from './fake-deployment.ts';
import { BLUE, GREEN, nativeWorld, RULE, TEST_RULE } from './fake-ports.ts';
import { fakeRun, type FakeRun } from './fake-run.ts';
import type { hookPayload } from './hook-payload.ts';
import { compilePlan } from './plan/compile-plan.ts';
import { currentStep, planOf } from './plan/plan-state.ts';
import { PortError } from './ports.ts';
import { newDeployment } from './requests.ts';
import { NATIVE_CHECKPOINTS } from './runner.ts';
import { continueStageHook } from './stage-hooks.ts';

const kinds = (release: Release) => compilePlan(release).steps.map(({ kind, event }) => `${kind} ${event ?? ''}`);

function nativeRun(release = fakeNativeRelease()): FakeRun {
  const run = fakeRun(release);
  nativeWorld(run.world);
  return run;
}

async function complete(run: FakeRun): Promise<void> {
  const engine = await run.start();
  await run.untilOver();
  await engine.close();
}

const hooksOf = (run: FakeRun) => run.deployment().progress.stageHooks ?? [];
const stageOf = (run: FakeRun) => currentStep(planOf(run.deployment()))?.event;

function expectReleased(run: FakeRun): void {
  expect(run.deployment()).toMatchObject({ status: 'Succeeded' });
  expect(run.world.listeners[RULE]?.[0]?.weights).toEqual({ [GREEN]: 100, [BLUE]: 0 });
  expect(run.world.taskSets.map(({ targetGroupArn }) => targetGroupArn)).toEqual([GREEN]);
  expect(run.world.harms).toEqual([]);
}

function expectRestored(run: FakeRun): void {
  expect(run.rollback()).toMatchObject({ status: 'Succeeded' });
  expect(run.world.listeners[RULE]?.[0]?.weights[BLUE]).not.toBe(0);
  expect(run.world.listeners[RULE]?.[0]?.weights[GREEN] ?? 0).toBe(0);
  expect(run.world.listeners[TEST_RULE]?.[0]?.weights[GREEN] ?? 0).toBe(0);
  expect(run.world.taskSets.map(({ targetGroupArn }) => targetGroupArn)).toEqual([BLUE]);
  expect(run.world.harms).toEqual([]);
}

it('goes through the stages in order, with a hook at every step of production traffic', () => {
  expect(kinds(fakeNativeRelease())).toEqual([
    'preflight PRE_SCALE_UP',
    'prepareTraffic SCALE_UP',
    'createTaskSet SCALE_UP',
    'steady SCALE_UP',
    'stageHook POST_SCALE_UP',
    'shiftTest TEST_TRAFFIC_SHIFT',
    'shift PRODUCTION_TRAFFIC_SHIFT',
    'stageHook PRODUCTION_TRAFFIC_SHIFT',
    'interval PRODUCTION_TRAFFIC_SHIFT',
    'shift PRODUCTION_TRAFFIC_SHIFT',
    'stageHook PRODUCTION_TRAFFIC_SHIFT',
    'bake BAKE_TIME',
    'terminateOriginal CLEAN_UP',
    'gone CLEAN_UP',
  ]);
});

it('gives traffic back and removes what is left first where there are more revisions', () => {
  expect(kinds(fakeNativeRelease({ reconciles: true })).slice(0, 4)).toEqual([
    'restoreProduction RECONCILE_SERVICE',
    'restoreTest RECONCILE_SERVICE',
    'reconcile RECONCILE_SERVICE',
    'preflight PRE_SCALE_UP',
  ]);
});

it('moves no traffic in a first deployment, or without a load balancer', () => {
  const { native, ...release } = fakeNativeRelease();
  if (!native) throw new Error('no native release');
  const { source: _none, ...first } = native;

  expect(kinds({ ...release, native: first })).toEqual([
    'createTaskSet SCALE_UP',
    'steady SCALE_UP',
    'stageHook POST_SCALE_UP',
  ]);
  expect(kinds(fakeNativeRelease({ hooks: [] }, { productionListenerArn: '' }))).toEqual([
    'createTaskSet SCALE_UP',
    'steady SCALE_UP',
    'bake BAKE_TIME',
    'terminateOriginal CLEAN_UP',
    'gone CLEAN_UP',
  ]);
});

it('takes a canary to its end, and tells its hooks the weights of each step', async () => {
  const run = nativeRun();
  await complete(run);

  expectReleased(run);
  expect(run.world.shares).toEqual([0, 10, 100]);
  const payloads = run.world.payloads as ReturnType<typeof hookPayload>[];
  expect(payloads.map(({ executionDetails }) => executionDetails.productionTrafficWeights)).toEqual([
    {},
    { 'arn:revision/green': 10, 'arn:revision/blue': 90 },
    { 'arn:revision/green': 100, 'arn:revision/blue': 0 },
  ]);
});

it.each(NATIVE_CHECKPOINTS)('ends as it would have after a crash at %s', async (name) => {
  const run = nativeRun();
  let dead = false;
  const engine = await run.start((reached) => {
    if (dead) throw new Error('dead');
    if (reached !== name) return;
    dead = true;
    void engine.close();
    throw new Error('the process ended');
  });
  await run.until(() => dead || isTerminal(run.deployment().status));
  await engine.close();
  expect(dead).toBe(true);
  await complete(run);

  expectReleased(run);
  expect(new Set(hooksOf(run).map(({ step }) => step)).size).toBe(3);
});

it('asks a function again after the delay that it named, with the details that it added', async () => {
  const run = nativeRun(fakeNativeRelease({ hooks: [fakeHook({ stages: ['PRE_SCALE_UP'], details: { for: 'me' } })] }));
  run.world.answers['arn:function'] = [
    { status: 'IN_PROGRESS', callAgainAfter: seconds(90), details: { job: 7 } },
    { status: 'SUCCEEDED' },
  ];
  const startedAt = run.clock.now().getTime();
  const engine = await run.start();
  await run.until(() => run.world.payloads.length === 2);
  const askedAgainAt = run.clock.now().getTime();
  await run.untilOver();
  await engine.close();

  expect(askedAgainAt - startedAt).toBeGreaterThanOrEqual(90_000);
  expect(run.world.payloads).toMatchObject([{ hookDetails: { for: 'me' } }, { hookDetails: { for: 'me', job: 7 } }]);
  expectReleased(run);
});

it('asks a function that could not be reached again, and fails when it never will be', async () => {
  const unreachable = nativeRun();
  unreachable.world.faults.push({ at: 'call', error: new PortError('throttled', 'slow down') });
  await complete(unreachable);
  expectReleased(unreachable);

  const gone = nativeRun();
  gone.world.faults.push({ at: 'call', error: new PortError('missing', 'Function not found') });
  await complete(gone);
  expect(gone.deployment().errorInformation?.message).toContain('Function not found');
  expectRestored(gone);
});

it.each(['ROLLBACK', 'CONTINUE'] as const)(
  'does what is configured when a function never says: %s',
  async (onTimeout) => {
    const run = nativeRun(fakeNativeRelease({ hooks: [fakeHook({ stages: ['POST_SCALE_UP'], onTimeout })] }));
    run.world.answers['arn:function'] = ['silent'];
    await complete(run);

    expect(hooksOf(run)[0]?.status).toBe('TIMED_OUT');
    if (onTimeout === 'CONTINUE') return expectReleased(run);
    expect(run.deployment().errorInformation?.message).toContain('timed out after 60 minutes');
    expectRestored(run);
  },
);

it('hears of a stop while a function is called, and rolls back at once', async () => {
  const run = nativeRun(fakeNativeRelease({ hooks: [fakeHook({ stages: ['PRODUCTION_TRAFFIC_SHIFT'] })] }));
  run.world.answers['arn:function'] = ['silent', { status: 'FAILED' }];
  const engine = await run.start();
  await run.until(() => run.world.payloads.length === 1);
  const stoppedAt = run.clock.now().getTime();
  await run.stop(true);
  await run.until(() => run.world.listeners[RULE]?.[0]?.weights[GREEN] === 0);
  expect(run.clock.now().getTime() - stoppedAt).toBeLessThan(seconds(5));
  await run.untilOver();
  await engine.close();

  // The hook that hears of the rollback fails, which does not hold it up.
  expect(run.world.payloads).toHaveLength(2);
  expectRestored(run);
});

it('waits at a pause until somebody says how to go on', async () => {
  const pause = fakeHook({ kind: 'PAUSE', stages: ['POST_SCALE_UP'], timeoutMinutes: 20_160 });
  const run = nativeRun(fakeNativeRelease({ hooks: [pause] }));
  const engine = await run.start();
  await run.until(() => hooksOf(run)[0]?.status === 'AWAITING_ACTION');
  const id = hooksOf(run)[0]?.id ?? '';
  expect(continueStageHook(run.deployment(), 'other', 'CONTINUE', 0)).toBe('unknown-hook');
  await run.change((current) => continueStageHook(current, id, 'CONTINUE', run.clock.now().getTime()));
  await run.untilOver();
  await engine.close();

  expect(continueStageHook(run.deployment(), id, 'CONTINUE', 0)).toBe('not-waiting');
  expectReleased(run);
});

it('is judged by alarms from the first new task on, unless one was active before it began', async () => {
  const alarms = { names: ['errors'], ignorePollFailure: true };
  const judged = nativeRun(fakeNativeRelease({}, { alarms }));
  const engine = await judged.start();
  await judged.until(() => stageOf(judged) === 'BAKE_TIME');
  judged.world.ringing.add('errors');
  await judged.untilOver();
  await engine.close();
  expect(judged.deployment().errorInformation?.code).toBe('ALARM_ACTIVE');
  expectRestored(judged);

  const active = nativeRun(fakeNativeRelease({}, { alarms }));
  active.world.ringing.add('errors');
  await complete(active);
  expectReleased(active);
});

it.each([true, false])('ends when the circuit breaker trips, with rollback: %s', async (breakerRollsBack) => {
  const run = nativeRun(fakeNativeRelease({ breakerRollsBack }));
  run.world.steady = false;
  const engine = await run.start();
  await run.until(() => run.world.taskSets.length === 2);
  const [, green] = run.world.taskSets;
  if (green) green.failures = { count: 3, threshold: 3 };
  run.world.ring();
  await run.untilOver();
  await engine.close();

  expect(run.deployment().errorInformation?.code).toBe('CUSTOMER_APPLICATION_UNHEALTHY');
  if (breakerRollsBack) return expectRestored(run);
  expect(run.rollback()).toBeUndefined();
});

it('goes back when somebody else changes the rule of production', async () => {
  const run = nativeRun();
  const engine = await run.start();
  await run.until(() => stageOf(run) === 'BAKE_TIME');
  const [route] = run.world.listeners[RULE] ?? [];
  Object.assign(route ?? {}, { weights: { [GREEN]: 50, [BLUE]: 50 } });
  run.world.ring();
  await run.untilOver();
  await engine.close();

  expect(run.deployment().errorInformation?.message).toContain('was changed outside this deployment');
  expectRestored(run);
});

it('cannot be stopped any more once the original is being removed', async () => {
  const run = nativeRun();
  await complete(run);

  expect(minutes(5)).toBeLessThanOrEqual((run.deployment().finishedAt ?? 0) - (run.deployment().startedAt ?? 0));
  await run.stop(true);
  expectReleased(run);
});

it('reconciles only when the revision that serves has all its tasks, where what is left shares its target group', async () => {
  const run = nativeRun(fakeNativeRelease({ reconciles: true }));
  const [original] = run.world.taskSets;
  if (!original) throw new Error('there is no original');
  run.world.taskSets.push({ ...original, id: 'left', arn: 'arn:task-set/left', status: 'ACTIVE' });
  original.isSteady = false;
  const engine = await run.start();
  await run.until(() => run.deployment().progress.wait?.for === 'install');
  expect(stageOf(run)).toBe('RECONCILE_SERVICE');
  expect(run.world.taskSets).toHaveLength(2);
  original.isSteady = true;
  run.world.taskSets.splice(1, 1);
  run.world.ring();
  await run.untilOver();
  await engine.close();

  expectReleased(run);
});

it('fails once thirty days are over, and not before', () => {
  const created = newDeployment(fakeDeployment(fakeNativeRelease()), 0);
  const running = { ...created, status: 'InProgress' as const, startedAt: 0 };
  const late = (now: number) => decideByLimit(running, now, (span) => span);

  expect(late(minutes(30 * 24 * 60) - 1)).toBeUndefined();
  expect(late(minutes(30 * 24 * 60))).toMatchObject({ do: 'end', error: { code: 'TIMEOUT' }, rollBack: true });
});
