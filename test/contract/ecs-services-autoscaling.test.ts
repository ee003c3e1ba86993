import {
  ApplicationAutoScalingClient,
  DeleteScalingPolicyCommand,
  DeregisterScalableTargetCommand,
  DescribeScalableTargetsCommand,
  DescribeScalingActivitiesCommand,
  DescribeScalingPoliciesCommand,
  ListTagsForResourceCommand,
  PutScalingPolicyCommand,
  RegisterScalableTargetCommand,
  type TargetTrackingScalingPolicyConfiguration,
} from '@aws-sdk/client-application-auto-scaling';
import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
} from '@aws-sdk/client-cloudwatch';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ServiceYard } from '../support/ecs-services.ts';
import { eventually } from '../support/eventually.ts';

let yard: ServiceYard;
let scaling: ApplicationAutoScalingClient;
let cloudwatch: CloudWatchClient;
beforeAll(async () => {
  // Minutes pass in a second.
  yard = await ServiceYard.open({ timeScale: 60 });
  const config = {
    endpoint: yard.teal.url,
    region: 'us-east-1',
    credentials: { accessKeyId: yard.teal.account, secretAccessKey: 'secret' },
    maxAttempts: 1,
  };
  scaling = new ApplicationAutoScalingClient(config);
  cloudwatch = new CloudWatchClient(config);
});
afterAll(async () => {
  scaling.destroy();
  cloudwatch.destroy();
  await yard.close();
});

const place = (service: string) =>
  ({
    ServiceNamespace: 'ecs',
    ResourceId: `service/shop/${service}`,
    ScalableDimension: 'ecs:service:DesiredCount',
  }) as const;
const register = (service: string, members = {}) =>
  scaling.send(new RegisterScalableTargetCommand({ ...place(service), MinCapacity: 1, MaxCapacity: 4, ...members }));
const track = (service: string, configuration: Partial<TargetTrackingScalingPolicyConfiguration>) =>
  scaling.send(
    new PutScalingPolicyCommand({
      ...place(service),
      PolicyName: 'keep',
      PolicyType: 'TargetTrackingScaling',
      TargetTrackingScalingPolicyConfiguration: { TargetValue: 50, ...configuration },
    }),
  );
const activities = async (service: string) =>
  (await scaling.send(new DescribeScalingActivitiesCommand(place(service)))).ScalingActivities ?? [];

/** Says the same value again and again until the condition holds. */
const hold = (value: number, name: string, what: string, ask: () => Promise<boolean>) =>
  eventually(
    what,
    async () => {
      await cloudwatch.send(
        new PutMetricDataCommand({
          Namespace: 'App',
          MetricData: [{ MetricName: name, Value: value, StorageResolution: 1 }],
        }),
      );
      return (await ask()) ? true : undefined;
    },
    120_000,
  );

it('registers a service, keeps what is given, and forgets it', async () => {
  await yard.create('kept', { desiredCount: 1 });
  const { ScalableTargetARN: arn } = await register('kept', { Tags: { team: 'a' } });
  await register('kept', { MinCapacity: undefined, MaxCapacity: 7 });

  const { ScalableTargets } = await scaling.send(new DescribeScalableTargetsCommand({ ServiceNamespace: 'ecs' }));
  expect(ScalableTargets).toMatchObject([
    {
      ResourceId: 'service/shop/kept',
      MinCapacity: 1,
      MaxCapacity: 7,
      ScalableTargetARN: arn,
      SuspendedState: { DynamicScalingInSuspended: false },
    },
  ]);
  expect((await scaling.send(new ListTagsForResourceCommand({ ResourceARN: arn ?? '' }))).Tags).toEqual({ team: 'a' });
  await scaling.send(new DeregisterScalableTargetCommand(place('kept')));
  await expect(scaling.send(new DeregisterScalableTargetCommand(place('kept')))).rejects.toMatchObject({
    name: 'ObjectNotFoundException',
  });
});

it('refuses what cannot be scaled', async () => {
  await yard.create('refused', { desiredCount: 1 });

  await expect(register('nothing')).rejects.toMatchObject({
    name: 'ValidationException',
    message: "ECS service doesn't exist: service/shop/nothing",
  });
  await expect(register('refused', { ResourceId: 'refused' })).rejects.toMatchObject({ name: 'ValidationException' });
  await expect(register('refused', { MinCapacity: 5 })).rejects.toThrow('MaxCapacity must be');
  await expect(register('refused', { ServiceNamespace: 'dynamodb' })).rejects.toThrow('not served');
  await expect(
    track('refused', { PredefinedMetricSpecification: { PredefinedMetricType: 'ECSServiceAverageCPUUtilization' } }),
  ).rejects.toMatchObject({ name: 'ObjectNotFoundException' });
  await register('refused');
  await expect(track('refused', {})).rejects.toThrow('Exactly one of');
  await expect(
    track('refused', { PredefinedMetricSpecification: { PredefinedMetricType: 'RDSReaderAverageCPUUtilization' } }),
  ).rejects.toMatchObject({ name: 'ValidationException' });
  await expect(
    scaling.send(new DeleteScalingPolicyCommand({ ...place('refused'), PolicyName: 'none' })),
  ).rejects.toMatchObject({ name: 'ObjectNotFoundException' });
});

