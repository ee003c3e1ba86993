import { DescribeSubnetsCommand } from '@aws-sdk/client-ec2';
import {
  CreateClusterCommand,
  CreateServiceCommand,
  CreateTaskSetCommand,
  DeleteClusterCommand,
  DeleteServiceCommand,
  DeregisterTaskDefinitionCommand,
  DescribeClustersCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ListTagsForResourceCommand,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  StopTaskCommand,
  TagResourceCommand,
  UpdateServiceCommand,
  type NetworkConfiguration,
  type RegisterTaskDefinitionRequest,
} from '@aws-sdk/client-ecs';
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  DescribeTargetHealthCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { startTestTeal, type TestTeal } from '../support/teal.ts';

const SERVER = `require('http').createServer((_, answer) => answer.end('version ' + process.env.VERSION)).listen(process.env.PORT)`;

let teal: TestTeal;
let vpc = '';
let subnets: string[] = [];
let network: NetworkConfiguration;
beforeAll(async () => {
  teal = await startTestTeal();
  const found = (await teal.ec2.send(new DescribeSubnetsCommand({}))).Subnets ?? [];
  vpc = found[0]?.VpcId ?? '';
  subnets = found.map((subnet) => subnet.SubnetId ?? '').slice(0, 2);
  network = { awsvpcConfiguration: { subnets } };
  await teal.ecs.send(new CreateClusterCommand({ clusterName: 'shop' }));
});
afterAll(() => teal.close());

const definition = (family: string, members: Partial<RegisterTaskDefinitionRequest> = {}) =>
  new RegisterTaskDefinitionCommand({
    family,
    networkMode: 'awsvpc',
    containerDefinitions: [
      {
        name: 'web',
        image: 'node:20',
        memory: 64,
        command: [process.execPath, '-e', SERVER],
        environment: [{ name: 'VERSION', value: '1' }],
        portMappings: [{ containerPort: 8080 }],
      },
    ],
    ...members,
  });

async function targetGroup(name: string): Promise<string> {
  const groups = await teal.elbv2.send(
    new CreateTargetGroupCommand({
      Name: name,
      TargetType: 'ip',
      Protocol: 'HTTP',
      Port: 80,
      VpcId: vpc,
      HealthCheckIntervalSeconds: 10,
      HealthCheckTimeoutSeconds: 2,
      HealthyThresholdCount: 2,
    }),
  );
  return groups.TargetGroups?.[0]?.TargetGroupArn ?? '';
}

async function listen(name: string, targetGroupArn: string): Promise<void> {
  const made = await teal.elbv2.send(new CreateLoadBalancerCommand({ Name: name, Subnets: subnets }));
  await teal.elbv2.send(
    new CreateListenerCommand({
      LoadBalancerArn: made.LoadBalancers?.[0]?.LoadBalancerArn,
      Protocol: 'HTTP',
      Port: 8000,
      DefaultActions: [{ Type: 'forward', TargetGroupArn: targetGroupArn }],
    }),
  );
}

const describe = async (name: string) =>
  (await teal.ecs.send(new DescribeServicesCommand({ cluster: 'shop', services: [name] }))).services?.[0];

it('brings a CODE_DEPLOY service to a steady task set with healthy targets', async () => {
  await teal.ecs.send(definition('steady'));
  const group = await targetGroup('steady');
  await listen('steady', group);
  await teal.ecs.send(
    new CreateServiceCommand({
      cluster: 'shop',
      serviceName: 'steady',
      taskDefinition: 'steady',
      desiredCount: 2,
      networkConfiguration: network,
      deploymentController: { type: 'CODE_DEPLOY' },
      loadBalancers: [{ targetGroupArn: group, containerName: 'web', containerPort: 8080 }],
    }),
  );

  const service = await eventually('a steady task set', async () => {
    const found = await describe('steady');
    return found?.taskSets?.[0]?.stabilityStatus === 'STEADY_STATE' ? found : undefined;
  });

  expect(service).toMatchObject({ status: 'ACTIVE', runningCount: 2, deployments: [], launchType: 'EC2' });
  expect(service.taskSets).toHaveLength(1);
  expect(service.taskSets?.[0]).toMatchObject({
    id: expect.stringMatching(/^ecs-svc\/\d{19}$/) as string,
    status: 'PRIMARY',
    computedDesiredCount: 2,
    scale: { value: 100, unit: 'PERCENT' },
  });
  expect(service.taskSets?.[0]?.externalId).toBeUndefined();
  const health = await teal.elbv2.send(new DescribeTargetHealthCommand({ TargetGroupArn: group }));
  expect(health.TargetHealthDescriptions?.map((one) => one.TargetHealth?.State)).toEqual(['healthy', 'healthy']);
  expect(service.events?.map(({ message }) => message)).toContain('(service steady) has reached a steady state.');
});

