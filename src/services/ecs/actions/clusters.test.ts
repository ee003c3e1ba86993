import { afterEach, beforeEach, expect, it } from 'vitest';
import { CTX, openFakeEcs, type FakeEcs } from '../fake-ecs.ts';
import { tasks } from '../records/task.ts';

let ecs: FakeEcs;

beforeEach(async () => {
  ecs = await openFakeEcs();
});
afterEach(() => ecs.close());

const tags = [{ key: 'team', value: 'shop' }];
const describe = async (name: string) =>
  (await ecs.actions.DescribeClusters({ clusters: [name], include: ['TAGS'] }, CTX)).clusters?.[0];
const registerWeb = () =>
  ecs.actions.RegisterTaskDefinition(
    { family: 'web', containerDefinitions: [{ name: 'web', image: 'web', memory: 64 }] },
    CTX,
  );

it('does not make the default cluster by itself over one that is created meanwhile', async () => {
  const create = () => ecs.actions.CreateCluster({ tags }, CTX);

  await ecs.beaten(create).DescribeClusters({}, CTX);

  expect(await describe('default')).toMatchObject({ tags });
});

it('makes a cluster once for two requests that come at the same time', async () => {
  const create = () => ecs.actions.CreateCluster({ clusterName: 'shop', tags }, CTX);

  const { cluster } = await ecs.beaten(create).CreateCluster({ clusterName: 'shop' }, CTX);

  expect(cluster).toMatchObject({ tags });
});

it('deletes no cluster in which a service is made meanwhile', async () => {
  await ecs.actions.CreateCluster({ clusterName: 'shop' }, CTX);
  await registerWeb();
  const create = () =>
    ecs.actions.CreateService({ cluster: 'shop', serviceName: 'web', taskDefinition: 'web', desiredCount: 0 }, CTX);

  const late = ecs.beaten(create).DeleteCluster({ cluster: 'shop' }, CTX);

  await expect(late).rejects.toMatchObject({ name: 'ClusterContainsServicesException' });
  expect(await describe('shop')).toMatchObject({ status: 'ACTIVE' });
});

it('runs no task in a cluster that is deleted meanwhile', async () => {
  await ecs.actions.CreateCluster({ clusterName: 'shop' }, CTX);
  await registerWeb();

  const late = ecs
    .beaten(() => ecs.actions.DeleteCluster({ cluster: 'shop' }, CTX))
    .RunTask({ cluster: 'shop', taskDefinition: 'web' }, CTX);

  await expect(late).rejects.toThrow('The referenced cluster was inactive.');
  expect(await tasks(ecs.deps.store).list(CTX, 'shop')).toEqual([]);
});

it('takes no capacity provider from a cluster that a service uses meanwhile', async () => {
  await ecs.actions.CreateCluster({ clusterName: 'shop', capacityProviders: ['FARGATE_SPOT'] }, CTX);
  await ecs.actions.RegisterTaskDefinition(
    {
      ...{ family: 'web', networkMode: 'awsvpc', requiresCompatibilities: ['FARGATE'], cpu: '256', memory: '512' },
      containerDefinitions: [{ name: 'web', image: 'web' }],
    },
    CTX,
  );
  const create = () =>
    ecs.actions.CreateService(
      {
        ...{ cluster: 'shop', serviceName: 'web', taskDefinition: 'web', desiredCount: 0 },
        capacityProviderStrategy: [{ capacityProvider: 'FARGATE_SPOT' }],
        networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-1'] } },
      },
      CTX,
    );

  const late = ecs
    .beaten(create)
    .PutClusterCapacityProviders({ cluster: 'shop', capacityProviders: [], defaultCapacityProviderStrategy: [] }, CTX);

  await expect(late).rejects.toMatchObject({ name: 'ResourceInUseException' });
});
