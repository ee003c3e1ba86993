import {
  CreateClusterCommand,
  CreateServiceCommand,
  CreateTaskSetCommand,
  DeleteServiceCommand,
  DeleteTaskSetCommand,
  DescribeCapacityProvidersCommand,
  DescribeTaskSetsCommand,
  ListServicesByNamespaceCommand,
  ListServicesCommand,
  PutClusterCapacityProvidersCommand,
  RegisterTaskDefinitionCommand,
  TagResourceCommand,
  UpdateServicePrimaryTaskSetCommand,
  UpdateTaskSetCommand,
  waitUntilServicesInactive,
  waitUntilServicesStable,
  waitUntilTasksRunning,
  waitUntilTasksStopped,
  type CreateTaskSetRequest,
} from '@aws-sdk/client-ecs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ServiceYard } from '../support/ecs-services.ts';
import { eventually } from '../support/eventually.ts';
import { taskNetwork } from '../support/task-network.ts';

let yard: ServiceYard;
beforeAll(async () => {
  yard = await ServiceYard.open();
});
afterAll(() => yard.close());

const EXTERNAL = { deploymentController: { type: 'EXTERNAL' }, taskDefinition: undefined } as const;
const named = (service: string) => ({ cluster: 'shop', service });
const createSet = async (service: string, members: Partial<CreateTaskSetRequest> = {}) =>
  (
    await yard.teal.ecs.send(
      new CreateTaskSetCommand({
        ...named(service),
        taskDefinition: 'good:1',
        scale: { value: 100, unit: 'PERCENT' },
        ...members,
      }),
    )
  ).taskSet ?? {};
const sets = async (service: string) =>
  (await yard.teal.ecs.send(new DescribeTaskSetsCommand(named(service)))).taskSets ?? [];
const steadySet = (service: string, id: string | undefined) =>
  eventually(`a steady ${id}`, async () => {
    const found = (await sets(service)).find((set) => set.id === id);
    return found?.stabilityStatus === 'STEADY_STATE' ? found : undefined;
  });

it('lets task sets of an EXTERNAL service be made, scaled, made primary and deleted by hand', async () => {
  const { teal } = yard;
  const created = await yard.create('handmade', { ...EXTERNAL, desiredCount: 3 });
  expect(created).toMatchObject({ taskSets: [], deployments: [], deploymentController: { type: 'EXTERNAL' } });
  expect(created.taskDefinition).toBeUndefined();
  const blue = await createSet('handmade', { externalId: 'release-1' });
  expect(blue).toMatchObject({ status: 'ACTIVE', externalId: 'release-1', computedDesiredCount: 3 });
  expect(blue.startedBy).toBeUndefined();
  expect(await steadySet('handmade', blue.id)).toMatchObject({ runningCount: 3, pendingCount: 0 });
  await teal.ecs.send(
    new UpdateServicePrimaryTaskSetCommand({ ...named('handmade'), primaryTaskSet: blue.taskSetArn ?? '' }),
  );
  expect(await yard.describe('handmade')).toMatchObject({
    taskDefinition: expect.stringMatching(/good:1$/) as unknown,
    taskSets: [{ status: 'PRIMARY' }],
  });

  const green = await createSet('handmade', { taskDefinition: 'good:2', scale: { value: 50, unit: 'PERCENT' } });
  expect(green.computedDesiredCount).toBe(2);
  const { taskSet } = await teal.ecs.send(
    new UpdateTaskSetCommand({
      ...named('handmade'),
      taskSet: green.id ?? '',
      scale: { value: 10, unit: 'PERCENT' },
    }),
  );
  expect(taskSet).toMatchObject({ computedDesiredCount: 1, stabilityStatus: 'STABILIZING', scale: { value: 10 } });
  await steadySet('handmade', green.id);
  await teal.ecs.send(new UpdateServicePrimaryTaskSetCommand({ ...named('handmade'), primaryTaskSet: green.id ?? '' }));
  await expect(
    teal.ecs.send(new DeleteTaskSetCommand({ ...named('handmade'), taskSet: green.id ?? '' })),
  ).rejects.toThrow('Primary TaskSet cannot be deleted');
  const deleted = await teal.ecs.send(
    new DeleteTaskSetCommand({ ...named('handmade'), taskSet: blue.id ?? '', force: true }),
  );
  expect(deleted.taskSet?.status).toBe('DRAINING');
  await eventually('the end of blue', async () => ((await sets('handmade')).length === 1 ? true : undefined));
  const events = await yard.events('handmade');
  expect(events).toContain(`(service handmade) updated computedDesiredCount for taskSet ${green.id} to 1.`);
  expect(events.some((text) => text.startsWith(`(service handmade, taskSet ${blue.id}) has started 3 tasks:`))).toBe(
    true,
  );
});

