import type {
  DescribeScalingActivitiesCommandOutput,
  DescribeScheduledActionsCommandOutput,
} from '@aws-sdk/client-application-auto-scaling';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { awsCommand, awsCommandUnavailable } from '../support/aws-command.ts';
import { eventually } from '../support/eventually.ts';
import { startTestTeal, type TestTeal } from '../support/teal.ts';

const missing = awsCommandUnavailable();
const skip = missing !== undefined && !process.env['CI'];

let teal: TestTeal;
beforeAll(async () => {
  teal = await startTestTeal();
});
afterAll(() => teal.close());

it.skipIf(skip)(
  `scales a service by policy and by the clock with the aws command${skip ? ` (skipped: ${missing})` : ''}`,
  { timeout: 400_000 },
  async () => {
    const { json, text, value } = awsCommand(teal.url);
    const service = ['--service-namespace', 'ecs', '--resource-id', 'service/shop/web'];
    const place = [...service, '--scalable-dimension', 'ecs:service:DesiredCount'];
    const autoscaling = (action: string, ...more: string[]) =>
      text('application-autoscaling', action, ...place, ...more);
    const count = () =>
      value('services[0].desiredCount', 'ecs', 'describe-services', '--cluster', 'shop', '--services', 'web');
    const put = (name: string, schedule: string, action: string, ...more: string[]) =>
      autoscaling(
        ...['put-scheduled-action', '--scheduled-action-name', name, '--schedule', schedule],
        ...['--scalable-target-action', action, ...more],
      );
    const bounds = ['--min-capacity', '1', '--max-capacity', '4'];

    const container = JSON.stringify([{ name: 'app', image: 'app', memory: 64, command: ['/bin/sleep', '100000'] }]);
    await Promise.all([
      text('ecs', 'create-cluster', '--cluster-name', 'shop'),
      text('ecs', 'register-task-definition', '--family', 'web', '--container-definitions', container),
    ]);
    await expect(autoscaling('register-scalable-target', ...bounds)).rejects.toThrow(
      "ECS service doesn't exist: service/shop/web",
    );
    const created = ['--cluster', 'shop', '--service-name', 'web', '--task-definition', 'web', '--desired-count', '1'];
    await text('ecs', 'create-service', ...created);
    await expect(put('night', 'rate(1 day)', 'MinCapacity=1')).rejects.toThrow('ObjectNotFoundException');
    await autoscaling('register-scalable-target', ...bounds);

    await autoscaling(
      ...['put-scaling-policy', '--policy-name', 'memory', '--policy-type', 'TargetTrackingScaling'],
      '--target-tracking-scaling-policy-configuration',
      '{"TargetValue":70,"PredefinedMetricSpecification":{"PredefinedMetricType":"ECSServiceAverageMemoryUtilization"}}',
    );
    await expect(
      autoscaling('put-scaling-policy', '--policy-name', 'ahead', '--policy-type', 'PredictiveScaling'),
    ).rejects.toThrow('Predictive scaling is not served by Teal yet.');
    const policies = ['application-autoscaling', 'describe-scaling-policies', ...service];
    expect(await value('ScalingPolicies[].PolicyName', ...policies)).toBe('memory');

    await expect(put('night', 'cron(0 20 * * *)', 'MinCapacity=1')).rejects.toThrow('Invalid schedule expression');
    await put('night', 'cron(0 20 * * ? *)', 'MinCapacity=0,MaxCapacity=0', '--timezone', 'Europe/Berlin');
    await put('often', 'rate(1 minute)', 'MinCapacity=2');
    const { ScheduledActions = [] } = await json<DescribeScheduledActionsCommandOutput>(
      ...['application-autoscaling', 'describe-scheduled-actions', ...service],
    );
    expect(ScheduledActions).toMatchObject([
      {
        ScheduledActionName: 'night',
        Timezone: 'Europe/Berlin',
        ScalableTargetAction: { MinCapacity: 0, MaxCapacity: 0 },
      },
      { ScheduledActionName: 'often', Schedule: 'rate(1 minute)' },
    ]);

    await eventually('two tasks', async () => ((await count()) === '2' ? true : undefined), 60_000);
    await autoscaling('delete-scheduled-action', '--scheduled-action-name', 'often');
    const { ScalingActivities = [] } = await json<DescribeScalingActivitiesCommandOutput>(
      ...['application-autoscaling', 'describe-scaling-activities', ...service, '--include-not-scaled-activities'],
    );
    const told = ScalingActivities.map(({ Description, Cause }) => `${Description} ${Cause}`);
    expect(told).toContain('Setting min capacity to 2 scheduled action name often was triggered');
    expect(told).toContain('Setting desired count to 2. minimum capacity was set to 2');

    await autoscaling('deregister-scalable-target');
    const left = ['application-autoscaling', 'describe-scheduled-actions', ...service];
    expect(await value('length(ScheduledActions)', ...left)).toBe('0');
    await expect(autoscaling('deregister-scalable-target')).rejects.toThrow('No scalable target found');
  },
);
