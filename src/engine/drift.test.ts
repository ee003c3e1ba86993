import { describe, expect, it } from 'vitest';
import { fakeRelease } from './fake-deployment.ts';
import { BLUE, GREEN, PRODUCTION, RULE, TEST } from './fake-ports.ts';
import { type FakeRun, fakeRun } from './fake-run.ts';
import { currentStep, planOf } from './plan/plan-state.ts';
import type { Route, Settings } from './ports.ts';

/** A stage of a canary that lasts until something happens, and how a deployment gets and stays there. */
const STAGES = {
  'the BeforeInstall hook': { waits: 'BeforeInstall', share: undefined, test: undefined },
  Install: { waits: 'replacement', share: 0, test: undefined },
  'the AfterInstall hook': { waits: 'AfterInstall', share: 0, test: undefined },
  'the AfterAllowTestTraffic hook': { waits: 'AfterAllowTestTraffic', share: 0, test: 100 },
  'the ready wait': { waits: 'ContinueDeployment', share: 0, test: 100 },
  'the BeforeAllowTraffic hook': { waits: 'BeforeAllowTraffic', share: 0, test: 100 },
  'a canary': { waits: '10 %', share: 10, test: 100 },
  'the AfterAllowTraffic hook': { waits: 'AfterAllowTraffic', share: 100, test: 100 },
  'the termination wait': { waits: 'original stays', share: 100, test: 100 },
} as const;
type Stage = keyof typeof STAGES;

async function arrive(stage: Stage): Promise<{ readonly run: FakeRun; readonly close: () => Promise<void> }> {
  const run = fakeRun(fakeRelease(stage === 'the ready wait' ? { readyWaitMinutes: 600 } : {}));
  const hook = /the (\w+) hook/.exec(stage)?.[1];
  if (hook !== undefined) Object.assign(run.world.hooks, { [hook]: 'silent' });
  if (stage === 'Install') run.world.steady = false;
  const engine = await run.start();
  await run.until(() => run.deployment().progress.wait?.detail.startsWith(STAGES[stage].waits) === true);
  return { run, close: () => engine.close() };
}

/** Changes the world by hand as another client does, which rings, and gives how long the deployment went on. */
async function change(run: FakeRun, apply: (run: FakeRun) => unknown): Promise<number> {
  const before = run.clock.now().getTime();
  apply(run);
  run.world.ring();
  await run.until(() => run.deployment().finishedAt !== undefined);
  return (run.deployment().finishedAt ?? Infinity) - before;
}

const routeOf = (run: FakeRun, listener: string, arn = listener): Route | undefined =>
  run.world.listeners[listener]?.find((route) => route.arn === arn);
const set = (run: FakeRun, listener: string, arn: string, change: Partial<Route>) =>
  Object.assign(routeOf(run, listener, arn) ?? {}, change);
const setAction = (run: FakeRun, listener: string, arn: string, change: Settings) =>
  set(run, listener, arn, { actions: { ...routeOf(run, listener, arn)?.actions, ...change } });
const setListener = (run: FakeRun, listener: string, change: Settings) =>
  set(run, listener, listener, { listener: { ...routeOf(run, listener)?.listener, ...change } });
const remove = (run: FakeRun, listener: string, arn: string): void => {
  const routes = run.world.listeners[listener] ?? [];
  routes.splice(
    routes.findIndex((route) => route.arn === arn),
    1,
  );
};

const CHANGES: readonly (readonly [what: string, names: string, apply: (run: FakeRun) => unknown])[] = [
  ['the weights of the production listener', PRODUCTION, (run) => set(run, PRODUCTION, PRODUCTION, half())],
  ['the weights of a rule', RULE, (run) => set(run, PRODUCTION, RULE, half())],
  ['the group that a rule forwards to', RULE, (run) => set(run, PRODUCTION, RULE, { weights: { other: 1 } })],
  ['the action of the production listener', PRODUCTION, (run) => set(run, PRODUCTION, PRODUCTION, { weights: {} })],
  [
    'the stickiness of the production listener',
    PRODUCTION,
    (run) => setAction(run, PRODUCTION, PRODUCTION, { 'group stickiness': 'for 60 seconds' }),
  ],
  [
    'the stickiness of a rule',
    RULE,
    (run) => setAction(run, PRODUCTION, RULE, { 'group stickiness': 'for 60 seconds' }),
  ],
  [
    'what a rule does before it forwards',
    RULE,
    (run) => setAction(run, PRODUCTION, RULE, { 'other actions': 'authenticate-oidc {}' }),
  ],
  [
    'the stickiness of the test listener',
    TEST,
    (run) => setAction(run, TEST, TEST, { 'group stickiness': 'for 60 seconds' }),
  ],
  ['the port of the production listener', PRODUCTION, (run) => setListener(run, PRODUCTION, { port: '8443' })],
  ['the protocol of the test listener', TEST, (run) => setListener(run, TEST, { protocol: 'HTTP' })],
  ['the conditions of a rule', RULE, (run) => set(run, PRODUCTION, RULE, { match: 'priority 1, path-pattern /other' })],
  ['the priority of a rule', RULE, (run) => set(run, PRODUCTION, RULE, { match: 'priority 7, path-pattern /api/*' })],
  ['a rule by deleting it', RULE, (run) => remove(run, PRODUCTION, RULE)],
  ['the production listener by deleting it', PRODUCTION, (run) => delete run.world.listeners[PRODUCTION]],
  ['the weights of the test listener', TEST, (run) => set(run, TEST, TEST, half())],
  ['the test listener by deleting it', TEST, (run) => delete run.world.listeners[TEST]],
  [
    'the load balancer by deleting it',
    PRODUCTION,
    (run) => [PRODUCTION, TEST].map((arn) => delete run.world.listeners[arn]),
  ],
];
const half = (): Partial<Route> => ({ weights: { [BLUE]: 50, [GREEN]: 50 } });

