import { CreateTaskSetCommand, DeleteTaskSetCommand, StopTaskCommand } from '@aws-sdk/client-ecs';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { idOf, noRoom, PlacementYard } from '../support/placement-yard.ts';

let place: PlacementYard;
beforeAll(async () => {
  place = await PlacementYard.open();
});
afterAll(() => place.close());

it('gives a host port to one task, in whatever cluster, until that has stopped', async () => {
  const [ready, gate] = ['is-ready', 'may-end'].map((name) => join(place.yard.teal.data, name));
  const stubborn = ['/bin/sh', '-c', `trap '' TERM; touch ${ready}; while [ ! -e ${gate} ]; do sleep 0.05; done`];
  const hostPort = place.port();
  const family = await place.define([{ containerPort: 80, hostPort }], {}, stubborn);
  const udp = await place.define([{ containerPort: 80, hostPort, protocol: 'udp' }]);
  const token = { clientToken: 'the-same', count: 2 };
  const first = await place.run(family, token);
  const task = first.tasks?.[0]?.taskArn;
  await eventually('it to ignore SIGTERM', () => existsSync(ready ?? '') || undefined);
  const refused = [{ arn: await place.instanceArn(), reason: 'RESOURCE:PORTS' }];

  expect(first).toMatchObject({ tasks: [{ taskArn: task }], failures: refused });
  expect(await place.run(family, token)).toMatchObject({ tasks: [{ taskArn: task }], failures: refused });
  expect(await place.run(family)).toMatchObject({ tasks: [], failures: refused });
  const { failures } = await place.run(family, { cluster: 'default' });
  expect(failures).toEqual([{ arn: await place.instanceArn('default'), reason: 'RESOURCE:PORTS' }]);
  const other = await place.run(udp);
  expect(other).toMatchObject({ tasks: [{}], failures: [] });

  await place.yard.teal.ecs.send(new StopTaskCommand({ cluster: 'shop', task }));
  await place.reach(task, 'STOPPING');
  expect((await place.run(family)).failures).toEqual(refused);
  await writeFile(gate ?? '', '');
  await place.stop(task);
  const again = await place.run(family);
  expect(again).toMatchObject({ tasks: [{}], failures: [] });
  await Promise.all([again, other].map(({ tasks = [] }) => place.stop(tasks[0]?.taskArn)));
});

it.each([
  ['CPU', { cpu: String(availableParallelism() * 1024 + 1024) }],
  ['MEMORY', { memory: String(Math.floor(totalmem() / 2 ** 20) + 1024) }],
])('does not run a task that needs more %s than the machine has', async (what, size) => {
  const family = await place.define([], size);

  expect(await place.run(family, { count: 3 })).toMatchObject({
    tasks: [],
    failures: [{ arn: await place.instanceArn(), reason: `RESOURCE:${what}` }],
  });
});

it('runs tasks that together need more than the machine has, of which nothing is left then', async () => {
  const family = await place.define([], { cpu: String(availableParallelism() * 1024) });
  const { tasks = [], failures } = await place.run(family, { count: 2 });
  const cpu = (await place.instance()).remainingResources?.find(({ name }) => name === 'CPU');

  expect([tasks.length, failures]).toEqual([2, []]);
  expect(cpu?.integerValue).toBe(0);
  await Promise.all(tasks.map(({ taskArn }) => place.stop(taskArn)));
});

it('says once that a service finds no room, and starts its task when the port is free', async () => {
  const family = await place.define([{ containerPort: 80, hostPort: place.port() }]);
  const { tasks: [holder] = [] } = await place.run(family);
  await place.yard.create('waits', { taskDefinition: family });
  const events = await place.told('waits');
  expect(events).toEqual([
    noRoom('service waits', await place.instanceArn(), 'is already using a port required by your task.'),
  ]);
  expect(await place.yard.tasks('waits')).toEqual([]);

  await place.stop(holder?.taskArn);
  await place.yard.completed('waits');
  expect(await place.complaints('waits')).toEqual(events);
  await place.remove('waits');
});