it('refuses for an EXTERNAL service what its task sets bring', async () => {
  for (const [members, message] of [
    [{ taskDefinition: 'good:1' }, 'TaskDefinition must be blank.'],
    [
      { loadBalancers: [{ targetGroupArn: 'arn:x', containerName: 'app', containerPort: 80 }] },
      'LoadBalancers must be empty or null.',
    ],
    [{ platformVersion: '1.4.0' }, 'PlatformVersion must be blank.'],
  ] as const)
    await expect(
      yard.create('refused', {
        ...EXTERNAL,
        ...members,
        loadBalancers: 'loadBalancers' in members ? [...members.loadBalancers] : undefined,
      }),
    ).rejects.toMatchObject({ name: 'InvalidParameterException', message });
  await yard.create('outside', { ...EXTERNAL, launchType: 'EC2', desiredCount: 0 });
  await expect(yard.update('outside', { taskDefinition: 'good:1' })).rejects.toThrow(
    'Unable to update task definition on services with an EXTERNAL deployment controller.',
  );
  await expect(yard.update('outside', { forceNewDeployment: true })).rejects.toThrow('Cannot force a new deployment');
  await expect(createSet('outside', { scale: { value: 101, unit: 'PERCENT' } })).rejects.toMatchObject({
    name: 'InvalidParameterException',
  });
  await expect(createSet('outside', { platformVersion: '1.4.0', launchType: 'EC2' })).rejects.toThrow(
    'The platform version must be null when specifying an EC2 launch type',
  );
  for (let made = 0; made < 5; made += 1) await createSet('outside', { scale: { value: 0, unit: 'PERCENT' } });
  await expect(createSet('outside')).rejects.toThrow('5 deployments exist on the service.');
  await yard.create('inside', { desiredCount: 0 });
  await expect(createSet('inside')).rejects.toThrow(
    'Amazon ECS only supports task set management on services configured to use external deployment controllers.',
  );
});

it('takes the platform version that the primary task set shows for the one that the service has', async () => {
  const { ecs, ec2 } = yard.teal;
  await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: 'fargate',
      requiresCompatibilities: ['FARGATE'],
      networkMode: 'awsvpc',
      cpu: '256',
      memory: '512',
      containerDefinitions: [{ name: 'app', image: 'app:1' }],
    }),
  );
  await yard.create('platform', { ...EXTERNAL, desiredCount: 0 });
  const set = await createSet('platform', {
    taskDefinition: 'fargate',
    launchType: 'FARGATE',
    networkConfiguration: await taskNetwork(ec2),
  });
  await ecs.send(new UpdateServicePrimaryTaskSetCommand({ ...named('platform'), primaryTaskSet: set.id ?? '' }));

  expect(set.platformVersion).toBe('1.4.0');
  expect((await yard.update('platform', { platformVersion: set.platformVersion })).status).toBe('ACTIVE');
  await expect(yard.update('platform', { platformVersion: '1.3.0' })).rejects.toThrow('Unable to update platform');
});

it('rescales every task set by the count that is wished, and says so', async () => {
  await yard.create('rescaled', { ...EXTERNAL, desiredCount: 2 });
  const [full, half] = [
    await createSet('rescaled'),
    await createSet('rescaled', { scale: { value: 50, unit: 'PERCENT' } }),
  ];
  await yard.update('rescaled', { desiredCount: 3 });

  expect((await steadySet('rescaled', full.id)).runningCount).toBe(3);
  expect((await steadySet('rescaled', half.id)).runningCount).toBe(2);
  expect(await yard.events('rescaled')).toEqual(
    expect.arrayContaining([
      `(service rescaled) updated computedDesiredCount for taskSet ${full.id} to 3.`,
      `(service rescaled) updated computedDesiredCount for taskSet ${half.id} to 2.`,
    ]),
  );
});