it('refuses what CodeDeploy owns on its services', async () => {
  await teal.ecs.send(definition('steady'));

  const update = (members: object) =>
    teal.ecs.send(new UpdateServiceCommand({ cluster: 'shop', service: 'steady', ...members }));

  await expect(update({ taskDefinition: 'steady' })).rejects.toMatchObject({
    name: 'InvalidParameterException',
    message:
      'Unable to update task definition on services with a CODE_DEPLOY deployment controller. Use AWS CodeDeploy to trigger a new deployment.',
  });
  await expect(update({ forceNewDeployment: true })).rejects.toThrow(/^Cannot force a new deployment/);
  await expect(update({ taskDefinition: 'steady:1', networkConfiguration: network })).resolves.toBeDefined();
  await expect(
    teal.ecs.send(new CreateTaskSetCommand({ cluster: 'shop', service: 'steady', taskDefinition: 'steady' })),
  ).rejects.toThrow('Amazon ECS only supports task set management');
});

it('drains a deleted service until it is INACTIVE', async () => {
  await expect(teal.ecs.send(new DeleteServiceCommand({ cluster: 'shop', service: 'steady' }))).rejects.toThrow(
    'The service cannot be stopped while it is scaled above 0.',
  );
  const { service } = await teal.ecs.send(
    new DeleteServiceCommand({ cluster: 'shop', service: 'steady', force: true }),
  );

  expect(service).toMatchObject({ status: 'DRAINING', desiredCount: 0, runningCount: 2 });
  await eventually('an inactive service', async () => {
    const found = await describe('steady');
    return found?.status === 'INACTIVE' ? found : undefined;
  });
});

it('replaces the tasks of an ECS-controlled service and ends with one deployment', async () => {
  await teal.ecs.send(definition('rolling'));
  await teal.ecs.send(
    new CreateServiceCommand({
      cluster: 'shop',
      serviceName: 'rolling',
      taskDefinition: 'rolling',
      desiredCount: 1,
      networkConfiguration: network,
    }),
  );
  const stable = () =>
    eventually('a stable service', async () => {
      const found = await describe('rolling');
      return found?.deployments?.length === 1 && found.runningCount === 1 ? found : undefined;
    });
  const first = await stable();
  await teal.ecs.send(definition('rolling'));
  await teal.ecs.send(new UpdateServiceCommand({ cluster: 'shop', service: 'rolling', taskDefinition: 'rolling' }));

  const second = await eventually('the second deployment', async () => {
    const found = await describe('rolling');
    return found?.deployments?.[0]?.rolloutState === 'COMPLETED' && found.deployments.length === 1 ? found : undefined;
  });

  expect(second.deployments?.[0]?.id).not.toBe(first.deployments?.[0]?.id);
  expect(second.deployments?.[0]?.taskDefinition).toMatch(/rolling:2$/);
  expect(second.taskSets).toBeUndefined();
  await teal.ecs.send(new DeleteServiceCommand({ cluster: 'shop', service: 'rolling', force: true }));
});

it('runs a task to its end and tells its exit code', async () => {
  await teal.ecs.send(
    definition('job', {
      networkMode: undefined,
      containerDefinitions: [
        { name: 'job', image: 'node:20', memory: 64, command: [process.execPath, '-e', 'process.exit(3)'] },
      ],
    }),
  );
  const { tasks, failures } = await teal.ecs.send(new RunTaskCommand({ cluster: 'shop', taskDefinition: 'job' }));
  expect(failures).toEqual([]);
  const arn = tasks?.[0]?.taskArn ?? '';

  const stopped = await eventually('the end of the task', async () => {
    const answer = await teal.ecs.send(new DescribeTasksCommand({ cluster: 'shop', tasks: [arn] }));
    return answer.tasks?.[0]?.lastStatus === 'STOPPED' ? answer.tasks[0] : undefined;
  });

  expect(stopped).toMatchObject({
    stopCode: 'EssentialContainerExited',
    stoppedReason: 'Essential container in task exited',
    containers: [{ name: 'job', exitCode: 3 }],
  });
});

