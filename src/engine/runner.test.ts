import { describe, expect, it } from 'vitest';
import type { Deployment } from './deployment.ts';
import { fakeRelease, withoutTestListener } from './fake-deployment.ts';
import { BLUE, GREEN, PRODUCTION, RULE, TEST } from './fake-ports.ts';
import { type FakeRun, fakeRun } from './fake-run.ts';
import { currentStep, planOf } from './plan/plan-state.ts';
import { PortError } from './ports.ts';
import { requestContinue } from './requests.ts';
import { ENGINE_CHECKPOINTS, ROLLBACK_CHECKPOINTS } from './runner.ts';

const MINUTE = 60_000;
const statuses = (deployment: Deployment) => deployment.progress.events.map((event) => event.status);
const weights = ({ world }: FakeRun, listener = PRODUCTION) => world.listeners[listener]?.map((route) => route.weights);
const live = ({ world }: FakeRun) => world.taskSets.filter((set) => set.status !== 'DRAINING').map((set) => set.id);
const stepOf = (run: FakeRun) => currentStep(planOf(run.deployment()));
const reach = (run: FakeRun, kind: string) =>
  run.until(() => stepOf(run)?.kind === kind && run.deployment().status !== 'Created');

/** Runs to the end and closes the engine. */
async function complete(run: FakeRun): Promise<FakeRun> {
  const engine = await run.start();
  await run.untilOver();
  await engine.close();
  expect(run.world.harms).toEqual([]);
  return run;
}

const expectReleased = (run: FakeRun): void => {
  expect(run.deployment().errorInformation).toBeUndefined();
  expect(run.deployment().status).toBe('Succeeded');
  expect(new Set(statuses(run.deployment()))).toEqual(new Set(['Succeeded']));
  expect(weights(run)).toEqual([
    { [GREEN]: 100, [BLUE]: 0 },
    { [GREEN]: 100, [BLUE]: 0 },
  ]);
  expect(live(run)).toEqual([`ecs-svc/of-${run.id}`]);
};

const expectRestored = (run: FakeRun): void => {
  expect(run.rollback()?.errorInformation).toBeUndefined();
  expect(run.rollback()).toMatchObject({ status: 'Succeeded', creator: 'codeDeployRollback' });
  for (const route of weights(run) ?? []) expect(route[GREEN] ?? 0).toBe(0);
  expect(weights(run, TEST)?.[0]?.[GREEN] ?? 0).toBe(0);
  expect(live(run)).toEqual(['ecs-svc/original']);
  expect(run.world.taskSets[0]?.status).toBe('PRIMARY');
};

it('takes a canary from Created to Succeeded through all eight events', async () => {
  const run = await complete(fakeRun());

  expectReleased(run);
  expect(run.world.shares).toEqual([0, 10, 100]);
  expect(weights(run, TEST)).toEqual([{ [GREEN]: 100, [BLUE]: 0 }]);
  expect(statuses(run.deployment())).toHaveLength(8);
  expect(run.world.invocations.map((call) => call.event)).toHaveLength(5);
  expect(run.world.statuses).toEqual([`${run.id} InProgress`, `${run.id} Succeeded`]);
  const { startedAt = 0, finishedAt = 0 } = run.deployment();
  expect(finishedAt - startedAt).toBeGreaterThanOrEqual(10 * MINUTE);
  expect(finishedAt - startedAt).toBeLessThan(10 * MINUTE + 1000);
  expect(run.deployment().progress.original).toMatchObject({ status: 'DRAINING', trafficWeight: 0 });
  expect(run.deployment().progress.replacement).toMatchObject({ status: 'PRIMARY', trafficWeight: 100 });
});

it('shifts in linear steps without a wait after 100', async () => {
  const routing = { kind: 'linear', percentage: 30, interval: 1 } as const;
  const run = await complete(fakeRun(fakeRelease({ routing, terminationWaitMinutes: 0 })));

  expectReleased(run);
  expect(run.world.shares).toEqual([0, 30, 60, 90, 100]);
  const { startedAt = 0, finishedAt = 0 } = run.deployment();
  expect(finishedAt - startedAt).toBeLessThan(3 * MINUTE + 1000);
});

it('releases all at once, without test listener and hooks, with six events', async () => {
  const release = withoutTestListener(fakeRelease({ routing: { kind: 'allAtOnce' } }));
  const appSpec = { taskDefinition: 'app:2', containerName: 'app', containerPort: 80, hooks: {} };
  const run = await complete(fakeRun({ ...release, appSpec }));

  expectReleased(run);
  expect(statuses(run.deployment())).toHaveLength(6);
  expect(run.world.invocations).toEqual([]);
});

