import { DescribeServiceRevisionsCommand } from '@aws-sdk/client-ecs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { failuresOf, NativeYard, versionForTests } from '../support/native-yard.ts';
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

const digitsOf = (arn = '') => arn.slice(arn.lastIndexOf('/') + 1);

it(
  'takes a blue/green deployment through its stages and hooks, twice, without a failed request',
  async () => {
    const service = await yard.front('bluegreen');
    const hooks = [
      yard.hook(['PRE_SCALE_UP', 'POST_SCALE_UP', 'POST_PRODUCTION_TRAFFIC_SHIFT'], { rounds: 1, for: 'me' }),
      yard.hook(['TEST_TRAFFIC_SHIFT', 'PRE_PRODUCTION_TRAFFIC_SHIFT', 'PRODUCTION_TRAFFIC_SHIFT']),
    ];
    const made = await yard.create(
      service,
      { strategy: 'BLUE_GREEN', bakeTimeInMinutes: 0 },
      { desiredCount: 2, taskDefinition: await yard.define('bluegreen', 'v1') },
    );
    const first = await yard.reach(made.currentServiceDeployment, 'SUCCESSFUL');
    expect(first.sourceServiceRevisions).toEqual([]);
    const traffic = yard.traffic(service);

    const arn = await yard.release(service, await yard.define('bluegreen', 'v2'), {
      strategy: 'BLUE_GREEN',
      bakeTimeInMinutes: 3,
      lifecycleHooks: hooks,
    });
    const baking = await yard.atStage(arn, 'BAKE_TIME');

    expect(await versionForTests(service.url)).toBe('v2');
    expect(await yard.weights(service, service.production)).toEqual([0, 100]);
    expect(baking).toMatchObject({
      status: 'IN_PROGRESS',
      targetServiceRevision: {
        requestedTaskCount: 2,
        runningTaskCount: 2,
        requestedProductionTrafficWeight: 100,
        requestedTestTrafficWeight: 100,
      },
      sourceServiceRevisions: [
        {
          arn: first.targetServiceRevision?.arn,
          requestedTaskCount: 2,
          runningTaskCount: 2,
          requestedProductionTrafficWeight: 0,
          requestedTestTrafficWeight: 0,
        },
      ],
    });
    expect(baking.lifecycleHookDetails?.map(({ status }) => status)).toEqual(
      Array.from({ length: 6 }, () => 'SUCCEEDED'),
    );
    const done = await yard.reach(arn, 'SUCCESSFUL');
    expect(done.lifecycleStage).toBe('CLEAN_UP');
    expect(await yard.running(service)).toEqual(['bluegreen:3', 'bluegreen:3']);

    const [green = '', blue = ''] = [done.targetServiceRevision?.arn, first.targetServiceRevision?.arn];
    const told = await yard.told(arn);
    expect(told.map(({ lifecycleStage }) => lifecycleStage)).toEqual([
      'PRE_SCALE_UP',
      'PRE_SCALE_UP',
      'POST_SCALE_UP',
      'POST_SCALE_UP',
      'TEST_TRAFFIC_SHIFT',
      'PRE_PRODUCTION_TRAFFIC_SHIFT',
      'PRODUCTION_TRAFFIC_SHIFT',
      'POST_PRODUCTION_TRAFFIC_SHIFT',
      'POST_PRODUCTION_TRAFFIC_SHIFT',
    ]);
    const details = { serviceArn: done.serviceArn, targetServiceRevisionArn: green };
    const none = { testTrafficWeights: {}, productionTrafficWeights: {} };
    expect(told[0]).toEqual({
      executionId: told[1]?.executionId,
      lifecycleStage: 'PRE_SCALE_UP',
      resourceArn: arn,
      executionDetails: { ...details, ...none },
      hookDetails: { rounds: 1, for: 'me' },
    });
    expect(told[1]?.hookDetails).toEqual({ rounds: 0, for: 'me' });
    expect(told[4]?.executionDetails).toEqual({ ...details, ...none, testTrafficWeights: { [green]: 100, [blue]: 0 } });
    expect(told[5]?.executionDetails.productionTrafficWeights).toEqual({ [green]: 0, [blue]: 100 });
    expect(told[6]?.executionDetails.productionTrafficWeights).toEqual({ [green]: 100, [blue]: 0 });

    const again = await yard.release(service, await yard.define('bluegreen', 'v3'), { lifecycleHooks: [] });
    await yard.reach(again, 'SUCCESSFUL');
    await eventually('v3', () => (traffic.samples.at(-1)?.version === 'v3' ? true : undefined));
    expect(await yard.weights(service, service.production)).toEqual([100, 0]);
    const revision = (await yard.deployment(again)).targetServiceRevision?.arn ?? '';
    const { serviceRevisions } = await teal.ecs.send(
      new DescribeServiceRevisionsCommand({ serviceRevisionArns: [revision, green] }),
    );
    expect(serviceRevisions?.map((one) => one.resolvedConfiguration?.loadBalancers?.[0]?.targetGroupArn)).toEqual(
      service.groups,
    );
    await traffic.stop();
    expect(failuresOf(traffic)).toEqual([]);
    const events = await yard.events(service);
    const id = `ecs-svc/${digitsOf(revision)}`;
    expect(events).toContain(`(service bluegreen) (deployment ${id}) deployment completed.`);
    await eventually('one deployment', async () => {
      const { deployments = [] } = await yard.describe(service);
      return deployments.length === 1 && deployments[0]?.rolloutState === 'COMPLETED' ? true : undefined;
    });
    await yard.remove(service);
  },
  LIMIT,
);

