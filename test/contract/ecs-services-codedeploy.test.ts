import { CreateDeploymentCommand } from '@aws-sdk/client-codedeploy';
import {
  DescribeServicesCommand,
  DescribeTasksCommand,
  ListTasksCommand,
  UpdateServiceCommand,
  UpdateTaskProtectionCommand,
  type Service,
} from '@aws-sdk/client-ecs';
import { DescribeTargetHealthCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { NAMES } from '../../src/cli/demo/stack.ts';
import { eventually } from '../support/eventually.ts';
import { buildSample, ending, releaseVersion, type Sample } from '../support/sample.ts';
import { startTestTeal, type TestTeal } from '../support/teal.ts';

let teal: TestTeal;
let sample: Sample;
beforeAll(async () => {
  teal = await startTestTeal({ timeScale: 60 });
  sample = await buildSample(teal.url);
}, 120_000);
afterAll(async () => {
  for (const client of Object.values(sample.clients)) client.destroy();
  await teal.close();
});

const look = async (): Promise<Service> => {
  const command = new DescribeServicesCommand({ cluster: NAMES.cluster, services: [NAMES.service] });
  return (await sample.clients.ecs.send(command)).services?.[0] ?? {};
};

it('lets both task sets follow the wished count while traffic moves, and never has fewer tasks than were wished', async () => {
  const before = await look();
  const deploymentId = await releaseVersion(sample, 'v2', { config: 'CodeDeployDefault.ECSCanary10Percent15Minutes' });
  await eventually(
    'a steady replacement',
    async () => {
      const { taskSets = [] } = await look();
      return taskSets.length === 2 && taskSets.every((set) => set.stabilityStatus === 'STEADY_STATE')
        ? true
        : undefined;
    },
    120_000,
  );
  await sample.clients.ecs.send(
    new UpdateServiceCommand({ cluster: NAMES.cluster, service: NAMES.service, desiredCount: 3 }),
  );
  const least: number[] = [];
  const both = await eventually(
    'three tasks of both',
    async () => {
      const { taskSets = [] } = await look();
      least.push(...taskSets.filter((set) => set.status !== 'DRAINING').map((set) => set.runningCount ?? 0));
      return taskSets.length === 2 && taskSets.every((set) => set.runningCount === 3) ? taskSets : undefined;
    },
    120_000,
  );

  expect(both.map((set) => set.computedDesiredCount)).toEqual([3, 3]);
  expect(Math.min(...least)).toBeGreaterThanOrEqual(before.desiredCount ?? Infinity);
  expect((await ending(sample.clients, deploymentId)).status).toBe('Succeeded');
  const after = await eventually(
    'the replacement alone',
    async () => {
      const service = await look();
      return service.taskSets?.length === 1 ? service : undefined;
    },
    120_000,
  );
  expect(after).toMatchObject({ desiredCount: 3, runningCount: 3, deployments: [] });
}, 600_000);

it('leaves protected tasks of the original running without traffic, until they may go', async () => {
  const { ecs, elbv2 } = sample.clients;
  const { cluster } = NAMES;
  const { taskArns = [] } = await ecs.send(new ListTasksCommand({ cluster, serviceName: NAMES.service }));
  const [kept = ''] = taskArns;
  await ecs.send(
    new UpdateTaskProtectionCommand({ cluster, tasks: [kept], protectionEnabled: true, expiresInMinutes: 2880 }),
  );
  const released = async (version: string) => {
    const id = await releaseVersion(sample, version, { config: 'CodeDeployDefault.ECSAllAtOnce' });
    expect((await ending(sample.clients, id)).status).toBe('Succeeded');
  };
  await released('v3');
  const drained = await eventually('only the protected task', async () => {
    const draining = (await look()).taskSets?.find((set) => set.status === 'DRAINING');
    return draining?.runningCount === 1 ? draining : undefined;
  });
  // Its target group is the next replacement's: nothing of the old revision may be in it.
  const TargetGroupArn = drained.loadBalancers?.[0]?.targetGroupArn;
  await eventually('no target', async () => {
    const { TargetHealthDescriptions } = await elbv2.send(new DescribeTargetHealthCommand({ TargetGroupArn }));
    return TargetHealthDescriptions?.length === 0 ? true : undefined;
  });
  await released('v4');
  const { tasks } = await ecs.send(new DescribeTasksCommand({ cluster, tasks: [kept] }));
  expect(tasks).toMatchObject([{ lastStatus: 'RUNNING', desiredStatus: 'RUNNING' }]);

  await ecs.send(new UpdateTaskProtectionCommand({ cluster, tasks: [kept], protectionEnabled: false }));
  await eventually('the replacement alone', async () => ((await look()).taskSets?.length === 1 ? true : undefined));
  expect((await ecs.send(new DescribeTasksCommand({ cluster, tasks: [kept] }))).tasks).toMatchObject([
    { desiredStatus: 'STOPPED', stopCode: 'ServiceSchedulerInitiated' },
  ]);
}, 600_000);

it('refuses what CodeDeploy owns, and takes values that are what the service has', async () => {
  const service = await look();
  const update = (members: object) =>
    sample.clients.ecs.send(new UpdateServiceCommand({ cluster: NAMES.cluster, service: NAMES.service, ...members }));
  const use = 'on services with a CODE_DEPLOY deployment controller. Use AWS CodeDeploy to trigger a new deployment.';

  for (const [members, message] of [
    [{ taskDefinition: before(service.taskDefinition) }, `Unable to update task definition ${use}`],
    [
      { networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-0bbbbbbbbbbbbbbbb'] } } },
      `Unable to update network parameters ${use}`,
    ],
    [{ loadBalancers: [] }, `Unable to update load balancers ${use}`],
    [{ platformVersion: '1.3.0' }, `Unable to update platform version ${use}`],
    [{ forceNewDeployment: true }, `Cannot force a new deployment ${use}`],
    [
      { deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true } } },
      'Deployment circuit breaker is only supported with the ECS deployment controller.',
    ],
    [{ deploymentConfiguration: { strategy: 'BLUE_GREEN' } }, 'The BLUE_GREEN deployment strategy is not supported'],
  ] as const)
    await expect(update(members)).rejects.toThrow(message);
  const answer = await update({
    taskDefinition: service.taskDefinition,
    networkConfiguration: service.networkConfiguration,
    loadBalancers: service.loadBalancers,
    deploymentConfiguration: { maximumPercent: 150, minimumHealthyPercent: 50 },
    healthCheckGracePeriodSeconds: 30,
    enableECSManagedTags: true,
    propagateTags: 'SERVICE',
    placementConstraints: [],
  });
  expect(answer.service).toMatchObject({
    deploymentConfiguration: { maximumPercent: 150, minimumHealthyPercent: 50 },
    healthCheckGracePeriodSeconds: 30,
    propagateTags: 'SERVICE',
  });
});