it('makes the two alarms of a policy as AWS does, also before there is any metric, and ends them with it', async () => {
  await yard.create('watched', { desiredCount: 1 });
  await register('watched');
  const { PolicyARN, Alarms = [] } = await track('watched', {
    PredefinedMetricSpecification: { PredefinedMetricType: 'ECSServiceAverageCPUUtilization' },
  });
  expect(PolicyARN).toMatch(/:scalingPolicy:[0-9a-f-]{36}:resource\/ecs\/service\/shop\/watched:policyName\/keep$/);
  expect(Alarms.map(({ AlarmName }) => AlarmName?.replace(/-[0-9a-f-]{36}$/, ''))).toEqual([
    'TargetTracking-service/shop/watched-AlarmHigh',
    'TargetTracking-service/shop/watched-AlarmLow',
  ]);
  const described = async () =>
    (await cloudwatch.send(new DescribeAlarmsCommand({ ActionPrefix: PolicyARN }))).MetricAlarms ?? [];
  const shared = {
    Namespace: 'AWS/ECS',
    MetricName: 'CPUUtilization',
    Dimensions: [
      { Name: 'ClusterName', Value: 'shop' },
      { Name: 'ServiceName', Value: 'watched' },
    ],
    Statistic: 'Average',
    Period: 60,
    AlarmActions: [PolicyARN],
  };
  expect(await described()).toMatchObject([
    { ...shared, Threshold: 50, EvaluationPeriods: 3, ComparisonOperator: 'GreaterThanThreshold' },
    { ...shared, Threshold: 45, EvaluationPeriods: 15, ComparisonOperator: 'LessThanThreshold' },
  ]);
  await track('watched', {
    PredefinedMetricSpecification: { PredefinedMetricType: 'ECSServiceAverageCPUUtilization' },
    DisableScaleIn: true,
  });
  expect(await described()).toHaveLength(1);
  const { ScalingPolicies } = await scaling.send(
    new DescribeScalingPoliciesCommand({ ServiceNamespace: 'ecs', PolicyNames: ['keep'] }),
  );
  expect(ScalingPolicies).toMatchObject([
    {
      PolicyARN,
      PolicyType: 'TargetTrackingScaling',
      TargetTrackingScalingPolicyConfiguration: { TargetValue: 50, ScaleOutCooldown: 300, DisableScaleIn: true },
    },
  ]);
  await scaling.send(new DeleteScalingPolicyCommand({ ...place('watched'), PolicyName: 'keep' }));
  expect(await described()).toEqual([]);
});

it('brings a service within its bounds, and tells of it', async () => {
  await yard.create('bound', { desiredCount: 1 });
  await register('bound', { MinCapacity: 2 });
  await yard.until('two tasks', 'bound', ({ runningCount }) => runningCount === 2);

  const [activity] = await eventually('the end of the activity', async () => {
    const found = await activities('bound');
    return found[0]?.StatusCode === 'Successful' ? found : undefined;
  });
  expect(activity).toMatchObject({
    Description: 'Setting desired count to 2.',
    Cause: 'minimum capacity was set to 2',
    StatusMessage: 'Successfully set desired count to 2. Change successfully fulfilled by ecs.',
  });
});

it('tracks a target: out while the metric is above it, and in again when it is well below', async () => {
  await yard.create('tracked', { desiredCount: 1 });
  await register('tracked');
  await track('tracked', {
    CustomizedMetricSpecification: { Namespace: 'App', MetricName: 'Load', Statistic: 'Average' },
    ScaleOutCooldown: 60,
    ScaleInCooldown: 60,
  });
  const desired = async () => (await yard.describe('tracked')).desiredCount;

  await hold(100, 'Load', 'more tasks', async () => ((await desired()) ?? 0) >= 2);
  const [out] = await activities('tracked');
  expect(out?.Cause).toMatch(
    /^monitor alarm TargetTracking-service\/shop\/tracked-AlarmHigh-.* in state ALARM triggered policy keep$/,
  );
  await hold(1, 'Load', 'one task', async () => (await desired()) === 1);
  expect((await activities('tracked'))[0]?.Cause).toContain('-AlarmLow-');
}, 400_000);

it('steps by the alarm that a user made', async () => {
  await yard.create('stepped', { desiredCount: 1 });
  await register('stepped');
  const { PolicyARN, Alarms } = await scaling.send(
    new PutScalingPolicyCommand({
      ...place('stepped'),
      PolicyName: 'steps',
      PolicyType: 'StepScaling',
      StepScalingPolicyConfiguration: {
        AdjustmentType: 'ChangeInCapacity',
        StepAdjustments: [
          { MetricIntervalLowerBound: 0, MetricIntervalUpperBound: 10, ScalingAdjustment: 1 },
          { MetricIntervalLowerBound: 10, ScalingAdjustment: 2 },
        ],
      },
    }),
  );
  expect(Alarms).toEqual([]);
  await cloudwatch.send(
    new PutMetricAlarmCommand({
      AlarmName: 'busy',
      Namespace: 'App',
      MetricName: 'Queue',
      Statistic: 'Average',
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 10,
      ComparisonOperator: 'GreaterThanThreshold',
      AlarmActions: [PolicyARN ?? ''],
    }),
  );

  await hold(30, 'Queue', 'three tasks', async () => (await yard.describe('stepped')).desiredCount === 3);
  expect((await activities('stepped'))[0]?.Cause).toBe('monitor alarm busy in state ALARM triggered policy steps');
}, 400_000);
