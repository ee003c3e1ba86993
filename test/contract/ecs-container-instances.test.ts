import {
  CreateClusterCommand,
  type ContainerInstance,
  DeleteClusterCommand,
  DescribeClustersCommand,
  DescribeContainerInstancesCommand,
  ListContainerInstancesCommand,
  ListTagsForResourceCommand,
  ListTasksCommand,
  StartTaskCommand,
  type StartTaskRequest,
  StopTaskCommand,
  TagResourceCommand,
  UpdateContainerInstancesStateCommand,
  waitUntilTasksRunning,
} from '@aws-sdk/client-ecs';
import { availableParallelism, totalmem } from 'node:os';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { idOf, PlacementYard } from '../support/placement-yard.ts';
import { taskNetwork } from '../support/task-network.ts';

let place: PlacementYard;
beforeAll(async () => {
  place = await PlacementYard.open();
});
afterAll(() => place.close());

const resource = ({ remainingResources = [] }: ContainerInstance, name: string) =>
  remainingResources.find((one) => one.name === name);

it('shows the machine as the one instance of every cluster', async () => {
  await place.yard.teal.ecs.send(new CreateClusterCommand({ clusterName: 'other' }));
  const [own, other] = [await place.instance(), await place.instance('other')];
  const cpu = availableParallelism() * 1024;
  const memory = Math.floor(totalmem() / 2 ** 20);

  expect(own.containerInstanceArn).toMatch(
    new RegExp(`^arn:aws:ecs:[a-z0-9-]+:${place.yard.teal.account}:container-instance/shop/[0-9a-f]{32}$`),
  );
  expect(own).toMatchObject({
    status: 'ACTIVE',
    agentConnected: true,
    version: 1,
    registeredResources: [
      { name: 'CPU', type: 'INTEGER', integerValue: cpu },
      { name: 'MEMORY', type: 'INTEGER', integerValue: memory },
      { name: 'PORTS', type: 'STRINGSET', stringSetValue: ['22', '2375', '2376', '51678', '51679'] },
      { name: 'PORTS_UDP', type: 'STRINGSET', stringSetValue: [] },
    ],
  });
  expect(own.ec2InstanceId).toMatch(/^i-[0-9a-f]{17}$/);
  expect(own.attributes?.map(({ name }) => name)).toContain('ecs.availability-zone');
  expect(own.registeredAt).toBeInstanceOf(Date);
  expect(idOf(other.containerInstanceArn)).not.toBe(idOf(own.containerInstanceArn));
  expect(other.ec2InstanceId).toBe(own.ec2InstanceId);
  expect((await place.instance()).registeredAt).toEqual(own.registeredAt);
});

it('counts the instance of a cluster, which does not keep it from being deleted', async () => {
  await place.yard.teal.ecs.send(new CreateClusterCommand({ clusterName: 'gone' }));
  const { clusters } = await place.yard.teal.ecs.send(new DescribeClustersCommand({ clusters: ['gone'] }));
  const { cluster } = await place.yard.teal.ecs.send(new DeleteClusterCommand({ cluster: 'gone' }));

  expect(clusters?.[0]?.registeredContainerInstancesCount).toBe(1);
  expect(cluster).toMatchObject({ status: 'INACTIVE', registeredContainerInstancesCount: 0 });
  await expect(place.instanceArn('gone')).rejects.toThrow('The referenced cluster was inactive.');
});

it('lists the instance by its status', async () => {
  const list = async (status: 'ACTIVE' | 'DRAINING') =>
    (await place.yard.teal.ecs.send(new ListContainerInstancesCommand({ cluster: 'shop', status })))
      .containerInstanceArns;

  expect(await list('ACTIVE')).toEqual([await place.instanceArn()]);
  expect(await list('DRAINING')).toEqual([]);
});

it('finds the instance by its id, and names what is missing', async () => {
  const unknown = 'f'.repeat(32);
  const containerInstances = [idOf(await place.instanceArn()), unknown];
  const answer = await place.yard.teal.ecs.send(
    new DescribeContainerInstancesCommand({ cluster: 'shop', containerInstances }),
  );

  expect(answer.containerInstances?.map((one) => one.containerInstanceArn)).toEqual([await place.instanceArn()]);
  const missing = (await place.instanceArn()).replace(/[^/]+$/, unknown);
  expect(answer.failures).toEqual([{ arn: missing, reason: 'MISSING' }]);
});

it.each([
  ['Container instance cannot be empty.', []],
  ['instanceIds can have at most 100 items.', Array<string>(101).fill('f'.repeat(32))],
  ['Container instance can not be blank.', ['']],
  ['containerInstanceId length should be one of [32,36]', ['short']],
  ['Container Instance Identifier is invalid', ['arn:aws:ecs:us-east-1:111122223333:task/shop/x']],
])('refuses to describe instances with: %s', async (message, containerInstances) => {
  const command = new DescribeContainerInstancesCommand({ cluster: 'shop', containerInstances });

  await expect(place.yard.teal.ecs.send(command)).rejects.toMatchObject({ name: 'InvalidParameterException', message });
});