it('says what a service lacks whose task is larger than the machine', async () => {
  const family = await place.define([], { cpu: String(availableParallelism() * 1024 + 1024) });
  await place.yard.create('large', { taskDefinition: family });

  expect(await place.told('large')).toEqual([
    noRoom('service large', await place.instanceArn(), 'has insufficient CPU units available.'),
  ]);
  await place.yard.update('large', { taskDefinition: 'good:1' });
  await place.yard.completed('large');
  await place.remove('large');
});

it('keeps the old task of a fixed host port until the lower bound lets it stop first', async () => {
  const mapping = [{ containerPort: 80, hostPort: place.port() }];
  const [before, after] = [await place.define(mapping), await place.define(mapping)];
  await place.yard.create('fixed', { taskDefinition: before });
  await place.yard.completed('fixed');
  await place.yard.update('fixed', { taskDefinition: after });
  await place.told('fixed');
  expect((await place.yard.tasks('fixed')).map(({ taskDefinitionArn }) => idOf(taskDefinitionArn))).toEqual([
    `${before}:1`,
  ]);

  await place.yard.update('fixed', { deploymentConfiguration: { minimumHealthyPercent: 0, maximumPercent: 200 } });
  await place.yard.completed('fixed');
  expect((await place.yard.tasks('fixed')).map(({ taskDefinitionArn }) => idOf(taskDefinitionArn))).toEqual([
    `${after}:1`,
  ]);
  await place.remove('fixed');
});

it('replaces the only task of a fixed host port without a word of placement where it may stop first', async () => {
  const mapping = [{ containerPort: 80, hostPort: place.port() }];
  const deploymentConfiguration = { minimumHealthyPercent: 0, maximumPercent: 200 };
  await place.yard.create('swapped', { taskDefinition: await place.define(mapping), deploymentConfiguration });
  await place.yard.completed('swapped');
  const [first] = await place.yard.tasks('swapped');
  await place.yard.update('swapped', { taskDefinition: await place.define(mapping) });
  await place.yard.completed('swapped');
  const [second] = await place.yard.tasks('swapped');
  await place.yard.teal.ecs.send(new StopTaskCommand({ cluster: 'shop', task: second?.taskArn }));
  const [third] = await eventually('its replacement to run', async () => {
    const found = await place.yard.tasks('swapped');
    return found.some(({ lastStatus }) => lastStatus === 'RUNNING') ? found : undefined;
  });

  expect(new Set([first, second, third].map((task) => task?.taskArn)).size).toBe(3);
  expect(await place.complaints('swapped')).toEqual([]);
  await place.remove('swapped');
});

it('says which task set finds no room, and starts its task when the other set is gone', async () => {
  const family = await place.define([{ containerPort: 80, hostPort: place.port() }]);
  await place.yard.create('sets', { taskDefinition: undefined, deploymentController: { type: 'EXTERNAL' } });
  const makeSet = async () =>
    (
      await place.yard.teal.ecs.send(
        new CreateTaskSetCommand({
          cluster: 'shop',
          service: 'sets',
          taskDefinition: family,
          launchType: 'EC2',
          scale: { value: 100, unit: 'PERCENT' },
        }),
      )
    ).taskSet;
  const blue = await makeSet();
  const runs = (id: string | undefined) =>
    place.yard.until(`${id} to run`, 'sets', ({ taskSets }) =>
      taskSets?.some((set) => set.id === id && set.runningCount),
    );
  await runs(blue?.id);
  const green = await makeSet();
  expect(await place.told('sets')).toEqual([
    noRoom(
      `service sets, taskSet ${green?.id}`,
      await place.instanceArn(),
      'is already using a port required by your task.',
    ),
  ]);

  await place.yard.teal.ecs.send(
    new DeleteTaskSetCommand({ cluster: 'shop', service: 'sets', taskSet: blue?.id, force: true }),
  );
  await runs(green?.id);
  await place.remove('sets');
});