it('has a Succeeded target while the original waits for its termination, which a request ends', async () => {
  const run = fakeRun(fakeRelease({ terminationWaitMinutes: 2880 }));
  const engine = await run.start();
  await reach(run, 'terminationWait');
  await run.clock.step();

  expect(run.deployment()).toMatchObject({ status: 'InProgress', progress: { targetStatus: 'Succeeded' } });
  const wait = run.deployment().progress.wait;
  expect(wait?.until).toBe((wait?.since ?? 0) + 2880 * MINUTE);
  await run.change((current) => requestContinue(current, 'TERMINATION_WAIT', run.clock.now().getTime()));
  await run.untilOver();
  await engine.close();

  expectReleased(run);
});

it('is Ready at the gate until it is continued, once', async () => {
  const run = fakeRun(fakeRelease({ readyWaitMinutes: 30 }));
  const engine = await run.start();
  await reach(run, 'readyGate');

  expect(run.deployment()).toMatchObject({ status: 'Ready', progress: { targetStatus: 'Ready' } });
  const now = run.clock.now().getTime();
  const continued = requestContinue(run.deployment(), 'READY_WAIT', now);
  expect(typeof continued === 'string' ? continued : requestContinue(continued, 'READY_WAIT', now)).toBe('not-ready');
  await run.change((current) => requestContinue(current, 'READY_WAIT', now));
  await run.untilOver();
  await engine.close();

  expectReleased(run);
});

it('stops when the ready wait expires, and rolls back as for a stop on request', async () => {
  const run = await complete(fakeRun(fakeRelease({ readyWaitMinutes: 30 })));

  expect(run.deployment()).toMatchObject({
    status: 'Stopped',
    errorInformation: {
      code: 'TIMEOUT',
      message:
        'The deployment timed out while waiting for a notification to continue. This time out period is 30 minutes.',
    },
  });
  expectRestored(run);
});

it('fails at a failing hook and rolls back under a deployment of its own', async () => {
  const run = fakeRun();
  run.world.hooks.AfterAllowTestTraffic = 'Failed';
  await complete(run);

  const { rollbackInfo, errorInformation, status } = run.deployment();
  const rollbackId = rollbackInfo?.rollbackDeploymentId;
  expect(status).toBe('Failed');
  expect(errorInformation).toEqual({
    code: 'HOOK_EXECUTION_FAILURE',
    message: 'The deployment failed because one or more of the lifecycle event validation functions failed.',
  });
  expect(rollbackInfo?.rollbackMessage).toBe(
    `Deployment ${run.id} terminated. Automatic rollback is triggered with a DeploymentId ${rollbackId}.`,
  );
  expect(run.deployment().progress.events.map((event) => event.status)).toEqual([
    ...['Succeeded', 'Succeeded', 'Succeeded', 'Succeeded', 'Failed', 'Skipped', 'Skipped', 'Skipped'],
  ]);
  expect(run.deployment().progress.events[4]?.diagnostics).toMatchObject({
    errorCode: 'ScriptFailed',
    scriptName: 'AfterAllowTestTraffic',
  });
  expectRestored(run);
  expect(run.rollback()).toMatchObject({
    deploymentConfigName: 'CodeDeployDefault.ECSAllAtOnce',
    revision: { sha256: 'old' },
    rollbackInfo: {
      rollbackTriggeringDeploymentId: run.id,
      rollbackMessage: `Deployment ${rollbackId} is triggered to roll back deployment ${run.id}.`,
    },
  });
  expect(new Set(run.rollback()?.progress.events.map((event) => event.status))).toEqual(new Set(['Succeeded']));
});

it('fails a silent hook after an hour and leaves all as it is when no rollback is configured', async () => {
  const run = fakeRun(fakeRelease({ rollbackOn: [] }));
  run.world.hooks.BeforeAllowTraffic = 'silent';
  await complete(run);

  expect(run.deployment().errorInformation?.message).toBe(
    'The deployment timed out while waiting for a status callback. CodeDeploy expects a status callback within one hour after a deployment hook is invoked.',
  );
  expect(run.deployment().rollbackInfo).toBeUndefined();
  expect(live(run)).toHaveLength(2);
});