it('stops a task with the reason that was given', async () => {
  await teal.ecs.send(definition('stoppable'));
  const { tasks } = await teal.ecs.send(
    new RunTaskCommand({ cluster: 'shop', taskDefinition: 'stoppable', networkConfiguration: network }),
  );
  const task = tasks?.[0]?.taskArn ?? '';
  const { task: stopping } = await teal.ecs.send(new StopTaskCommand({ cluster: 'shop', task, reason: 'enough' }));

  expect(stopping).toMatchObject({ desiredStatus: 'STOPPED', stopCode: 'UserInitiated', stoppedReason: 'enough' });
  await eventually('the end of the task', async () => {
    const answer = await teal.ecs.send(new DescribeTasksCommand({ cluster: 'shop', tasks: [task] }));
    return answer.tasks?.[0]?.lastStatus === 'STOPPED' ? true : undefined;
  });
  const running = await teal.ecs.send(new ListTasksCommand({ cluster: 'shop', family: 'stoppable' }));
  expect(running.taskArns).toEqual([]);
});

it('numbers revisions without a gap and keeps deregistered ones describable', async () => {
  const first = await teal.ecs.send(definition('counted'));
  await teal.ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition: 'counted:1' }));
  const second = await teal.ecs.send(definition('counted'));

  expect([first.taskDefinition?.revision, second.taskDefinition?.revision]).toEqual([1, 2]);
  const { taskDefinition } = await teal.ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: 'counted:1' }));
  expect(taskDefinition).toMatchObject({ status: 'INACTIVE', volumes: [], placementConstraints: [] });
  expect(taskDefinition?.deregisteredAt).toBeInstanceOf(Date);
  await expect(
    teal.ecs.send(new RunTaskCommand({ cluster: 'shop', taskDefinition: 'counted:1' })),
  ).rejects.toMatchObject({ name: 'ClientException', message: 'TaskDefinition is inactive' });
});

it('answers MISSING for what is not there', async () => {
  const services = await teal.ecs.send(new DescribeServicesCommand({ cluster: 'shop', services: ['nothing'] }));
  const clusters = await teal.ecs.send(new DescribeClustersCommand({ clusters: ['nowhere'] }));

  expect(services.services).toEqual([]);
  expect(services.failures).toEqual([
    { arn: `arn:aws:ecs:us-east-1:${teal.account}:service/shop/nothing`, reason: 'MISSING' },
  ]);
  expect(clusters.failures?.[0]?.reason).toBe('MISSING');
});

it('words bad input as ECS does', async () => {
  await expect(teal.ecs.send(definition('bad', { networkMode: 'bogus' as never }))).rejects.toMatchObject({
    name: 'InvalidParameterException',
    message: 'networkMode should be one of [bridge,host,awsvpc,none]',
  });
  await expect(teal.ecs.send(definition('bad', { containerDefinitions: [] }))).rejects.toMatchObject({
    name: 'ClientException',
    message: 'Container list cannot be empty.',
  });
  await expect(
    teal.ecs.send(new CreateServiceCommand({ cluster: 'gone', serviceName: 'x', taskDefinition: 'x' })),
  ).rejects.toMatchObject({ name: 'ClusterNotFoundException', message: 'Cluster not found.' });
  await expect(
    teal.ecs.send(
      new CreateServiceCommand({
        cluster: 'shop',
        serviceName: 'x',
        taskDefinition: 'counted',
        networkConfiguration: network,
        deploymentController: { type: 'CODE_DEPLOY' },
      }),
    ),
  ).rejects.toThrow('the service requires an Application Load Balancer or Network Load Balancer.');
});

const LABEL = [
  { key: 'a', value: '1' },
  { key: 'a', value: '2' },
];
const elsewhere = (kind: string, place: string) => `arn:aws:ecs:us-east-1:${teal.account}:${kind}/${place}`;
const many = (count: number) => Array.from({ length: count }, (_, index) => `c${index}`);