it('fails a deployment whose AppSpec names a subnet that is not there, in the words of ECS, and changes nothing', async () => {
  const { taskDefinition, taskSets = [] } = await look();
  const subnets = ['subnet-0123456789abcdef0'];
  const properties = {
    TaskDefinition: taskDefinition,
    LoadBalancerInfo: { ContainerName: 'web', ContainerPort: 8080 },
    NetworkConfiguration: {
      AwsvpcConfiguration: { Subnets: subnets, SecurityGroups: [], AssignPublicIp: 'DISABLED' },
    },
  };
  const resource = { TargetService: { Type: 'AWS::ECS::Service', Properties: properties } };
  const { deploymentId = '' } = await sample.clients.codedeploy.send(
    new CreateDeploymentCommand({
      applicationName: NAMES.application,
      deploymentGroupName: NAMES.group,
      revision: {
        revisionType: 'AppSpecContent',
        appSpecContent: { content: JSON.stringify({ version: 0.0, Resources: [resource] }) },
      },
    }),
  );

  const { status, errorInformation } = await ending(sample.clients, deploymentId);

  expect(status).toBe('Failed');
  expect(errorInformation?.message).toContain(
    `Error retrieving subnet information for [${subnets.join()}]: The subnet ID '${subnets.join()}' does not exist (ErrorCode: InvalidSubnetID.NotFound).`,
  );
  expect((await look()).taskSets?.map(({ id }) => id)).toEqual(taskSets.map(({ id }) => id));
});

/** The revision before a task definition's. */
const before = (arn = ''): string => arn.replace(/:(\d+)$/, (_, revision: string) => `:${Number(revision) - 1}`);
