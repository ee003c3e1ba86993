import { afterEach, beforeEach, expect, it } from 'vitest';
import { createFakeRuntime, type FakeRuntime } from '../../../drivers/runtimes/fake/fake-runtime.ts';
import { createBell } from '../../../kernel/bell.ts';
import { noCheckpoint } from '../../../kernel/checkpoint.ts';
import { systemClock } from '../../../kernel/clock.ts';
import { silentLogger } from '../../../kernel/logger.ts';
import { withRival } from '../../../store/fake-rival.ts';
import { openStore } from '../../../store/open-store.ts';
import type { Store } from '../../../store/store.ts';
import type { CallContext } from '../../../wire/types.ts';
import type { EcsDeps } from '../deps.ts';
import { createFakeTargets } from '../fake-targets.ts';
import { ecsActions } from '../index.ts';
import { serviceDeployments } from '../records/service-deployment.ts';
import { taskSets } from '../records/task-set.ts';

const CTX: CallContext = {
  ...{ account: '111122223333', region: 'eu-west-1', service: 'ecs', operation: 'x', requestId: 'r' },
  ...{ accessKeyId: undefined, principal: undefined, signal: new AbortController().signal },
};
const WEB = { cluster: 'shop', service: 'web' };

let store: Store;
let runtime: FakeRuntime;
let deps: EcsDeps;

beforeEach(async () => {
  store = await openStore(':memory:');
  runtime = createFakeRuntime();
  const clock = systemClock();
  deps = {
    ...{
      store,
      clock,
      runtime,
      logger: silentLogger(),
      bell: createBell(clock),
      targets: createFakeTargets({ groups: [] }),
    },
    alarms: { read: async () => [] },
    objects: { read: async () => ({ isRead: false, code: 'NoSuchKey', message: '', status: 404, requestId: '' }) },
    append: async () => undefined,
    emit: async () => undefined,
    checkpoint: noCheckpoint,
  };
  await ecsActions(deps).CreateCluster({ clusterName: 'shop' }, CTX);
  for (const memory of [64, 128])
    await ecsActions(deps).RegisterTaskDefinition(
      { family: 'web', containerDefinitions: [{ name: 'web', image: 'web', memory }] },
      CTX,
    );
});
afterEach(async () => {
  await runtime.close();
  await store.close();
});

/** The actions as they are for a request that somebody else comes in between of. */
const beaten = (rival: () => Promise<unknown>) => ecsActions({ ...deps, store: withRival(store, rival) });

const create = (actions = ecsActions(deps), type: 'ECS' | 'EXTERNAL' = 'ECS') =>
  actions.CreateService(
    {
      ...{ cluster: 'shop', serviceName: 'web', clientToken: 'once', desiredCount: 1 },
      ...(type === 'ECS' ? { taskDefinition: 'web:1' } : { deploymentController: { type } }),
    },
    CTX,
  );

const sets = () => taskSets(store).list(CTX, 'shop/web');
const deployments = () => serviceDeployments(store).list(CTX, 'shop/web');
const describeWeb = async () =>
  (await ecsActions(deps).DescribeServices({ cluster: 'shop', services: ['web'] }, CTX)).services?.[0];

it('makes a service once for two requests with one token that come at the same time', async () => {
  let first: Awaited<ReturnType<typeof create>> | undefined;

  const second = await create(beaten(async () => (first = await create())));

  expect(second.service?.deployments).toEqual(first?.service?.deployments);
  expect(await sets()).toHaveLength(1);
  expect(await deployments()).toHaveLength(1);
});

it('makes no service in a cluster that is deleted meanwhile', async () => {
  const late = create(beaten(() => ecsActions(deps).DeleteCluster({ cluster: 'shop' }, CTX)));

  await expect(late).rejects.toThrow('The referenced cluster was inactive.');
  expect(await sets()).toEqual([]);
});

it('begins no second deployment for a request that only scales and meets one that deploys', async () => {
  await create();

  await beaten(() => ecsActions(deps).UpdateService({ ...WEB, taskDefinition: 'web:2' }, CTX)).UpdateService(
    { ...WEB, desiredCount: 3 },
    CTX,
  );

  expect(await describeWeb()).toMatchObject({
    desiredCount: 3,
    taskDefinition: expect.stringMatching(/web:2$/) as string,
  });
  expect(await deployments()).toHaveLength(2);
});

it('keeps what another update of the service set at the same time', async () => {
  await create();
  const other = { availabilityZoneRebalancing: 'DISABLED', deploymentConfiguration: { bakeTimeInMinutes: 7 } } as const;

  await beaten(() => ecsActions(deps).UpdateService({ ...WEB, ...other }, CTX)).UpdateService(
    { ...WEB, deploymentConfiguration: { maximumPercent: 150 } },
    CTX,
  );

  expect(await describeWeb()).toMatchObject({
    availabilityZoneRebalancing: 'DISABLED',
    deploymentConfiguration: { bakeTimeInMinutes: 7, maximumPercent: 150 },
  });
});

it('updates no service that is deleted meanwhile', async () => {
  await create();
  const remove = () => ecsActions(deps).DeleteService({ ...WEB, force: true }, CTX);

  const late = beaten(remove).UpdateService({ ...WEB, desiredCount: 3, forceNewDeployment: true }, CTX);

  await expect(late).rejects.toMatchObject({ name: 'ServiceNotActiveException' });
  expect(await sets()).toHaveLength(1);
  expect(await describeWeb()).toMatchObject({ status: 'DRAINING', desiredCount: 0 });
});

it('deletes no service that is scaled up meanwhile', async () => {
  await create();
  await ecsActions(deps).UpdateService({ ...WEB, desiredCount: 0 }, CTX);

  const late = beaten(() => ecsActions(deps).UpdateService({ ...WEB, desiredCount: 3 }, CTX)).DeleteService(WEB, CTX);

  await expect(late).rejects.toThrow('The service cannot be stopped while it is scaled above 0.');
  expect(await describeWeb()).toMatchObject({ status: 'ACTIVE', desiredCount: 3 });
});

const SET = { ...WEB, taskDefinition: 'web:1' };
const makeSet = async (actions = ecsActions(deps)) => {
  const { taskSet } = await actions.CreateTaskSet(SET, CTX);
  return taskSet?.taskSetArn ?? '';
};

it('makes no task set of a service that is deleted meanwhile', async () => {
  await create(ecsActions(deps), 'EXTERNAL');

  const late = makeSet(beaten(() => ecsActions(deps).DeleteService(WEB, CTX)));

  await expect(late).rejects.toMatchObject({ name: 'ServiceNotActiveException' });
  expect(await sets()).toEqual([]);
});

it('makes no task set the primary that is deleted meanwhile', async () => {
  await create(ecsActions(deps), 'EXTERNAL');
  const [first, second] = [await makeSet(), await makeSet()];
  await ecsActions(deps).UpdateServicePrimaryTaskSet({ ...WEB, primaryTaskSet: first }, CTX);

  const late = beaten(() =>
    ecsActions(deps).DeleteTaskSet({ ...WEB, taskSet: second }, CTX),
  ).UpdateServicePrimaryTaskSet({ ...WEB, primaryTaskSet: second }, CTX);

  await expect(late).rejects.toThrow('A task set that is draining cannot become primary.');
  expect((await sets()).map(({ status }) => status)).toEqual(['PRIMARY', 'DRAINING']);
});
