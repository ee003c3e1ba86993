import { PutScalingPolicyCommand } from '@aws-sdk/client-application-auto-scaling';
import { PutMetricAlarmCommand, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { failuresOf, NativeYard } from '../support/native-yard.ts';
import { ScalingYard } from '../support/scaling-yard.ts';
import { startTestTeal, type TestTeal } from '../support/teal.ts';

const LIMIT = 400_000;

let teal: TestTeal;
let yard: NativeYard;
let scaling: ScalingYard;
beforeAll(async () => {
  teal = await startTestTeal({ timeScale: 60 });
  yard = await NativeYard.open(teal, teal.data);
  scaling = new ScalingYard(teal);
});
afterAll(async () => {
  scaling.close();
  await teal.close();
});

/** A policy that takes one task away while an alarm says that there is little to do. */
async function shrinkWhenIdle(service: string): Promise<void> {
  const { PolicyARN = '' } = await scaling.scaling.send(
    new PutScalingPolicyCommand({
      ...scaling.place(service),
      PolicyName: 'shrink',
      PolicyType: 'StepScaling',
      StepScalingPolicyConfiguration: {
        AdjustmentType: 'ChangeInCapacity',
        StepAdjustments: [{ MetricIntervalUpperBound: 0, ScalingAdjustment: -1 }],
        Cooldown: 0,
      },
    }),
  );
  await scaling.cloudwatch.send(
    new PutMetricAlarmCommand({
      ...{ AlarmName: 'idle', Namespace: 'App', MetricName: 'Queue', Statistic: 'Average', Period: 60 },
      ...{ EvaluationPeriods: 1, Threshold: 10, ComparisonOperator: 'LessThanThreshold', AlarmActions: [PolicyARN] },
    }),
  );
}
const sayIdle = () =>
  scaling.cloudwatch.send(
    new PutMetricDataCommand({
      Namespace: 'App',
      MetricData: [{ MetricName: 'Queue', Value: 1, StorageResolution: 1 }],
    }),
  );
const counts = (tasks: readonly string[]) =>
  ['web:1', 'web:2'].map((name) => tasks.filter((one) => one === name).length);

it(
  'scales blue and green out during a blue/green deployment, and in only when it has ended',
  async () => {
    const service = await yard.front('web');
    const made = await yard.create(service, { strategy: 'BLUE_GREEN', bakeTimeInMinutes: 0 });
    await yard.reach(made.currentServiceDeployment, 'SUCCESSFUL');
    await scaling.register('web', { MaxCapacity: 5 });
    const traffic = yard.traffic(service);
    const arn = await yard.release(service, await yard.define('web', 'v2'), {
      strategy: 'BLUE_GREEN',
      bakeTimeInMinutes: 0,
      lifecycleHooks: [{ targetType: 'PAUSE', lifecycleStages: ['POST_PRODUCTION_TRAFFIC_SHIFT'] }],
    });
    const paused = await yard.until(
      'a pause',
      arn,
      ({ lifecycleHookDetails }) => lifecycleHookDetails?.at(-1)?.status === 'AWAITING_ACTION',
    );

    await scaling.register('web', { MinCapacity: 3 });
    await eventually('three tasks of both', async () =>
      counts(await yard.running(service)).every((count) => count === 3) ? true : undefined,
    );
    await scaling.register('web', { MinCapacity: 1 });
    await shrinkWhenIdle('web');
    const held = await eventually('a reason', async () => {
      await sayIdle();
      return (await scaling.activities('web', { IncludeNotScaledActivities: true })).find(
        (one) => one.NotScaledReasons,
      );
    });
    expect(held).toMatchObject({
      Description: 'Attempting to scale due to alarm triggered',
      Cause: 'monitor alarm idle in state ALARM triggered policy shrink',
      NotScaledReasons: [{ Code: 'TargetServicePutResourceAsUnscalable' }],
    });
    expect((await yard.describe(service)).desiredCount).toBe(3);
    expect((await scaling.activities('web')).every((one) => one.NotScaledReasons === undefined)).toBe(true);

    await yard.go(arn, paused.lifecycleHookDetails?.at(-1)?.hookId);
    await yard.reach(arn, 'SUCCESSFUL');
    await eventually('one task', async () => {
      await sayIdle();
      return (await yard.describe(service)).desiredCount === 1 ? true : undefined;
    });
    await traffic.stop();
    expect(failuresOf(traffic)).toEqual([]);
  },
  LIMIT,
);
