import type { DescribeServiceDeploymentsCommandOutput, Service } from '@aws-sdk/client-ecs';
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
  `takes a service through a bad release, a good one and scaling with the aws command${skip ? ` (skipped: ${missing})` : ''}`,
  { timeout: 400_000 },
  async () => {
    const { json, text, value } = awsCommand(teal.url);
    const register = (family: string, command: readonly string[]) =>
      text(
        ...['ecs', 'register-task-definition', '--family', family, '--container-definitions'],
        JSON.stringify([{ name: 'app', image: 'app', memory: 64, command }]),
      );
    const service = async () =>
      (await json<{ services: Service[] }>('ecs', 'describe-services', '--cluster', 'shop', '--services', 'web'))
        .services[0];
    const reach = (status: string) =>
      eventually(
        status,
        async () => {
          const arn = (await service())?.currentServiceDeployment ?? '';
          const { serviceDeployments: [found] = [] } = await json<DescribeServiceDeploymentsCommandOutput>(
            ...['ecs', 'describe-service-deployments', '--service-deployment-arns', arn],
          );
          return found?.status === status ? found : undefined;
        },
        120_000,
      );
    await text('ecs', 'create-cluster', '--cluster-name', 'shop');
    await register('good', ['/bin/sleep', '100000']);
    await register('bad', ['/nowhere/to/be/found']);
    await text(
      ...['ecs', 'create-service', '--cluster', 'shop', '--service-name', 'web', '--task-definition', 'good'],
      ...['--desired-count', '2', '--deployment-configuration'],
      'deploymentCircuitBreaker={enable=true,rollback=true},maximumPercent=150,minimumHealthyPercent=100',
    );
    await reach('SUCCESSFUL');
    await text('ecs', 'wait', 'services-stable', '--cluster', 'shop', '--services', 'web');

    await text('ecs', 'update-service', '--cluster', 'shop', '--service', 'web', '--task-definition', 'bad');
    const failed = await reach('ROLLBACK_SUCCESSFUL');
    expect(failed.rollback?.reason).toBe('ECS deployment circuit breaker: tasks failed to start.');
    expect((await service())?.taskDefinition).toMatch(/good:1$/);

    await text('ecs', 'update-service', '--cluster', 'shop', '--service', 'web', '--force-new-deployment');
    await reach('SUCCESSFUL');
    const listed = ['ecs', 'list-service-deployments', '--cluster', 'shop', '--service', 'web'];
    expect(await value('serviceDeployments[].status', ...listed)).toBe('SUCCESSFUL\tROLLBACK_SUCCESSFUL\tSUCCESSFUL');

    const place = ['--service-namespace', 'ecs', '--resource-id', 'service/shop/web'];
    const dimension = ['--scalable-dimension', 'ecs:service:DesiredCount'];
    const autoscaling = (action: string, ...more: string[]) =>
      text('application-autoscaling', action, ...place, ...dimension, ...more);
    await autoscaling('register-scalable-target', '--min-capacity', '3', '--max-capacity', '5');
    await autoscaling(
      ...['put-scaling-policy', '--policy-name', 'cpu', '--policy-type', 'TargetTrackingScaling'],
      '--target-tracking-scaling-policy-configuration',
      '{"TargetValue":60,"PredefinedMetricSpecification":{"PredefinedMetricType":"ECSServiceAverageCPUUtilization"}}',
    );
    await eventually('three tasks', async () => ((await service())?.runningCount === 3 ? true : undefined), 60_000);
    const alarms = ['cloudwatch', 'describe-alarms', '--alarm-name-prefix', 'TargetTracking-'];
    const thresholds = await value('MetricAlarms[].Threshold', ...alarms);
    expect(thresholds.split('\t').map(Number)).toEqual([60, 54]);
    await autoscaling('deregister-scalable-target');

    await text('ecs', 'delete-service', '--cluster', 'shop', '--service', 'web', '--force');
    await text('ecs', 'wait', 'services-inactive', '--cluster', 'shop', '--services', 'web');
    await text('ecs', 'delete-cluster', '--cluster', 'shop');
  },
);