it('runs one task of a DAEMON service on the one instance there is, and ends it before it starts the next', async () => {
  const service = await yard.create('agent', { schedulingStrategy: 'DAEMON', desiredCount: undefined });
  expect(service).toMatchObject({
    schedulingStrategy: 'DAEMON',
    desiredCount: 1,
    deploymentConfiguration: { minimumHealthyPercent: 0, maximumPercent: 100 },
    availabilityZoneRebalancing: 'DISABLED',
  });
  await yard.completed('agent');
  await yard.update('agent', { taskDefinition: 'good:2' });
  const counts: number[] = [];
  await yard.until('the new daemon', 'agent', ({ deployments = [], runningCount = 0, pendingCount = 0 }) => {
    counts.push(runningCount + pendingCount);
    return deployments.length === 1 && deployments[0]?.rolloutState === 'COMPLETED';
  });

  expect(Math.max(...counts)).toBe(1);
  await expect(yard.create('counted', { schedulingStrategy: 'DAEMON', desiredCount: 0 })).rejects.toThrow(
    'The daemon scheduling strategy does not support a desired count for services.',
  );
  await expect(yard.update('agent', { desiredCount: 2 })).rejects.toThrow('does not support a desired count');
  await expect(
    yard.create('both', { ...EXTERNAL, schedulingStrategy: 'DAEMON', desiredCount: undefined }),
  ).rejects.toMatchObject({ name: 'InvalidParameterException' });
  const { service: deleted } = await yard.teal.ecs.send(new DeleteServiceCommand(named('agent')));
  expect(deleted?.status).toBe('DRAINING');
});

it('keeps capacity providers, and changes a strategy only with a new deployment', async () => {
  const { ecs } = yard.teal;
  await ecs.send(new CreateClusterCommand({ clusterName: 'spot' }));
  const put = (providers: string[]) =>
    ecs.send(
      new PutClusterCapacityProvidersCommand({
        cluster: 'spot',
        capacityProviders: providers,
        defaultCapacityProviderStrategy: providers
          .slice(0, 1)
          .map((capacityProvider) => ({ capacityProvider, weight: 1 })),
      }),
    );
  expect((await put(['FARGATE', 'FARGATE_SPOT'])).cluster?.capacityProviders).toEqual(['FARGATE', 'FARGATE_SPOT']);
  await expect(put(['MINE'])).rejects.toThrow('The specified capacity provider was not found.');
  const { capacityProviders } = await ecs.send(new DescribeCapacityProvidersCommand({}));
  expect(capacityProviders?.map(({ name, status }) => [name, status])).toEqual([
    ['FARGATE', 'ACTIVE'],
    ['FARGATE_SPOT', 'ACTIVE'],
  ]);
  await expect(
    yard.create('unassociated', { capacityProviderStrategy: [{ capacityProvider: 'FARGATE' }] }),
  ).rejects.toThrow('cannot contain a capacity provider that is not associated with the cluster');
  await expect(
    yard.create('two', { launchType: 'FARGATE', capacityProviderStrategy: [{ capacityProvider: 'FARGATE' }] }),
  ).rejects.toThrow();
  await yard.create('launched', { desiredCount: 0 });
  await ecs.send(
    new PutClusterCapacityProvidersCommand({
      cluster: 'shop',
      capacityProviders: ['FARGATE'],
      defaultCapacityProviderStrategy: [],
    }),
  );
  await expect(
    yard.update('launched', { capacityProviderStrategy: [{ capacityProvider: 'FARGATE', weight: 1 }] }),
  ).rejects.toThrow('you must force a new deployment.');
  await expect(
    yard.update('launched', {
      capacityProviderStrategy: [{ capacityProvider: 'FARGATE', weight: 1 }],
      forceNewDeployment: true,
    }),
  ).rejects.toThrow('Task definition does not support launch_type FARGATE.');
});

it('gives tags to tasks as the service asks', async () => {
  const tags = [{ key: 'from', value: 'service' }];
  await yard.create('tagged', { propagateTags: 'SERVICE', enableECSManagedTags: true, tags });
  await yard.create('defined', { propagateTags: 'TASK_DEFINITION' });
  await yard.create('bare', { tags });
  for (const name of ['tagged', 'defined', 'bare']) await yard.completed(name);

  const [tagged] = await yard.tasks('tagged');
  expect(tagged?.tags).toEqual(
    expect.arrayContaining([
      ...tags,
      { key: 'aws:ecs:clusterName', value: 'shop' },
      { key: 'aws:ecs:serviceName', value: 'tagged' },
    ]),
  );
  expect((await yard.tasks('defined'))[0]?.tags).toEqual([{ key: 'from', value: 'definition' }]);
  expect((await yard.tasks('bare'))[0]?.tags).toEqual([]);
  const { serviceArn: resourceArn } = await yard.describe('bare');
  await yard.teal.ecs.send(new TagResourceCommand({ resourceArn, tags: [{ key: 'more', value: '1' }] }));
  expect((await yard.describe('bare')).tags).toEqual([...tags, { key: 'more', value: '1' }]);
});