it('fails after an hour when the replacement does not become healthy', async () => {
  const run = fakeRun();
  run.world.steady = false;
  await complete(run);

  expect(run.deployment().errorInformation).toEqual({
    code: 'TIMEOUT',
    message:
      'The deployment timed out while waiting for the replacement task set to become healthy. This time out period is 60 minutes.',
  });
  expect(statuses(run.deployment()).slice(0, 3)).toEqual(['Succeeded', 'Failed', 'Skipped']);
  expectRestored(run);
});

it('stops at an alarm during the shift and names it', async () => {
  const run = fakeRun(fakeRelease({ alarms: { names: ['p99', '5xx'], ignorePollFailure: false } }));
  const engine = await run.start();
  await reach(run, 'interval');
  run.world.ringing.add('5xx').add('p99');
  await run.untilOver();
  await engine.close();

  expect(run.deployment()).toMatchObject({ status: 'Stopped', errorInformation: { code: 'ALARM_ACTIVE' } });
  expect(run.deployment().errorInformation?.message).toBe(
    'One or more alarms have been activated according to the Amazon CloudWatch metrics you selected, and the affected deployments have been stopped. Activated alarms: <p99> <5xx>',
  );
  expectRestored(run);
});

describe('a stop', () => {
  const stages = ['preflight', 'steady', 'hook', 'readyGate', 'interval', 'terminationWait'] as const;
  const prepared = (stage: string): FakeRun => {
    const run = fakeRun(fakeRelease({ readyWaitMinutes: 60, rollbackOn: [] }));
    if (stage === 'steady') run.world.steady = false;
    if (stage === 'hook') run.world.hooks.BeforeInstall = 'silent';
    return run;
  };
  const arrive = async (run: FakeRun, stage: string) => {
    const engine = await run.start();
    if (stage === 'interval' || stage === 'terminationWait') {
      await reach(run, 'readyGate');
      await run.change((current) => requestContinue(current, 'READY_WAIT', run.clock.now().getTime()));
    }
    if (stage !== 'preflight') await reach(run, stage);
    return engine;
  };

  it.each(stages)('with rollback in %s brings all traffic back to the original', async (stage) => {
    const run = prepared(stage);
    const engine = await arrive(run, stage);
    await run.stop(true);
    await run.untilOver();
    await engine.close();

    expect(run.deployment()).toMatchObject({ status: 'Stopped', errorInformation: { code: 'MANUAL_STOP' } });
    expect(run.world.harms).toEqual([]);
    expectRestored(run);
  });

  it.each(stages)('without rollback in %s leaves everything where it is', async (stage) => {
    const run = prepared(stage);
    const engine = await arrive(run, stage);
    const before = JSON.stringify([run.world.listeners, run.world.taskSets.length]);
    await run.stop(false);
    await run.untilOver();
    await engine.close();

    expect(run.deployment().status).toBe('Stopped');
    expect(run.rollback()).toBeUndefined();
    if (stage !== 'preflight') expect(JSON.stringify([run.world.listeners, run.world.taskSets.length])).toBe(before);
  });
});