it.each<[string, () => Promise<unknown>]>([
  [
    "Invalid setting 'value'",
    () =>
      teal.ecs.send(
        new CreateClusterCommand({ clusterName: 'odd', settings: [{ name: 'containerInsights', value: 'maybe' }] }),
      ),
  ],
  [
    'The specified capacity provider was not found. Specify a valid name and try again.',
    () => teal.ecs.send(new CreateClusterCommand({ clusterName: 'odd', capacityProviders: ['NONE'] })),
  ],
  [
    'The specified capacity provider strategy cannot contain a capacity provider that is not associated with the cluster. Associate the capacity provider with the cluster and try again.',
    () =>
      teal.ecs.send(
        new CreateClusterCommand({
          clusterName: 'odd',
          defaultCapacityProviderStrategy: [{ capacityProvider: 'FARGATE' }],
        }),
      ),
  ],
  [
    'Tag keys cannot begin with aws:, which is reserved for AWS.',
    () => teal.ecs.send(new CreateClusterCommand({ clusterName: 'odd', tags: [{ key: 'aws:x', value: '1' }] })),
  ],
  [
    'Duplicate tag keys found. Each tag key must be unique.',
    () => teal.ecs.send(new CreateClusterCommand({ clusterName: 'odd', tags: LABEL })),
  ],
  ['Clusters can have at most 100 items.', () => teal.ecs.send(new DescribeClustersCommand({ clusters: many(101) }))],
  [
    'Invalid identifier: Identifier is for region eu-west-1. Your region is us-east-1',
    () =>
      teal.ecs.send(
        new DescribeClustersCommand({ clusters: [elsewhere('cluster', 'shop').replace('us-east-1', 'eu-west-1')] }),
      ),
  ],
  [
    'Cluster must match ^[a-zA-Z0-9\\-_]{1,255}$, but was "shop"',
    () => teal.ecs.send(new DescribeServicesCommand({ cluster: '"shop"', services: ['x'] })),
  ],
  [
    'Invalid identifier: Identifier is for cluster other. Your cluster is shop',
    () => teal.ecs.send(new DescribeServicesCommand({ cluster: 'shop', services: [elsewhere('service', 'other/x')] })),
  ],
  [
    'Invalid identifier: Identifier is for cluster shop. Your cluster is default',
    () => teal.ecs.send(new StopTaskCommand({ task: elsewhere('task', `shop/${'0'.repeat(32)}`) })),
  ],
  [
    'Task Identifier is invalid',
    () => teal.ecs.send(new DescribeTasksCommand({ tasks: [elsewhere('service', 'shop/x')] })),
  ],
  ['taskId length should be one of [32,36]', () => teal.ecs.send(new DescribeTasksCommand({ tasks: ['nothing'] }))],
  [
    'AccountIDs mismatch',
    () =>
      teal.ecs.send(new ListTagsForResourceCommand({ resourceArn: 'arn:aws:ecs:us-east-1:000000000001:cluster/shop' })),
  ],
])('refuses: %s', async (message, send) => {
  await expect(send()).rejects.toMatchObject({ name: 'InvalidParameterException', message });
});

it('counts tasks and services of a cluster by launch type for those who ask', async () => {
  const { clusters } = await teal.ecs.send(
    new DescribeClustersCommand({ clusters: ['shop'], include: ['STATISTICS'] }),
  );

  expect(clusters?.[0]?.statistics?.map(({ name }) => name)).toEqual([
    'runningEC2TasksCount',
    'runningFargateTasksCount',
    'pendingEC2TasksCount',
    'pendingFargateTasksCount',
    'activeEC2ServiceCount',
    'activeFargateServiceCount',
    'drainingEC2ServiceCount',
    'drainingFargateServiceCount',
  ]);
  expect(clusters?.[0]?.statistics?.every(({ value }) => /^\d+$/.test(value ?? ''))).toBe(true);
});

it('keeps tags, and deletes an empty cluster', async () => {
  const { cluster } = await teal.ecs.send(new CreateClusterCommand({ clusterName: 'brief' }));
  const resourceArn = cluster?.clusterArn ?? '';
  await teal.ecs.send(new TagResourceCommand({ resourceArn, tags: [{ key: 'team', value: 'a' }] }));

  const { tags } = await teal.ecs.send(new ListTagsForResourceCommand({ resourceArn }));
  const deleted = await teal.ecs.send(new DeleteClusterCommand({ cluster: 'brief' }));

  expect(tags).toEqual([{ key: 'team', value: 'a' }]);
  expect(deleted.cluster?.status).toBe('INACTIVE');
});