it('lists services by pages and filters, and none in a namespace', async () => {
  const { ecs } = yard.teal;
  await ecs.send(new CreateClusterCommand({ clusterName: 'listed' }));
  for (let index = 10; index < 22; index += 1)
    await ecs.send(
      new CreateServiceCommand({
        cluster: 'listed',
        serviceName: `s${index}`,
        taskDefinition: 'good',
        desiredCount: 0,
      }),
    );
  const first = await ecs.send(new ListServicesCommand({ cluster: 'listed' }));
  const second = await ecs.send(new ListServicesCommand({ cluster: 'listed', nextToken: first.nextToken }));

  expect([first.serviceArns?.length, second.serviceArns?.length, second.nextToken]).toEqual([10, 2, undefined]);
  const daemons = await ecs.send(new ListServicesCommand({ cluster: 'listed', schedulingStrategy: 'DAEMON' }));
  expect(daemons.serviceArns).toEqual([]);
  await expect(ecs.send(new ListServicesCommand({ cluster: 'listed', nextToken: 'nonsense' }))).rejects.toMatchObject({
    name: 'InvalidParameterException',
  });
  expect((await ecs.send(new ListServicesByNamespaceCommand({ namespace: 'ns' }))).serviceArns).toEqual([]);
});

it("ends the SDK's waiters", async () => {
  const { ecs } = yard.teal;
  const patience = { client: ecs, maxWaitTime: 60, minDelay: 1, maxDelay: 1 };
  await yard.create('waited');
  await waitUntilServicesStable(patience, { cluster: 'shop', services: ['waited'] });
  const tasks = (await yard.tasks('waited')).map(({ taskArn = '' }) => taskArn);
  await waitUntilTasksRunning(patience, { cluster: 'shop', tasks });
  await ecs.send(new DeleteServiceCommand({ ...named('waited'), force: true }));
  await waitUntilServicesInactive(patience, { cluster: 'shop', services: ['waited'] });
  await waitUntilTasksStopped(patience, { cluster: 'shop', tasks });

  await expect(yard.update('waited', { desiredCount: 1 })).rejects.toMatchObject({ name: 'ServiceNotActiveException' });
  await expect(ecs.send(new DeleteServiceCommand(named('waited')))).rejects.toMatchObject({
    name: 'ServiceNotFoundException',
  });
  const again = await yard.create('waited', { desiredCount: 0 });
  expect(again.status).toBe('ACTIVE');
});

it('words what it refuses of a new service as ECS does', async () => {
  for (const [members, message] of [
    [{ serviceName: 'bad name' }, 'ServiceName must match ^[a-zA-Z0-9\\-_]{1,255}$, but was bad name'],
    [{ taskDefinition: 'nothing' }, 'TaskDefinition not found.'],
    [
      { launchType: 'EC2', capacityProviderStrategy: [{ capacityProvider: 'FARGATE' }] },
      'Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.',
    ],
    [{ desiredCount: -1 }, 'desiredCount must be at least 0'],
    [{ desiredCount: 5001 }, 'desiredCount must be at most 5000'],
    [{ deploymentConfiguration: { minimumHealthyPercent: 101 } }, 'minimumHealthyPercent must be at most 100'],
    [{ deploymentConfiguration: { maximumPercent: 201 } }, 'maximumPercent must be at most 200'],
    [{ deploymentConfiguration: { maximumPercent: 99 } }, 'maximumPercent must be at least 100'],
    [
      { deploymentConfiguration: { minimumHealthyPercent: 100, maximumPercent: 100 } },
      'Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments.',
    ],
    [
      {
        deploymentConfiguration: { maximumPercent: 100, minimumHealthyPercent: 50 },
        availabilityZoneRebalancing: 'ENABLED',
      },
      'Availability Zone Rebalancing does not support maximumPercent <= 100 % as deployment configuration.',
    ],
    [{ deploymentConfiguration: { bakeTimeInMinutes: 1441 } }, 'bakeTimeInMinutes must be between 0 and 1440.'],
    [
      { deploymentConfiguration: { strategy: 'LINEAR', linearConfiguration: { stepPercent: 2 } } },
      'stepPercent must be a multiple of 0.1 between 3.0 and 100.0.',
    ],
    [
      { deploymentConfiguration: { alarms: { alarmNames: [], enable: true, rollback: true } } },
      'alarmNames must not be empty when deployment alarms are enabled.',
    ],
  ] as const)
    await expect(yard.create('refused', members as object)).rejects.toMatchObject({ message });
  await yard.create('taken', { desiredCount: 0, clientToken: 'token' });
  expect((await yard.create('taken', { desiredCount: 0, clientToken: 'token' })).serviceName).toBe('taken');
  await expect(yard.create('taken', { desiredCount: 1, clientToken: 'token' })).rejects.toThrow(
    'Creation of service was not idempotent.',
  );
  await expect(yard.create('taken')).rejects.toThrow('Creation of service was not idempotent.');
});