describe.each(Object.keys(STAGES) as Stage[])('in %s', (stage) => {
  it.each(CHANGES)(
    'somebody who changes %s stops the deployment at once and is told where',
    async (_what, arn, apply) => {
      const { run, close } = await arrive(stage);

      const wentOn = await change(run, apply);
      await run.untilOver();
      await close();

      // Of fake time, so never a matter of the machine: no later look by timer found it.
      expect(wentOn).toBeLessThan(100);
      const { status, errorInformation } = run.deployment();
      expect({ status, code: errorInformation?.code }).toEqual({
        status: 'Failed',
        code: 'ELASTIC_LOAD_BALANCING_INVALID',
      });
      expect(errorInformation?.message).toContain(arn);
      expect(run.world.harms).toEqual([]);
      const begun = STAGES[stage].share !== undefined;
      expect(run.rollback()?.errorInformation).toBeUndefined();
      expect(run.rollback()?.status).toBe(begun ? 'Succeeded' : undefined);
      expect(run.world.taskSets.filter((each) => each.status !== 'DRAINING').map((each) => each.id)).toEqual([
        'ecs-svc/original',
      ]);
      for (const route of Object.values(run.world.listeners).flat())
        expect(begun ? (route.weights[GREEN] ?? 0) : 0).toBe(0);
    },
  );

  it('takes a change for none that sets what is there already, and what happens to rules of others', async () => {
    const { run, close } = await arrive(stage);
    const step = () => currentStep(planOf(run.deployment()));
    const before = step();
    for (const listener of [PRODUCTION, TEST])
      run.world.listeners[listener] = [
        ...structuredClone(run.world.listeners[listener] ?? []),
        { arn: `${listener}/foreign`, isDefault: false, match: 'priority 50', weights: { foreign: 1 } },
      ];
    run.world.ring();
    for (let times = 0; times < 10; times += 1) await run.clock.step();

    expect(run.deployment().errorInformation).toBeUndefined();
    expect(step()).toEqual(before);
    await run.stop(true);
    await run.untilOver();
    await close();
  });
});

it('says what was expected and what was found', async () => {
  const { run, close } = await arrive('a canary');
  await change(run, () => set(run, PRODUCTION, RULE, half()));
  await close();

  expect(run.deployment().errorInformation?.message).toBe(
    `The ELB could not be updated due to the following error: The rule ${RULE} of the production listener was changed outside this deployment: expected a forward to blue: 90, green: 10, found a forward to blue: 50, green: 50`,
  );
});

it.each<[what: string, says: string, apply: (run: FakeRun) => unknown]>([
  [
    'a certificate',
    `The production listener ${PRODUCTION} was changed outside this deployment: expected default certificate arn:first, found default certificate arn:other`,
    (run) => setListener(run, PRODUCTION, { 'default certificate': 'arn:other' }),
  ],
  [
    'an SSL policy',
    `The test listener ${TEST} was changed outside this deployment: expected SSL policy old, found SSL policy new`,
    (run) => setListener(run, TEST, { 'SSL policy': 'new' }),
  ],
  [
    'group stickiness',
    `The rule ${RULE} of the production listener was changed outside this deployment: expected group stickiness off, found group stickiness for 60 seconds`,
    (run) => setAction(run, PRODUCTION, RULE, { 'group stickiness': 'for 60 seconds' }),
  ],
  [
    'a forward that became a redirect',
    `The rule ${RULE} of the production listener was changed outside this deployment: expected a forward to blue: 90, green: 10, found no forward, but redirect {}`,
    (run) => set(run, PRODUCTION, RULE, { weights: {}, actions: { 'other actions': 'redirect {}' } }),
  ],
])('says what was expected and what was found of %s', async (_what, says, apply) => {
  const { run, close } = await arrive('a canary');
  await change(run, apply);
  await close();

  expect(run.deployment().errorInformation?.message).toContain(says);
});

