import type { DeploymentConfiguration } from '@aws-sdk/client-ecs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SAMPLE_APP } from '../../src/cli/demo/sample-app.ts';
import { refusal } from '../support/elb-stack.ts';
import { eventually } from '../support/eventually.ts';
import { failuresOf, NativeYard, type NativeService } from '../support/native-yard.ts';
import { startTestTeal, type TestTeal } from '../support/teal.ts';

/** Of one test, in milliseconds: each runs whole deployments. */
const LIMIT = 180_000;

let teal: TestTeal;
let yard: NativeYard;
beforeAll(async () => {
  teal = await startTestTeal();
  yard = await NativeYard.open(teal, teal.data);
});
afterAll(() => teal.close());

const AT_ONCE = { strategy: 'BLUE_GREEN', bakeTimeInMinutes: 0, lifecycleHooks: [] } satisfies DeploymentConfiguration;
/** Takes its time to end: what is removed is there for a while. */
const LINGERING = [
  process.execPath,
  '-e',
  `${SAMPLE_APP}
   process.removeAllListeners('SIGTERM').on('SIGTERM', () => setTimeout(() => process.exit(0), 5000));`,
];

type Stages = NonNullable<NonNullable<DeploymentConfiguration['lifecycleHooks']>[number]['lifecycleStages']>;
/** The stages at which a deployment can be made to stay. */
const STAGES = [
  'PRE_SCALE_UP',
  'POST_SCALE_UP',
  'POST_TEST_TRAFFIC_SHIFT',
  'PRE_PRODUCTION_TRAFFIC_SHIFT',
  'POST_PRODUCTION_TRAFFIC_SHIFT',
] satisfies Stages;

const pausingAt = (...lifecycleStages: Stages) =>
  ({ ...AT_ONCE, lifecycleHooks: [{ targetType: 'PAUSE', lifecycleStages }] }) satisfies DeploymentConfiguration;

const pausedAt = (arn: string | undefined, stage: string) =>
  yard.until(
    `a pause at ${stage}`,
    arn,
    (one) => one.lifecycleStage === stage && one.lifecycleHookDetails?.at(-1)?.status === 'AWAITING_ACTION',
  );

/** A service whose first version runs, under traffic. */
async function served(name: string, command?: string[]) {
  const service = await yard.front(name);
  const made = await yard.create(service, AT_ONCE, { taskDefinition: await yard.define(name, 'v1', command) });
  await yard.reach(made.currentServiceDeployment, 'SUCCESSFUL');
  const release = async (version: string, configuration: DeploymentConfiguration, program?: string[]) =>
    yard.release(service, await yard.define(name, version, program), configuration);
  return { service, traffic: yard.traffic(service), release };
}

/** Only this version is left, and has all traffic; every request had an answer. */
async function expectAlone(service: NativeService, traffic: ReturnType<typeof yard.traffic>, version: string) {
  await eventually(`${version} alone`, async () => {
    const running = await yard.running(service);
    const { deployments = [] } = await yard.describe(service);
    const isServed = traffic.samples.at(-1)?.version === version;
    return running.length === 1 && deployments.length === 1 && isServed ? true : undefined;
  });
  expect(failuresOf(traffic)).toEqual([]);
}

it.concurrent(
  'gives way to a newer one at every stage that comes before the end, and nothing of it is left',
  async () => {
    const { service, traffic, release } = await served('anywhere');
    let version = 1;
    for (const stage of STAGES) {
      const first = await release(`v${(version += 1)}`, pausingAt(stage));
      await pausedAt(first, stage);
      const second = await release(`v${(version += 1)}`, AT_ONCE);

      expect(await yard.deployment(first)).toMatchObject({ status: 'STOPPED' });
      await yard.reach(second, 'SUCCESSFUL');
      await expectAlone(service, traffic, `v${version}`);
    }
    await traffic.stop();
    await yard.remove(service);
  },
  LIMIT,
);

/** Superseded again before it has tasks, and when it has some: what it began with is what traffic stays with. */
async function supersedeTwice({ traffic, release }: Awaited<ReturnType<typeof served>>, from: number) {
  const untested = await release(`v${from}`, pausingAt('PRE_SCALE_UP'));
  await pausedAt(untested, 'PRE_SCALE_UP');
  const waiting = await release(`v${from + 1}`, pausingAt('POST_SCALE_UP'));
  await pausedAt(waiting, 'POST_SCALE_UP');
  const last = await release(`v${from + 2}`, pausingAt('POST_SCALE_UP'));
  await pausedAt(last, 'POST_SCALE_UP');
  const before = traffic.samples.length;
  await eventually('an answer', () => (traffic.samples.length > before ? true : undefined));
  const versions = new Set(traffic.samples.map(({ version }) => version));
  const stages = [untested, waiting].map(async (arn) => (await yard.deployment(arn)).status);
  expect(await Promise.all(stages)).toEqual(['STOPPED', 'STOPPED']);
  await yard.go(last, (await yard.deployment(last)).lifecycleHookDetails?.at(-1)?.hookId);
  await yard.reach(last, 'SUCCESSFUL');
  return versions;
}