it('names what is not served of instances', async () => {
  const drain = new UpdateContainerInstancesStateCommand({ containerInstances: ['x'], status: 'DRAINING' });
  const filter = new ListContainerInstancesCommand({ filter: 'attribute:ecs.os-type == linux' });

  await expect(place.yard.teal.ecs.send(drain)).rejects.toThrow(/UpdateContainerInstancesState/);
  await expect(place.yard.teal.ecs.send(filter)).rejects.toThrow(/filter of ListContainerInstances/);
});

it('keeps tags of the instance', async () => {
  const resourceArn = await place.instanceArn();
  await place.yard.teal.ecs.send(new TagResourceCommand({ resourceArn, tags: [{ key: 'rack', value: '7' }] }));
  const listed = await place.yard.teal.ecs.send(new ListTagsForResourceCommand({ resourceArn }));
  const plain = await place.yard.teal.ecs.send(
    new DescribeContainerInstancesCommand({ cluster: 'shop', containerInstances: [resourceArn] }),
  );

  expect(listed.tags).toEqual([{ key: 'rack', value: '7' }]);
  expect((await place.instance()).tags).toEqual([{ key: 'rack', value: '7' }]);
  expect(plain.containerInstances?.[0]?.tags).toEqual([]);
  const strange = new ListTagsForResourceCommand({ resourceArn: resourceArn.replace(/.$/, 'x') });
  await expect(place.yard.teal.ecs.send(strange)).rejects.toThrow('The specified container instance does not exist.');
});

it('places tasks of launch type EC2 on the instance, and those of FARGATE on none', async () => {
  const before = await place.instance();
  const port = place.port();
  const on = await place.define([
    { containerPort: 80, hostPort: port },
    { containerPort: 53, hostPort: port, protocol: 'udp' },
  ]);
  const off = await place.define([{ containerPort: 80 }], {
    networkMode: 'awsvpc',
    requiresCompatibilities: ['FARGATE'],
    cpu: '256',
    memory: '512',
  });
  const { tasks: [placed] = [] } = await place.run(on, { overrides: { cpu: '512', memory: '256' } });
  const { tasks: [elsewhere] = [] } = await place.run(off, {
    launchType: 'FARGATE',
    networkConfiguration: await taskNetwork(place.yard.teal.ec2),
  });
  await place.reach(placed?.taskArn, 'RUNNING');
  const after = await place.instance();
  const { taskArns } = await place.yard.teal.ecs.send(
    new ListTasksCommand({ cluster: 'shop', containerInstance: await place.instanceArn() }),
  );

  expect([placed?.containerInstanceArn, elsewhere?.containerInstanceArn]).toEqual([
    await place.instanceArn(),
    undefined,
  ]);
  expect(taskArns).toContain(placed?.taskArn);
  expect(taskArns).not.toContain(elsewhere?.taskArn);
  expect(after.runningTasksCount).toBe((before.runningTasksCount ?? 0) + 1);
  const less = (name: string) =>
    (resource(before, name)?.integerValue ?? 0) - (resource(after, name)?.integerValue ?? 0);
  expect([less('CPU'), less('MEMORY')]).toEqual([512, 256]);
  expect(resource(after, 'PORTS')?.stringSetValue).toContain(String(port));
  expect(resource(after, 'PORTS_UDP')?.stringSetValue).toEqual([String(port)]);
  await Promise.all([placed, elsewhere].map((task) => place.stop(task?.taskArn)));
});

it('starts a task on the instance that is named, and names those that are not there', async () => {
  const { ecs } = place.yard.teal;
  const own = (await place.instance()).containerInstanceArn ?? '';
  const absent = own.replace(/[0-9a-f]{32}$/, '0'.repeat(32));
  const start = (containerInstances: string[], members: Partial<StartTaskRequest> = {}) =>
    ecs.send(new StartTaskCommand({ cluster: 'shop', taskDefinition: 'good:1', containerInstances, ...members }));

  const started = await start([own, idOf(own), absent], { startedBy: 'me', group: 'mine' });
  expect(started.tasks).toMatchObject([
    { containerInstanceArn: own, launchType: 'EC2', startedBy: 'me', group: 'mine', lastStatus: 'PENDING' },
  ]);
  expect(started.failures).toEqual([{ arn: absent, reason: 'MISSING' }]);
  const task = started.tasks?.[0]?.taskArn ?? '';
  await waitUntilTasksRunning({ client: ecs, maxWaitTime: 60, minDelay: 1 }, { cluster: 'shop', tasks: [task] });
  await ecs.send(new StopTaskCommand({ cluster: 'shop', task }));
  expect(await start([absent])).toMatchObject({ tasks: [], failures: [{ arn: absent, reason: 'MISSING' }] });
  for (const [wrong, message] of [
    [[], 'Container instances cannot be empty.'],
    [['short'], 'containerInstanceId length should be one of [32,36]'],
    [Array.from({ length: 11 }, () => absent), 'instanceIds can have at most 10 items.'],
  ] as const)
    await expect(start([...wrong])).rejects.toMatchObject({ name: 'InvalidParameterException', message });
});
