import type { CapacityProviderStrategyItem } from '@aws-sdk/client-ecs';
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

const spotCluster = () => ecs.actions.CreateCluster({ clusterName: 'shop', capacityProviders: ['FARGATE_SPOT'] }, CTX);

/** A service of no task in that cluster. */
async function serviceOn(capacityProviderStrategy?: CapacityProviderStrategyItem[]): Promise<void> {
  await ecs.actions.RegisterTaskDefinition(
    {
      ...{ family: 'web', networkMode: 'awsvpc', requiresCompatibilities: ['FARGATE'], cpu: '256', memory: '512' },
      containerDefinitions: [{ name: 'web', image: 'web' }],
    },
    CTX,
  );
  await ecs.actions.CreateService(
    {
      ...{ cluster: 'shop', serviceName: 'web', taskDefinition: 'web', desiredCount: 0 },
      ...(capacityProviderStrategy ? { capacityProviderStrategy } : { launchType: 'FARGATE' }),
      networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-1'] } },
    },
    CTX,
  );
}

const SPOT = [{ capacityProvider: 'FARGATE_SPOT' }];
const takeAll = (actions = ecs.actions) =>
  actions.PutClusterCapacityProviders(
    { cluster: 'shop', capacityProviders: [], defaultCapacityProviderStrategy: [] },
    CTX,
  );

it('takes no capacity provider from a cluster that a service uses meanwhile', async () => {
  await spotCluster();

  const late = takeAll(ecs.beaten(() => serviceOn(SPOT)));

  await expect(late).rejects.toMatchObject({ name: 'ResourceInUseException' });
});

it('gives a service no capacity provider that is taken from its cluster meanwhile', async () => {
  await spotCluster();
  await serviceOn();

  const late = ecs
    .beaten(takeAll)
    .UpdateService({ cluster: 'shop', service: 'web', capacityProviderStrategy: SPOT, forceNewDeployment: true }, CTX);

  await expect(late).rejects.toThrow('not associated with the cluster');
});