it('looks at the test listener itself where only a rule of it is counted on, and not at what else it answers', async () => {
  const answers = { weights: {}, actions: { 'other actions': 'fixed-response {}' } };
  const rule: Route = { arn: `${TEST}/rule`, isDefault: false, match: 'priority 1', weights: { [BLUE]: 1 } };
  const run = fakeRun();
  set(run, TEST, TEST, answers);
  run.world.listeners[TEST]?.push(rule);
  const engine = await run.start();
  await run.until(() => run.deployment().progress.wait?.for === 'interval');
  setAction(run, TEST, TEST, { 'other actions': 'redirect {}' });
  run.world.ring();
  for (let times = 0; times < 10; times += 1) await run.clock.step();
  const before = run.deployment().errorInformation;
  await change(run, () => setListener(run, TEST, { port: '8443' }));
  await engine.close();

  expect(before).toBeUndefined();
  expect(run.deployment().errorInformation?.message).toContain(`The test listener ${TEST} was changed`);
  expect(run.deployment().errorInformation?.message).toContain('expected port 443, found port 8443');
});

it('judges nothing that a deployment of an older Teal has not recorded', async () => {
  const { run, close } = await arrive('a canary');
  await run.change((current) => {
    const plan = planOf(current);
    const older = (routes: readonly Route[]) => routes.map(({ actions: _a, listener: _l, ...route }) => route);
    const found = plan.found && { production: older(plan.found.production), test: older(plan.found.test) };
    return { ...current, progress: { ...current.progress, plan: { ...plan, ...(found && { found }) } } };
  });
  setAction(run, PRODUCTION, RULE, { 'group stickiness': 'for 60 seconds' });
  setListener(run, PRODUCTION, { port: '8443' });
  run.world.ring();
  await run.untilOver();
  await close();

  expect(run.deployment().status).toBe('Succeeded');
});

it('does not write over a change that was made after the last look', async () => {
  const run = fakeRun();
  const engine = await run.start((reached) => {
    if (reached === 'engine.shift.recorded') set(run, PRODUCTION, PRODUCTION, half());
  });
  await run.untilOver();
  await engine.close();

  expect(run.deployment().errorInformation?.message).toContain('expected a forward to blue: 100, green: 0');
  expect(run.world.shares.filter((share) => share > 0)).toEqual([]);
});

it('fails where the PRIMARY task set was changed before anything was created', async () => {
  const { run, close } = await arrive('the BeforeInstall hook');
  const [original] = run.world.taskSets;
  await change(run, () => {
    if (!original) return;
    original.status = 'ACTIVE';
    run.world.taskSets.push({ ...original, id: 'ecs-svc/other', arn: 'arn:task-set/other', status: 'PRIMARY' });
  });
  await close();

  expect(run.deployment().errorInformation).toMatchObject({ code: 'INVALID_ECS_SERVICE' });
  expect(run.deployment().errorInformation?.message).toContain('found arn:task-set/other');
});

it('notices a target group that is deleted, and rolls back without it', async () => {
  const { run, close } = await arrive('the AfterInstall hook');
  await change(run, () => {
    for (const routes of Object.values(run.world.listeners))
      for (const route of routes) Object.assign(route, { weights: { [BLUE]: 1 } });
    delete run.world.targetGroups['green'];
  });
  await run.untilOver();
  await close();

  expect(run.deployment().errorInformation?.message).toContain(`The target group ${GREEN}`);
  expect(run.rollback()).toMatchObject({ status: 'Succeeded' });
  expect(routeOf(run, PRODUCTION)?.weights).toEqual({ [BLUE]: 100 });
});

it('leaves production where somebody pointed it elsewhere, and takes the replacement away', async () => {
  const { run, close } = await arrive('a canary');
  await change(run, () => set(run, PRODUCTION, PRODUCTION, { weights: { maintenance: 1 } }));
  await run.untilOver();
  await close();

  expect(routeOf(run, PRODUCTION)?.weights).toEqual({ maintenance: 1 });
  expect(routeOf(run, PRODUCTION, RULE)?.weights).toEqual({ [GREEN]: 0, [BLUE]: 100 });
  expect(run.rollback()).toMatchObject({ status: 'Succeeded' });
});

it('leaves everything as it is where no rollback is configured', async () => {
  const run = fakeRun(fakeRelease({ rollbackOn: [] }));
  const engine = await run.start();
  await run.until(() => run.deployment().progress.wait?.for === 'interval');
  await change(run, () => set(run, TEST, TEST, half()));
  await engine.close();

  expect(run.rollback()).toBeUndefined();
  expect(routeOf(run, PRODUCTION)?.weights).toEqual({ [GREEN]: 10, [BLUE]: 90 });
});