describe('before anything is created', () => {
  const refused = async (spoil: (run: FakeRun) => void) => {
    const run = fakeRun();
    spoil(run);
    await complete(run);
    expect(run.world.taskSets.filter((set) => set.externalId !== undefined)).toEqual([]);
    expect(run.deployment().status).toBe('Failed');
    expect(run.rollback()).toBeUndefined();
    expect(statuses(run.deployment())[0]).toBe('Failed');
    return run.deployment().errorInformation;
  };
  const forward = (run: FakeRun, index: number, to: Record<string, number>) => {
    const route = run.world.listeners[PRODUCTION]?.[index];
    if (route) Object.assign(route, { weights: to });
  };

  it('refuses a production listener that points at the empty group', async () => {
    const error = await refused((run) => forward(run, 0, { [GREEN]: 1 }));
    expect(error).toEqual({
      code: 'ELASTIC_LOAD_BALANCING_INVALID',
      message: `The ELB could not be updated due to the following error: Primary taskset target group must be behind listener ${PRODUCTION}. It forwards to green: 1, and the PRIMARY task set is in blue; no task set of the service is in green`,
    });
  });

  it('refuses a rule that points at the empty group, and names the rule', async () => {
    const error = await refused((run) => forward(run, 1, { [GREEN]: 1 }));
    expect(error?.message).toContain(`must be behind listener ${RULE}`);
  });

  it('refuses weight on the idle group', async () => {
    const error = await refused((run) => forward(run, 0, { [BLUE]: 90, [GREEN]: 10 }));
    expect(error?.message).toBe(
      `The ELB could not be updated due to the following error: Green taskset target group cannot have non-zero weight prior to traffic shifting. ${PRODUCTION} forwards to blue: 90, green: 10`,
    );
  });

  it('refuses a third target group', async () => {
    const error = await refused((run) => forward(run, 0, { [BLUE]: 1, other: 0 }));
    expect(error?.message).toContain(`can be set on listener ${PRODUCTION}`);
  });

  it('refuses a service with another controller', async () => {
    const error = await refused((run) => (run.world.service.controller = 'ECS'));
    expect(error?.code).toBe('INVALID_ECS_SERVICE');
  });

  it('refuses a target group that is not there, and names it', async () => {
    const error = await refused((run) => delete run.world.targetGroups['green']);
    expect(error).toMatchObject({ code: 'ELASTIC_LOAD_BALANCING_INVALID' });
    expect(error?.message).toContain('The target group green was not found');
  });

  it('refuses a target group of another load balancer', async () => {
    const elsewhere = { arn: GREEN, loadBalancerArns: ['arn:other'] };
    const error = await refused((run) => Object.assign(run.world.targetGroups, { green: elsewhere }));
    expect(error?.message).toContain(`The target group ${GREEN} belongs to the load balancer arn:other`);
  });

  it('refuses a service without a PRIMARY task set', async () => {
    const error = await refused((run) => run.world.taskSets.forEach((set) => (set.status = 'ACTIVE')));
    expect(error).toMatchObject({ code: 'INVALID_ECS_SERVICE' });
    expect(error?.message).toContain('exactly one PRIMARY task set, found 0');
  });

  it('fails when the listener is missing', async () => {
    const error = await refused((run) => delete run.world.listeners[PRODUCTION]);
    expect(error?.code).toBe('ELASTIC_LOAD_BALANCING_INVALID');
    expect(error?.message).toContain(PRODUCTION);
  });
});

it('fails and names the route when weights are changed by hand during the shift', async () => {
  const run = fakeRun();
  const engine = await run.start();
  await reach(run, 'interval');
  Object.assign(run.world.listeners[PRODUCTION]?.[1] ?? {}, { weights: { [BLUE]: 50, [GREEN]: 50 } });
  await run.untilOver();
  await engine.close();

  expect(run.deployment().errorInformation?.code).toBe('ELASTIC_LOAD_BALANCING_INVALID');
  expect(run.deployment().errorInformation?.message).toContain(RULE);
  expectRestored(run);
});

it('does not roll back to an original that is gone', async () => {
  const run = fakeRun();
  const engine = await run.start();
  await reach(run, 'interval');
  run.world.taskSets.shift();
  await run.untilOver();
  await engine.close();

  expect(run.deployment()).toMatchObject({ status: 'Failed', errorInformation: { code: 'INVALID_ECS_SERVICE' } });
  expect(run.deployment().rollbackInfo?.rollbackMessage).toContain('Automatic rollback is not possible');
  expect(weights(run)?.[0]).toEqual({ [GREEN]: 10, [BLUE]: 90 });
});

it('removes what an earlier stop left in the idle group before it creates its own', async () => {
  const first = fakeRun(fakeRelease({ rollbackOn: [] }));
  first.world.hooks.AfterInstall = 'silent';
  const engine = await first.start();
  await first.until(() => first.deployment().progress.wait?.detail.startsWith('AfterInstall') === true);
  await first.stop(false);
  await first.untilOver();
  await engine.close();
  const run = fakeRun();
  run.world.taskSets.splice(
    0,
    1,
    ...first.world.taskSets.map((set) => ({
      ...set,
      ...(set.externalId && { externalId: 'd-before', arn: 'left', id: 'left' }),
    })),
  );
  await complete(run);

  expectReleased(run);
});

