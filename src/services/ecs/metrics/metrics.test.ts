import { afterEach, beforeEach, expect, it } from 'vitest';
import { eventually } from '../../../../test/support/eventually.ts';
import { createFakeRuntime, type FakeRuntime } from '../../../drivers/runtimes/fake/fake-runtime.ts';
import { createBell } from '../../../kernel/bell.ts';
import { noCheckpoint } from '../../../kernel/checkpoint.ts';
import { systemClock } from '../../../kernel/clock.ts';
import { silentLogger } from '../../../kernel/logger.ts';
import type { MetricDatum } from '../../../kernel/metrics.ts';
import { openStore } from '../../../store/open-store.ts';
import type { Store } from '../../../store/store.ts';
import type { CallContext } from '../../../wire/types.ts';
import { createFakeTargets } from '../fake-targets.ts';
import { ecs, ecsActions, type EcsService } from '../index.ts';
import type { EcsDeps } from '../deps.ts';
import type { TaskRecord } from '../records/task.ts';
import { taskUses } from './task-use.ts';

const CTX: CallContext = {
  account: '111122223333',
  region: 'eu-west-1',
  service: 'ecs',
  operation: 'x',
  requestId: 'r',
  accessKeyId: undefined,
  principal: undefined,
  signal: new AbortController().signal,
};
const MIB = 1024 * 1024;

interface Told extends MetricDatum {
  readonly namespace: string;
}

let store: Store;
let runtime: FakeRuntime;
let deps: EcsDeps;
let service: EcsService;
let told: Told[];

/** A quarter of a second is a minute. */
beforeEach(async () => {
  store = await openStore(':memory:');
  told = [];
  const clock = systemClock(240);
  const bell = createBell(clock);
  runtime = createFakeRuntime({ onChange: () => bell.ring() });
  deps = {
    store,
    clock,
    logger: silentLogger(),
    bell,
    runtime,
    targets: createFakeTargets({ groups: [] }),
    alarms: { read: async () => [] },
    objects: { read: async () => ({ isRead: false, code: 'NoSuchKey', message: '', status: 404, requestId: '' }) },
    append: async () => undefined,
    emit: async () => undefined,
    checkpoint: noCheckpoint,
    publish: (_scope, namespace, data) => void told.push(...data.map((one) => ({ namespace, ...one }))),
  };
  service = ecs(deps);
  await service.start();
});
afterEach(async () => {
  await service.close();
  await runtime.close();
  await store.close();
});

const actions = () => ecsActions(deps);
const family = (more = {}) =>
  actions().RegisterTaskDefinition(
    { family: 'web', containerDefinitions: [{ name: 'web', image: 'web', memory: 64, cpu: 256, ...more }] },
    CTX,
  );
const createCluster = (clusterName: string, value: 'enabled' | 'disabled' | 'enhanced') =>
  actions().CreateCluster({ clusterName, settings: [{ name: 'containerInsights', value }] }, CTX);
const createService = (cluster: string, desiredCount: number) =>
  actions().CreateService({ cluster, serviceName: 'web', taskDefinition: 'web', desiredCount }, CTX);
const running = (count: number) =>
  eventually(`${count} running tasks`, async () => {
    const tasks = (await runtime.observe()).filter(({ state }) => state === 'running');
    return tasks.length === count ? tasks : undefined;
  });

/** The newest of a metric under these dimensions that has so many samples. */
const datum = (namespace: string, name: string, dimensions: Record<string, string>, samples: number) =>
  eventually(`${name} with ${samples} samples`, () =>
    told.findLast(
      (one) =>
        one.namespace === namespace &&
        one.name === name &&
        JSON.stringify(one.dimensions) === JSON.stringify(dimensions) &&
        one.values.length === samples,
    ),
  );

it('publishes for each running task how much of its reservation it uses, by service and by cluster', async () => {
  await createCluster('shop', 'disabled');
  await family();
  await createService('shop', 2);
  await actions().RunTask({ cluster: 'shop', taskDefinition: 'web' }, CTX);
  const tasks = await running(3);
  for (const { taskId } of tasks) runtime.use(taskId, { cpuNanos: 0, memoryBytes: 16 * MIB });

  const inService = { ClusterName: 'shop', ServiceName: 'web' };
  const memory = await datum('AWS/ECS', 'MemoryUtilization', inService, 2);
  const ofAll = await datum('AWS/ECS', 'CPUUtilization', { ClusterName: 'shop' }, 3);

  expect(memory).toMatchObject({ unit: 'Percent' });
  expect(memory.at.getTime() % 250).toBe(0);
  expect(ofAll.values.map(([, count]) => count)).toEqual([1, 1, 1]);
  await eventually(
    'all of it',
    () =>
      told.some(({ name, values }) => name === 'MemoryUtilization' && values.every(([value]) => value === 25)) ||
      undefined,
  );
  expect(told.filter(({ namespace }) => namespace !== 'AWS/ECS')).toEqual([]);
});

