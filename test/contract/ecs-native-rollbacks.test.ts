import { CloudWatchClient, PutMetricAlarmCommand, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import type { DeploymentConfiguration } from '@aws-sdk/client-ecs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { failuresOf, NativeYard, type NativeService } from '../support/native-yard.ts';
import { startTestTeal, type TestTeal } from '../support/teal.ts';

/** Of one test, in milliseconds: each runs whole deployments. */
const LIMIT = 600_000;

let teal: TestTeal;
let yard: NativeYard;
beforeAll(async () => {
  teal = await startTestTeal();
  yard = await NativeYard.open(teal, teal.data);
});
afterAll(() => teal.close());

const CANARY = {
  strategy: 'CANARY',
  bakeTimeInMinutes: 0,
  canaryConfiguration: { canaryPercent: 10, canaryBakeTimeInMinutes: 1440 },
} satisfies DeploymentConfiguration;
const BLUE_GREEN = { strategy: 'BLUE_GREEN', bakeTimeInMinutes: 1440 } satisfies DeploymentConfiguration;

/** A service whose first version runs, under traffic. */
async function served(name: string) {
  const service = await yard.front(name);
  const made = await yard.create(service, { strategy: 'BLUE_GREEN', bakeTimeInMinutes: 0 });
  await yard.reach(made.currentServiceDeployment, 'SUCCESSFUL');
  return { service, traffic: yard.traffic(service), first: made.deployments?.[0]?.id ?? '' };
}

/** Nothing failed, and all is as it was before. */
async function expectRestored(service: NativeService, traffic: ReturnType<typeof yard.traffic>) {
  await traffic.stop();
  expect(failuresOf(traffic)).toEqual([]);
  expect(await yard.weights(service, service.production)).toEqual([100, 0]);
  expect(await yard.running(service)).toEqual([`${service.name}:1`]);
  const { taskDefinition, deployments } = await yard.describe(service);
  expect(taskDefinition).toMatch(/:1$/);
  expect(deployments).toMatchObject([{ status: 'PRIMARY', rolloutState: 'COMPLETED' }]);
}

it(
  'goes back when a hook fails, at once, and tells the hooks of traffic that it has',
  async () => {
    const { service, traffic, first } = await served('failing');
    const arn = await yard.release(service, await yard.define('failing', 'v2'), {
      ...BLUE_GREEN,
      lifecycleHooks: [
        yard.hook(['TEST_TRAFFIC_SHIFT', 'PRODUCTION_TRAFFIC_SHIFT']),
        yard.hook(['POST_PRODUCTION_TRAFFIC_SHIFT'], { answer: 'FAILED' }),
      ],
    });

    const done = await yard.reach(arn, 'ROLLBACK_SUCCESSFUL');

    expect(done.statusReason).toContain('ECS deployment failed: lifecycle hook failed.');
    expect(done.rollback?.serviceRevisionArn).toContain(first.slice(8));
    expect(done.targetServiceRevision).toMatchObject({
      runningTaskCount: 0,
      requestedProductionTrafficWeight: 0,
      requestedTestTrafficWeight: 0,
    });
    expect(done.lifecycleHookDetails?.map(({ status }) => status)).toEqual([
      'SUCCEEDED',
      'SUCCEEDED',
      'FAILED',
      'SUCCEEDED',
      'SUCCEEDED',
    ]);
    const green = done.targetServiceRevision?.arn ?? '';
    const told = await yard.told(arn);
    expect(told.slice(3).map(({ lifecycleStage }) => lifecycleStage)).toEqual([
      'PRODUCTION_TRAFFIC_SHIFT',
      'TEST_TRAFFIC_SHIFT',
    ]);
    expect(told[3]?.executionDetails.productionTrafficWeights[green]).toBe(0);
    expect(told[4]?.executionDetails.testTrafficWeights[green]).toBe(0);
    expect(await yard.weights(service, service.test)).toEqual([100, 0]);
    await expectRestored(service, traffic);
    const events = await yard.events(service);
    expect(events).toContain(`(service failing) rolling back to deployment ${first}.`);
    await yard.remove(service);
  },
  LIMIT,
);

it(
  'pauses until it is continued, and goes back when that is the answer',
  async () => {
    const { service, traffic } = await served('pausing');
    const arn = await yard.release(service, await yard.define('pausing', 'v2'), {
      ...BLUE_GREEN,
      lifecycleHooks: [
        {
          targetType: 'PAUSE',
          lifecycleStages: ['POST_SCALE_UP', 'POST_PRODUCTION_TRAFFIC_SHIFT'],
          timeoutConfiguration: { timeoutInMinutes: 20_000 },
        },
      ],
    });
    const waiting = (stage: string) =>
      yard.until(
        `a pause at ${stage}`,
        arn,
        (one) => one.lifecycleStage === stage && one.lifecycleHookDetails?.at(-1)?.status === 'AWAITING_ACTION',
      );
    const early = await waiting('POST_SCALE_UP');
    const [pause] = early.lifecycleHookDetails ?? [];
    expect(pause).toMatchObject({ targetType: 'PAUSE', timeoutAction: 'ROLLBACK' });
    expect(pause?.expiresAt).toBeInstanceOf(Date);
    expect(await yard.weights(service, service.production)).toEqual([100, 0]);

    await expect(yard.go(arn, 'no-such-hook')).rejects.toMatchObject({ name: 'InvalidParameterException' });
    await yard.go(arn, pause?.hookId);
    const late = await waiting('POST_PRODUCTION_TRAFFIC_SHIFT');
    expect(await yard.weights(service, service.production)).toEqual([0, 100]);
    await expect(yard.go(arn, pause?.hookId)).rejects.toMatchObject({ name: 'ConflictException' });
    await yard.go(arn, late.lifecycleHookDetails?.at(-1)?.hookId, 'ROLLBACK');

    const done = await yard.reach(arn, 'ROLLBACK_SUCCESSFUL');
    expect(done.lifecycleHookDetails?.map(({ status }) => status)).toEqual(['SUCCEEDED', 'FAILED']);
    await expectRestored(service, traffic);
    await yard.remove(service);
  },
  LIMIT,
);

it(
  'goes back when it is stopped in a canary, and after an abort with the next deployment',
  async () => {
    const { service, traffic } = await served('stopping');
    const canary = async (version: string) => {
      const arn = await yard.release(service, await yard.define('stopping', version), CANARY);
      await yard.until('the canary', arn, (one) => one.targetServiceRevision?.requestedProductionTrafficWeight === 10);
      return arn;
    };
    const stopped = await canary('v2');
    await yard.stop(stopped);
    const done = await yard.reach(stopped, 'ROLLBACK_SUCCESSFUL');
    expect(done.statusReason).toBe('ECS deployment failed: deployment stopped.');
    expect(await yard.weights(service, service.production)).toEqual([100, 0]);

    const aborted = await canary('v3');
    await yard.stop(aborted, 'ABORT');
    await yard.reach(aborted, 'STOPPED');
    expect(await yard.weights(service, service.production)).toEqual([90, 10]);
    await expect(yard.stop(aborted)).rejects.toMatchObject({ name: 'ConflictException' });

    const next = await yard.release(service, await yard.define('stopping', 'v4'), {
      strategy: 'BLUE_GREEN',
      bakeTimeInMinutes: 0,
      lifecycleHooks: [yard.hook(['RECONCILE_SERVICE'])],
    });
    await yard.reach(next, 'SUCCESSFUL');
    expect((await yard.told(next)).map(({ lifecycleStage }) => lifecycleStage)).toEqual(['RECONCILE_SERVICE']);
    await eventually('v4', () => (traffic.samples.at(-1)?.version === 'v4' ? true : undefined));
    await traffic.stop();
    expect(failuresOf(traffic)).toEqual([]);
    await eventually('v4 alone', async () => (await yard.running(service)).join() === 'stopping:4' || undefined);
    await yard.remove(service);
  },
  LIMIT,
);

it(
  'is superseded by another update, which first gives all traffic back to what was deployed wholly',
  async () => {
    const { service, traffic } = await served('superseded');
    const first = await yard.release(service, await yard.define('superseded', 'v2'), BLUE_GREEN);
    await yard.atStage(first, 'BAKE_TIME');

    const second = await yard.release(service, await yard.define('superseded', 'v3'), {
      strategy: 'BLUE_GREEN',
      bakeTimeInMinutes: 0,
    });

    expect((await yard.deployment(first)).status).toBe('STOPPED');
    const done = await yard.reach(second, 'SUCCESSFUL');
    expect(done.sourceServiceRevisions).toHaveLength(2);
    await eventually('v3', () => (traffic.samples.at(-1)?.version === 'v3' ? true : undefined));
    await traffic.stop();
    expect(failuresOf(traffic)).toEqual([]);
    await eventually('v3 alone', async () => {
      const running = await yard.running(service);
      return running.length === 1 && running[0] === 'superseded:3' ? true : undefined;
    });
    await yard.remove(service);
  },
  LIMIT,
);

it(
  'goes back when an alarm is active while it bakes',
  async () => {
    const { service, traffic } = await served('alarmed');
    const cloudwatch = new CloudWatchClient({
      endpoint: teal.url,
      region: 'us-east-1',
      credentials: { accessKeyId: teal.account, secretAccessKey: 'secret' },
    });
    await cloudwatch.send(
      new PutMetricAlarmCommand({
        AlarmName: 'errors',
        Namespace: 'App',
        MetricName: 'Errors',
        Statistic: 'Sum',
        Period: 3600,
        EvaluationPeriods: 24,
        Threshold: 1,
        ComparisonOperator: 'GreaterThanThreshold',
        TreatMissingData: 'ignore',
      }),
    );
    const arn = await yard.release(service, await yard.define('alarmed', 'v2'), {
      ...BLUE_GREEN,
      alarms: { alarmNames: ['errors'], enable: true, rollback: true },
    });
    await yard.atStage(arn, 'BAKE_TIME');
    await cloudwatch.send(new SetAlarmStateCommand({ AlarmName: 'errors', StateValue: 'ALARM', StateReason: 'test' }));
    cloudwatch.destroy();

    const done = await yard.reach(arn, 'ROLLBACK_SUCCESSFUL');

    expect(done).toMatchObject({
      statusReason: 'ECS deployment failed: alarm detected.',
      alarms: { status: 'TRIGGERED', triggeredAlarmNames: ['errors'] },
    });
    await expectRestored(service, traffic);
    await yard.remove(service);
  },
  LIMIT,
);

it(
  'goes back when the circuit breaker trips while the new revision starts',
  async () => {
    const { service, traffic } = await served('broken');
    const arn = await yard.release(service, await yard.define('broken', 'v2', ['/nowhere/to/be/found']), {
      ...BLUE_GREEN,
      deploymentCircuitBreaker: { enable: true, rollback: true, thresholdConfiguration: { type: 'COUNT', value: 2 } },
    });

    const done = await yard.reach(arn, 'ROLLBACK_SUCCESSFUL');

    expect(done).toMatchObject({
      statusReason: 'ECS deployment circuit breaker: tasks failed to start.',
      deploymentCircuitBreaker: { status: 'TRIGGERED', threshold: 2, failureCount: 2 },
    });
    await expectRestored(service, traffic);
    await yard.remove(service);
  },
  LIMIT,
);