describe('a port that fails', () => {
  it('is asked again when it was throttled or unavailable', async () => {
    const run = fakeRun();
    for (const at of ['describe', 'create', 'routes', 'shift', 'shift', 'invoke', 'makePrimary', 'remove'] as const)
      run.world.faults.push({ at, error: new PortError('throttled', 'Rate exceeded') });
    await complete(run);

    expectReleased(run);
  });

  it.each([
    ['create', 'refused', 'ECS_UPDATE_ERROR'],
    ['create', 'forbidden', 'IAM_ROLE_PERMISSIONS'],
    ['shift', 'refused', 'ELASTIC_LOAD_BALANCING_INVALID'],
    ['invoke', 'missing', 'HOOK_EXECUTION_FAILURE'],
    ['makePrimary', 'refused', 'ECS_UPDATE_ERROR'],
    ['describe', 'missing', 'INVALID_ECS_SERVICE'],
  ] as const)('at %s with %s ends as %s', async (at, fault, code) => {
    const run = fakeRun();
    // The first look, before the deployment has begun, decides nothing.
    for (const _look of at === 'describe' ? [1, 2] : [1])
      run.world.faults.push({ at, error: new PortError(fault, 'no') });
    await complete(run);

    expect(run.deployment()).toMatchObject({ status: 'Failed', errorInformation: { code } });
  });

  it('with a defect five times in a row ends as INTERNAL_ERROR', async () => {
    const run = fakeRun();
    for (let times = 0; times < 5; times += 1) run.world.faults.push({ at: 'create', error: new TypeError('broken') });
    await complete(run);

    expect(run.deployment()).toMatchObject({ status: 'Failed', errorInformation: { code: 'INTERNAL_ERROR' } });
    expectRestored(run);
  });
});

/** Ends the engine at the nth time a checkpoint is reached, and goes on with a new one. */
async function crashAt(run: FakeRun, name: string, nth = 1): Promise<boolean> {
  let seen = 0;
  let dead = false;
  const engine = await run.start((reached) => {
    if (dead) throw new Error('dead');
    if (reached === name && (seen += 1) === nth) {
      dead = true;
      void engine.close();
      throw new Error('the process ended');
    }
  });
  await run.until(() => dead || [...run.world.deployments.values()].every((each) => each.finishedAt !== undefined));
  await engine.close();
  if (dead) await complete(run);
  return dead;
}

describe('a crash', () => {
  it.each(ENGINE_CHECKPOINTS)('at %s changes nothing about how a canary ends', async (name) => {
    for (let nth = 1; nth < 4; nth += 1) {
      const run = fakeRun();
      const crashed = await crashAt(run, name, nth);
      if (nth === 1) expect(crashed).toBe(true);
      expectReleased(run);
      expect(run.world.taskSets).toHaveLength(2);
      expect(run.world.harms).toEqual([]);
      expect(new Set(run.world.invocations.map((call) => call.executionId)).size).toBe(5);
      if (!crashed) return;
    }
  });

  it.each(ROLLBACK_CHECKPOINTS)('at %s changes nothing about how a rollback ends', async (name) => {
    const run = fakeRun();
    run.world.hooks.AfterAllowTraffic = 'Failed';

    expect(await crashAt(run, name)).toBe(true);
    expect(run.deployment().status).toBe('Failed');
    expect([...run.world.deployments.keys()]).toHaveLength(2);
    expectRestored(run);
  });
});

/** A small generator, so that a failing seed can be run again. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Somebody sets other weights on a route of one of the listeners. */
function changeByHand(run: FakeRun, next: () => number): void {
  const routes = [...(run.world.listeners[PRODUCTION] ?? []), ...(run.world.listeners[TEST] ?? [])];
  const green = [0, 50, 100][Math.floor(next() * 3)] ?? 0;
  const route = routes[Math.floor(next() * routes.length)];
  if (route) Object.assign(route, { weights: { [BLUE]: 100 - green, [GREEN]: green } });
  run.world.ring();
}

it.each(Array.from({ length: 40 }, (_, seed) => seed + 1))(
  'does no harm whatever happens when (seed %i)',
  async (seed) => {
    const next = random(seed * 7919);
    const run = fakeRun(fakeRelease({ ...(next() < 0.3 && { readyWaitMinutes: 20 }) }));
    const faults = ['describe', 'create', 'makePrimary', 'remove', 'routes', 'shift', 'invoke'] as const;
    let engine = await run.start();
    const stopAt = next() < 0.5 ? Math.floor(next() * 60) : Infinity;
    for (let step = 0; step < 400; step += 1) {
      if (step === stopAt) await run.stop(next() < 0.7);
      const at = faults[Math.floor(next() * faults.length)];
      if (at && next() < 0.05)
        run.world.faults.push({ at, error: new PortError(next() < 0.9 ? 'unavailable' : 'refused', 'no') });
      if (next() < 0.05) {
        await engine.close();
        engine = await run.start();
      }
      if (next() < 0.01 && run.deployment().finishedAt === undefined) changeByHand(run, next);
      if (!(await run.clock.step())) break;
    }
    run.world.faults.length = 0;
    await run.untilOver();
    await engine.close();

    expect(run.world.harms).toEqual([]);
    if (run.rollback()?.status === 'Succeeded') expectRestored(run);
  },
);