it.concurrent(
  'keeps traffic with the version that was deployed when it is superseded while the former one goes',
  async () => {
    const one = await served('cleaning', LINGERING);
    const second = await one.release('v2', AT_ONCE);
    await yard.atStage(second, 'CLEAN_UP');

    const versions = await supersedeTwice(one, 3);

    expect(await yard.deployment(second)).toMatchObject({ status: 'STOPPED' });
    expect([...versions]).toEqual(['v1', 'v2']);
    await expectAlone(one.service, one.traffic, 'v5');
    await one.traffic.stop();
    await yard.remove(one.service);
  },
  LIMIT,
);

it.concurrent(
  'keeps traffic with the version that is brought back when it is superseded while it goes back',
  async () => {
    const one = await served('returning');
    const failing = {
      ...AT_ONCE,
      lifecycleHooks: [yard.hook(['POST_PRODUCTION_TRAFFIC_SHIFT'], { answer: 'FAILED' })],
    };
    const second = await one.release('v2', failing, LINGERING);
    await yard.until(
      'its rollback',
      second,
      ({ status, lifecycleStage }) => status === 'ROLLBACK_IN_PROGRESS' && lifecycleStage === 'CLEAN_UP',
    );

    // What was under way on it when traffic went back may be answered late.
    await eventually('twenty answers in a row of the version before', () => {
      const last = one.traffic.samples.slice(-20);
      return last.length === 20 && last.every(({ version }) => version === 'v1') ? true : undefined;
    });
    const back = one.traffic.samples.length;
    const versions = await supersedeTwice(one, 3);

    expect(await yard.deployment(second)).toMatchObject({ status: 'STOPPED' });
    expect([...versions].filter((version) => version !== 'v2')).toEqual(['v1']);
    expect(one.traffic.samples.slice(back).every(({ version }) => version !== 'v2')).toBe(true);
    await expectAlone(one.service, one.traffic, 'v5');
    await one.traffic.stop();
    await yard.remove(one.service);
  },
  LIMIT,
);

it.concurrent(
  'takes the place of a first version whose tasks never start',
  async () => {
    const service = await yard.front('stillborn');
    const broken = await yard.define('stillborn', 'v1', ['/nowhere/to/be/found']);
    const made = await yard.create(service, AT_ONCE, { taskDefinition: broken });
    await yard.atStage(made.currentServiceDeployment, 'SCALE_UP');

    const waiting = await yard.release(service, await yard.define('stillborn', 'v2'), pausingAt('POST_SCALE_UP'));
    await pausedAt(waiting, 'POST_SCALE_UP');
    const last = await yard.release(service, await yard.define('stillborn', 'v3'), AT_ONCE);
    await yard.reach(last, 'SUCCESSFUL');

    const traffic = yard.traffic(service);
    await expectAlone(service, traffic, 'v3');
    await traffic.stop();
    await yard.remove(service);
  },
  LIMIT,
);

it.concurrent(
  'cannot be stopped, one way or the other, once what served before goes',
  async () => {
    const { service, traffic, release } = await served('late', LINGERING);
    const arn = await release('v2', AT_ONCE);
    await yard.atStage(arn, 'CLEAN_UP');

    for (const stopType of ['ROLLBACK', 'ABORT'] as const)
      expect(await refusal(yard.stop(arn, stopType))).toMatchObject({ name: 'ConflictException' });

    await yard.reach(arn, 'SUCCESSFUL');
    await expectAlone(service, traffic, 'v2');
    await traffic.stop();
    await yard.remove(service);
  },
  LIMIT,
);

it.concurrent(
  'goes back or stays where it is when it is stopped, at every stage that comes before the end',
  async () => {
    const { service, traffic, release } = await served('stopped');
    let version = 1;
    for (const stage of STAGES) {
      const current = `v${version}`;
      const stopped = await release(`v${(version += 1)}`, pausingAt(stage));
      await pausedAt(stopped, stage);
      await yard.stop(stopped);
      await yard.reach(stopped, 'ROLLBACK_SUCCESSFUL');
      await expectAlone(service, traffic, current);

      const aborted = await release(`v${(version += 1)}`, pausingAt(stage));
      await pausedAt(aborted, stage);
      const weights = await yard.weights(service, service.production);
      await yard.stop(aborted, 'ABORT');
      await yard.reach(aborted, 'STOPPED');
      expect(await yard.weights(service, service.production)).toEqual(weights);
      await yard.reach(await release(`v${(version += 1)}`, AT_ONCE), 'SUCCESSFUL');
      await expectAlone(service, traffic, `v${version}`);
    }
    await traffic.stop();
    await yard.remove(service);
  },
  LIMIT,
);
