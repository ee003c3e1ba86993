import { afterEach, beforeEach, expect, it } from 'vitest';
import { CTX, openFakeEcs, type FakeEcs } from '../fake-ecs.ts';
import { serviceDeployments } from '../records/service-deployment.ts';
import { taskSets } from '../records/task-set.ts';

const WEB = { cluster: 'shop', service: 'web' };

let ecs: FakeEcs;

beforeEach(async () => {
  ecs = await openFakeEcs();
  await ecs.actions.CreateCluster({ clusterName: 'shop' }, CTX);
  for (const memory of [64, 128])
    await ecs.actions.RegisterTaskDefinition(
      { family: 'web', containerDefinitions: [{ name: 'web', image: 'web', memory }] },
      CTX,
    );
});
afterEach(() => ecs.close());

const create = (actions = ecs.actions, type: 'ECS' | 'EXTERNAL' = 'ECS') =>
  actions.CreateService(
    {
      ...{ cluster: 'shop', serviceName: 'web', clientToken: 'once', desiredCount: 1 },
      ...(type === 'ECS' ? { taskDefinition: 'web:1' } : { deploymentController: { type } }),
    },
    CTX,
  );

const sets = () => taskSets(ecs.deps.store).list(CTX, 'shop/web');
const deployments = () => serviceDeployments(ecs.deps.store).list(CTX, 'shop/web');
const describeWeb = async () =>
  (await ecs.actions.DescribeServices({ cluster: 'shop', services: ['web'] }, CTX)).services?.[0];

it('makes a service once for two requests with one token that come at the same time', async () => {
  let first: Awaited<ReturnType<typeof create>> | undefined;

  const second = await create(ecs.beaten(async () => (first = await create())));

  expect(second.service?.deployments).toEqual(first?.service?.deployments);
  expect(await sets()).toHaveLength(1);
  expect(await deployments()).toHaveLength(1);
});

it('makes no service in a cluster that is deleted meanwhile', async () => {
  const late = create(ecs.beaten(() => ecs.actions.DeleteCluster({ cluster: 'shop' }, CTX)));

  await expect(late).rejects.toThrow('The referenced cluster was inactive.');
  expect(await sets()).toEqual([]);
});

it('begins no second deployment for a request that only scales and meets one that deploys', async () => {
  await create();

  await ecs
    .beaten(() => ecs.actions.UpdateService({ ...WEB, taskDefinition: 'web:2' }, CTX))
    .UpdateService({ ...WEB, desiredCount: 3 }, CTX);

  expect(await describeWeb()).toMatchObject({
    desiredCount: 3,
    taskDefinition: expect.stringMatching(/web:2$/) as string,
  });
  expect(await deployments()).toHaveLength(2);
});

it('keeps what another update of the service set at the same time', async () => {
  await create();
  const other = { availabilityZoneRebalancing: 'DISABLED', deploymentConfiguration: { bakeTimeInMinutes: 7 } } as const;

  await ecs
    .beaten(() => ecs.actions.UpdateService({ ...WEB, ...other }, CTX))
    .UpdateService({ ...WEB, deploymentConfiguration: { maximumPercent: 150 } }, CTX);

  expect(await describeWeb()).toMatchObject({
    availabilityZoneRebalancing: 'DISABLED',
    deploymentConfiguration: { bakeTimeInMinutes: 7, maximumPercent: 150 },
  });
});

it('updates no service that is deleted meanwhile', async () => {
  await create();
  const remove = () => ecs.actions.DeleteService({ ...WEB, force: true }, CTX);

  const late = ecs.beaten(remove).UpdateService({ ...WEB, desiredCount: 3, forceNewDeployment: true }, CTX);

  await expect(late).rejects.toMatchObject({ name: 'ServiceNotActiveException' });
  expect(await sets()).toHaveLength(1);
  expect(await describeWeb()).toMatchObject({ status: 'DRAINING', desiredCount: 0 });
});

it('deletes no service that is scaled up meanwhile', async () => {
  await create();
  await ecs.actions.UpdateService({ ...WEB, desiredCount: 0 }, CTX);

  const late = ecs.beaten(() => ecs.actions.UpdateService({ ...WEB, desiredCount: 3 }, CTX)).DeleteService(WEB, CTX);

  await expect(late).rejects.toThrow('The service cannot be stopped while it is scaled above 0.');
  expect(await describeWeb()).toMatchObject({ status: 'ACTIVE', desiredCount: 3 });
});

const SET = { ...WEB, taskDefinition: 'web:1' };
const makeSet = async (actions = ecs.actions) => {
  const { taskSet } = await actions.CreateTaskSet(SET, CTX);
  return taskSet?.taskSetArn ?? '';
};

it('makes no task set of a service that is deleted meanwhile', async () => {
  await create(ecs.actions, 'EXTERNAL');

  const late = makeSet(ecs.beaten(() => ecs.actions.DeleteService(WEB, CTX)));

  await expect(late).rejects.toMatchObject({ name: 'ServiceNotActiveException' });
  expect(await sets()).toEqual([]);
});

it('makes no task set the primary that is deleted meanwhile', async () => {
  await create(ecs.actions, 'EXTERNAL');
  const [first, second] = [await makeSet(), await makeSet()];
  await ecs.actions.UpdateServicePrimaryTaskSet({ ...WEB, primaryTaskSet: first }, CTX);

  const late = ecs
    .beaten(() => ecs.actions.DeleteTaskSet({ ...WEB, taskSet: second }, CTX))
    .UpdateServicePrimaryTaskSet({ ...WEB, primaryTaskSet: second }, CTX);

  await expect(late).rejects.toThrow('A task set that is draining cannot become primary.');
  expect((await sets()).map(({ status }) => status)).toEqual(['PRIMARY', 'DRAINING']);
});