it('publishes one sample of a task for each minute', async () => {
  await createCluster('shop', 'disabled');
  await family();
  await createService('shop', 1);

  const stamps = () =>
    told.filter(({ name, dimensions }) => name === 'CPUUtilization' && dimensions['ServiceName']).map(({ at }) => +at);
  const found = await eventually('five minutes', () => (stamps().length >= 5 ? stamps() : undefined));

  expect(new Set(found).size).toBe(found.length);
});

it('publishes counts and resources to Container Insights where a cluster has it, and not elsewhere', async () => {
  await createCluster('shop', 'enhanced');
  await createCluster('quiet', 'disabled');
  await family();
  await createService('shop', 2);
  await createService('quiet', 1);
  for (const { taskId } of await running(3)) runtime.use(taskId, { cpuNanos: 0, memoryBytes: 16 * MIB });

  const dimensions = { ClusterName: 'shop', ServiceName: 'web' };
  const value = async (name: string, wanted: number, of: Record<string, string> = dimensions) =>
    eventually(`${name} of ${wanted}`, () =>
      told.find(
        (one) =>
          one.name === name && JSON.stringify(one.dimensions) === JSON.stringify(of) && one.values[0]?.[0] === wanted,
      ),
    );

  await value('RunningTaskCount', 2);
  await value('PendingTaskCount', 0);
  await value('DesiredTaskCount', 2);
  await value('TaskSetCount', 0);
  await value('DeploymentCount', 1);
  await value('CpuReserved', 512);
  expect((await value('MemoryUtilized', 32)).unit).toBe('Megabytes');
  await value('MemoryReserved', 128);
  await value('MemoryReserved', 128, { ClusterName: 'shop', TaskDefinitionFamily: 'web' });
  await value('ServiceCount', 1, { ClusterName: 'shop' });
  const insights = told.filter(({ namespace }) => namespace === 'ECS/ContainerInsights');
  expect(new Set(insights.map((one) => one.dimensions['ClusterName']))).toEqual(new Set(['shop']));
});

const task = (more: Partial<TaskRecord>) =>
  ({ id: 'a', cpu: '256', memory: '64', startedAt: 0, ...more }) as TaskRecord;
const sample = (at: number, cpuNanos: number, memoryBytes = 0) => ({
  at,
  usage: {
    processors: 4,
    tasks: [{ taskId: 'a', containers: ['web', 'side'].map((name) => ({ name, at, cpuNanos, memoryBytes })) }],
  },
});

it('measures processor time against what the definition reserves, all containers together', () => {
  const use = taskUses([task({})], sample(10_000, 1e9), sample(20_000, 1.5e9, 8 * MIB)).get('a');

  expect(use).toMatchObject({ cpuUnits: 102.4, cpuUtilisation: 40, memoryMib: 16, memoryUtilisation: 25 });
});

it('measures a task without any reservation of CPU against the whole machine', () => {
  const use = taskUses([task({ cpu: '0' })], sample(10_000, 0), sample(20_000, 10e9)).get('a');

  expect(use?.cpuUtilisation).toBe(50);
  expect(use?.cpuReserved).toBeUndefined();
});

it('takes a task that is new to have done nothing before, and one that was missed from its start', () => {
  const nothing = { at: 10_000, usage: { processors: 4, tasks: [] } };

  expect(taskUses([task({ startedAt: 19_990 })], nothing, sample(20_000, 0.5e9)).get('a')?.cpuUnits).toBe(102.4);
  expect(taskUses([task({ startedAt: 0 })], nothing, sample(20_000, 0.5e9)).get('a')?.cpuUnits).toBe(51.2);
});

it('says nothing of a task that the runtime does not tell of', () => {
  expect(taskUses([task({ id: 'b' })], sample(0, 0), sample(1, 0)).size).toBe(0);
});