it(
  'shifts a canary by the default rule, in tenths of a percent, and then all',
  async () => {
    const service = await yard.front('canary', true);
    const configuration = {
      strategy: 'CANARY' as const,
      bakeTimeInMinutes: 0,
      canaryConfiguration: { canaryPercent: 12.5, canaryBakeTimeInMinutes: 2 },
    };
    const made = await yard.create(service, configuration);
    await yard.reach(made.currentServiceDeployment, 'SUCCESSFUL');
    const traffic = yard.traffic(service);

    const arn = await yard.release(service, await yard.define('canary', 'v2'), configuration);
    const shifting = await yard.until(
      'the canary',
      arn,
      (one) => one.targetServiceRevision?.requestedProductionTrafficWeight === 12.5,
    );

    expect(shifting.lifecycleStage).toBe('PRODUCTION_TRAFFIC_SHIFT');
    expect(shifting.sourceServiceRevisions?.[0]?.requestedProductionTrafficWeight).toBe(87.5);
    expect(await yard.weights(service, service.production)).toEqual([875, 125]);
    await yard.reach(arn, 'SUCCESSFUL');
    expect(await yard.weights(service, service.production)).toEqual([0, 100]);
    await traffic.stop();
    expect(failuresOf(traffic)).toEqual([]);
    expect(new Set(traffic.samples.map(({ version }) => version))).toEqual(new Set(['v1', 'v2']));
    await yard.remove(service);
  },
  LIMIT,
);

it(
  'shifts linearly, calls the hook at every step, and waits between the steps only',
  async () => {
    const service = await yard.front('linear');
    const configuration = {
      strategy: 'LINEAR' as const,
      bakeTimeInMinutes: 0,
      linearConfiguration: { stepPercent: 40, stepBakeTimeInMinutes: 1 },
      lifecycleHooks: [yard.hook(['PRODUCTION_TRAFFIC_SHIFT'])],
    };
    const made = await yard.create(service, configuration);
    await yard.reach(made.currentServiceDeployment, 'SUCCESSFUL');
    const traffic = yard.traffic(service);

    const arn = await yard.release(service, await yard.define('linear', 'v2'));
    const done = await yard.reach(arn, 'SUCCESSFUL');

    const green = done.targetServiceRevision?.arn ?? '';
    const told = await yard.told(arn);
    expect(told.map(({ executionDetails }) => executionDetails.productionTrafficWeights[green])).toEqual([40, 80, 100]);
    await traffic.stop();
    expect(failuresOf(traffic)).toEqual([]);
    await yard.remove(service);
  },
  LIMIT,
);
