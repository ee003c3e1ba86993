import { afterEach, beforeEach, expect, it } from 'vitest';
import { createFakeRuntime, type FakeRuntime } from '../../../drivers/runtimes/fake/fake-runtime.ts';
import type { FakeTask } from '../../../drivers/runtimes/fake/fake-task.ts';
import { createBell } from '../../../kernel/bell.ts';
import { noCheckpoint } from '../../../kernel/checkpoint.ts';
import { systemClock } from '../../../kernel/clock.ts';
import { silentLogger } from '../../../kernel/logger.ts';
import type { PlatformEvent } from '../../../kernel/platform-event.ts';
import { millis } from '../../../kernel/span.ts';
import { openStore } from '../../../store/open-store.ts';
import type { Store } from '../../../store/store.ts';
import type { CallContext } from '../../../wire/types.ts';
import type { EcsDeps } from '../deps.ts';
import { createFakeTargets, type FakeTargets } from '../fake-targets.ts';
import { ecs, ecsActions, type EcsService } from '../index.ts';
import { taskSets, type TaskSetRecord } from '../records/task-set.ts';
import { tasks, type TaskRecord } from '../records/task.ts';

const BLUE = 'arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/blue/1';
const GREEN = 'arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/green/2';
const CTX: CallContext = {
  account: '111122223333',
  region: 'eu-west-1',
  service: 'ecs',
  operation: 'x',
  requestId: 'r',
  accessKeyId: undefined,
  principal: 'codedeploy.amazonaws.com',
  signal: new AbortController().signal,
};

let store: Store;
let world: Map<string, FakeTask>;
let targets: FakeTargets;
let runtime: FakeRuntime;
let deps: EcsDeps;
let service: EcsService;
let emitted: PlatformEvent[];

beforeEach(async () => {
  store = await openStore(':memory:');
  world = new Map();
  emitted = [];
  targets = createFakeTargets({ groups: [BLUE, GREEN] });
  await begin();
});
afterEach(async () => {
  await service.close();
  await runtime.close();
  await store.close();
});

async function begin(options: Parameters<typeof createFakeRuntime>[0] = {}): Promise<void> {
  const clock = systemClock(60);
  const bell = createBell(clock);
  runtime = createFakeRuntime({ world, onChange: () => bell.ring(), ...options });
  deps = {
    store,
    clock,
    logger: silentLogger(),
    bell,
    runtime,
    targets,
    alarms: { read: async () => [] },
    objects: { read: async () => ({ isRead: false, code: 'NoSuchKey', message: '', status: 404, requestId: '' }) },
    append: async () => undefined,
    emit: async (_scope, event) => void emitted.push(event),
    checkpoint: noCheckpoint,
  };
  service = ecs(deps);
  await service.start();
}

async function createWeb(controller: 'ECS' | 'CODE_DEPLOY' = 'CODE_DEPLOY'): Promise<void> {
  const actions = ecsActions(deps);
  await actions.RegisterTaskDefinition(
    {
      family: 'web',
      networkMode: 'awsvpc',
      containerDefinitions: [{ name: 'web', image: 'web', memory: 64, portMappings: [{ containerPort: 80 }] }],
    },
    CTX,
  );
  await actions.CreateService(
    {
      serviceName: 'web',
      taskDefinition: 'web',
      desiredCount: 1,
      deploymentController: { type: controller },
      networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-1'] } },
      loadBalancers: [{ targetGroupArn: BLUE, containerName: 'web', containerPort: 80 }],
    },
    CTX,
  );
}

const createGreen = () =>
  ecsActions(deps).CreateTaskSet(
    {
      cluster: 'default',
      service: 'web',
      taskDefinition: 'web',
      externalId: 'd-ABCDEFGHI',
      scale: { value: 100, unit: 'PERCENT' },
      networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-1'] } },
      loadBalancers: [{ targetGroupArn: GREEN, containerName: 'web', containerPort: 80 }],
    },
    CTX,
  );

const allTasks = (): Promise<TaskRecord[]> => tasks(store).list(CTX, 'default');
const allSets = (): Promise<TaskSetRecord[]> => taskSets(store).list(CTX, 'default/web');

async function until<T>(what: string, ask: () => Promise<T | undefined | false>): Promise<T> {
  for (let tries = 0; tries < 10_000; tries += 1) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    await deps.clock.sleep(millis(5));
  }
  throw new Error(`waited in vain for ${what}`);
}

const steady = (count = 1) =>
  until(`${count} steady sets`, async () => {
    const sets = await allSets();
    return sets.length === count && sets.every(({ stability }) => stability === 'STEADY_STATE') && sets;
  });

it('is steady only once the task is registered and healthy', async () => {
  targets = createFakeTargets({ groups: [BLUE, GREEN], firstHealth: 'initial' });
  await service.close();
  await begin();
  await createWeb();
  await until('a registration', async () => targets.list(BLUE).length === 1);

  expect((await allSets())[0]?.stability).toBe('STABILIZING');
  targets.setHealth(BLUE, 'healthy');
  await steady();
});

it('drains the target before it signals the task, and then lets the set vanish', async () => {
  targets = createFakeTargets({ groups: [BLUE, GREEN], drainsAlone: false });
  await service.close();
  await begin();
  await createWeb();
  const made = await createGreen();
  await steady(2);
  await ecsActions(deps).DeleteTaskSet(
    { cluster: 'default', service: 'web', taskSet: made?.taskSet?.id ?? '', force: true },
    CTX,
  );
  await until('the draining', async () => targets.list(GREEN)[0]?.state === 'draining');
  await until('another look', async () => (await allTasks()).some((task) => task.lastStatus === 'DEACTIVATING'));

  expect(runtime.stops).toEqual([]);
  targets.finishDraining();
  expect(await steady(1)).toMatchObject([{ status: 'PRIMARY' }]);
  expect(runtime.stops).toHaveLength(1);
});

it('gives the same task set for the same external id', async () => {
  await createWeb();
  const first = await createGreen();
  const second = await createGreen();

  expect(second?.taskSet?.id).toBe(first?.taskSet?.id);
  expect(first?.taskSet).toMatchObject({ status: 'ACTIVE', startedBy: 'CODE_DEPLOY', externalId: 'd-ABCDEFGHI' });
  expect(await allSets()).toHaveLength(2);
});

it('replaces a task that died, and takes its target out', async () => {
  await createWeb();
  await steady();
  const [first] = runtime.started;
  runtime.crash(first ?? '');

  await until('the replacement', async () => runtime.started.length === 2);
  await steady();
  const [died] = await until('the end of the dead one', async () => {
    const stopped = (await allTasks()).filter(({ lastStatus }) => lastStatus === 'STOPPED');
    return stopped.length === 1 && stopped;
  });
  expect(died).toMatchObject({ id: first, stopCode: 'EssentialContainerExited' });
  expect(targets.list(BLUE)).toHaveLength(1);
});

it('waits longer after every failed start and says that the service is impaired', async () => {
  await service.close();
  await begin({ refuse: () => 'a definition without a command' });
  await createWeb();

  const failed = await until('three failures', async () => {
    const stopped = (await allTasks()).filter(({ lastStatus }) => lastStatus === 'STOPPED');
    return stopped.length >= 3 && stopped;
  });
  expect(failed[0]).toMatchObject({
    stopCode: 'TaskFailedToStart',
    stoppedReason: 'CannotCreateContainerError: a definition without a command',
  });
  await until('the event', async () => {
    const answer = await ecsActions(deps).DescribeServices({ services: ['web'] }, CTX);
    return answer?.services?.[0]?.events?.some(({ message }) =>
      message?.startsWith('(service web) is unable to consistently start tasks successfully.'),
    );
  });
  expect(runtime.started).toEqual([]);
});

it('takes up its tasks after a restart, starts none twice and stops strays', async () => {
  await createWeb();
  await steady();
  await service.close();
  await runtime.start({ ...(await allTasks())[0]?.spec, taskId: 'f'.repeat(32) } as TaskRecord['spec']);
  await begin();

  await until('the end of the stray', async () => !world.has('f'.repeat(32)));
  expect(runtime.started).toEqual([]);
  expect(world.size).toBe(1);
  await steady();
});

it('ends its tasks on a clean stop and brings them back at the next start', async () => {
  await createWeb();
  await steady();
  await service.stopAllTasks();
  expect(world.size).toBe(0);

  await begin();

  await until('a new task', async () => runtime.started.length === 1);
  await steady();
  expect(targets.list(BLUE)).toHaveLength(1);
});

it('tells that a service scaled in is steady once the last request has been answered', async () => {
  targets = createFakeTargets({ groups: [BLUE, GREEN], drainsAlone: false });
  await service.close();
  await begin();
  await createWeb('ECS');
  await steady();
  const said = async () =>
    (await ecsActions(deps).DescribeServices({ services: ['web'] }, CTX))?.services?.[0]?.events?.map(
      ({ message = '' }) => /draining|stopped|steady/.exec(message)?.[0],
    ) ?? [];
  await ecsActions(deps).UpdateService({ service: 'web', desiredCount: 0 }, CTX);
  await until('the draining', async () => (await said())[1] === 'draining');
  await deps.clock.sleep(millis(50));

  expect((await said()).filter((word) => word === 'steady')).toHaveLength(1);
  targets.finishDraining();
  await until('the steady state', async () => (await said())[0] === 'steady');
  expect((await said()).slice(0, 2)).toEqual(['steady', 'stopped']);
});

it('replaces a task whose target is unhealthy', async () => {
  await createWeb();
  await steady();
  targets.setHealth(BLUE, 'unhealthy', 'Health checks failed with these codes: [503]');

  await until('the replacement', async () => runtime.started.length === 2);
  const answer = await ecsActions(deps).DescribeServices({ services: ['web'] }, CTX);
  expect(answer?.services?.[0]?.events?.map(({ message }) => message).join('\n')).toContain(
    '(reason Health checks failed with these codes: [503]).',
  );
});

it('starts the replacement of an unhealthy task before it takes that one out', async () => {
  await createWeb();
  await steady();
  targets.setHealth(BLUE, 'unhealthy', 'Health checks failed');
  await until('the end of the unhealthy one', async () => targets.calls.some((call) => call.startsWith('deregister')));

  expect(targets.calls.map((call) => call.split(' ')[0])).toEqual(['register', 'register', 'deregister']);
  await steady();
  const stopped = (await allTasks()).find(({ desiredStatus }) => desiredStatus === 'STOPPED');
  expect(stopped?.stoppedReason).toBe(`Task failed ELB health checks in (target-group ${BLUE})`);
});

it('tells the event bus that a deployment began, failed and is rolled back', async () => {
  await service.close();
  await begin({ refuse: ({ family }) => (family === 'bad' ? 'it is bad' : undefined) });
  const actions = ecsActions(deps);
  for (const family of ['good', 'bad'])
    await actions.RegisterTaskDefinition(
      { family, containerDefinitions: [{ name: 'web', image: 'web', memory: 64 }] },
      CTX,
    );
  await actions.CreateService({ serviceName: 'web', taskDefinition: 'good' }, CTX);
  const [good] = await steady();
  const breaker = { deploymentCircuitBreaker: { enable: true, rollback: true } };
  await actions.UpdateService({ service: 'web', taskDefinition: 'bad', deploymentConfiguration: breaker }, CTX);
  const bad = (await allSets()).find(({ status }) => status === 'PRIMARY');
  await until('the end of the rollback', async () => {
    const sets = await allSets();
    return sets.length === 1 && sets[0]?.rolloutState === 'COMPLETED';
  });

  await until('the news', async () => namesOf('ECS Deployment State Change', 'eventName').length >= 5);
  const news = emitted
    .filter(({ detailType }) => detailType === 'ECS Deployment State Change')
    .map(({ detail }) => [detail['deploymentId'], detail['eventName'], detail['eventType'], detail['reason']]);
  expect(news).toEqual(
    expect.arrayContaining([
      [bad?.id, 'SERVICE_DEPLOYMENT_IN_PROGRESS', 'INFO', `ECS deployment ${bad?.id} in progress.`],
      [bad?.id, 'SERVICE_DEPLOYMENT_FAILED', 'ERROR', 'ECS deployment circuit breaker: task failed to start.'],
      [
        good?.id,
        'SERVICE_DEPLOYMENT_IN_PROGRESS',
        'INFO',
        `ECS deployment circuit breaker: rolling back to deploymentId ${good?.id}.`,
      ],
      [good?.id, 'SERVICE_DEPLOYMENT_COMPLETED', 'INFO', `ECS deployment ${good?.id} completed.`],
    ]),
  );
});

it('goes on with a rollback that was under way when Teal ended', async () => {
  await service.close();
  const isBad = ({ family }: { readonly family: string }) => (family === 'bad' ? 'it is bad' : undefined);
  await begin({ refuse: isBad });
  const actions = ecsActions(deps);
  for (const family of ['good', 'bad'])
    await actions.RegisterTaskDefinition(
      { family, containerDefinitions: [{ name: 'web', image: 'web', memory: 64 }] },
      CTX,
    );
  const deploymentConfiguration = {
    deploymentCircuitBreaker: { enable: true, rollback: true },
    minimumHealthyPercent: 0,
    maximumPercent: 100,
  };
  await actions.CreateService({ serviceName: 'web', taskDefinition: 'good', deploymentConfiguration }, CTX);
  const [good] = await until('the first', async () => {
    const sets = await allSets();
    return sets[0]?.rolloutState === 'COMPLETED' && sets;
  });
  await actions.UpdateService({ service: 'web', taskDefinition: 'bad' }, CTX);
  await until('the rollback', async () =>
    (await allSets()).some(({ id, status }) => id === good?.id && status === 'PRIMARY'),
  );
  await service.close();
  await begin({ refuse: isBad });

  await until('its end', async () => {
    const sets = await allSets();
    return sets.length === 1 && sets[0]?.id === good?.id && sets[0]?.rolloutState === 'COMPLETED';
  });
  const { serviceDeployments = [] } = (await ecsActions(deps).ListServiceDeployments({ service: 'web' }, CTX)) ?? {};
  expect(serviceDeployments.map(({ status }) => status)).toEqual(['ROLLBACK_SUCCESSFUL', 'SUCCESSFUL']);
});

it('rescales every task set when the desired count changes', async () => {
  await createWeb();
  await createGreen();
  await steady(2);
  await ecsActions(deps).UpdateService({ service: 'web', desiredCount: 2 }, CTX);

  await until('four tasks', async () => runtime.started.length === 4);
  await steady(2);
});

const namesOf = (detailType: string, member: string): unknown[] =>
  emitted.filter((event) => event.detailType === detailType).map(({ detail }) => detail[member]);

it('tells the event bus of tasks from their start to their end, and of services that become steady', async () => {
  await createWeb();
  await steady();
  const [task] = await allTasks();
  await ecsActions(deps).StopTask({ task: task?.id ?? '', reason: 'enough' }, CTX);
  const stopped = await until('the news of the end', async () =>
    emitted.find(({ resources, detail }) => resources[0] === task?.arn && detail['lastStatus'] === 'STOPPED'),
  );
  const states = emitted
    .filter(({ resources }) => resources[0] === task?.arn)
    .map(({ detail }) => detail['lastStatus']);

  expect(stopped).toMatchObject({
    source: 'aws.ecs',
    detailType: 'ECS Task State Change',
    detail: {
      taskArn: task?.arn,
      clusterArn: 'arn:aws:ecs:eu-west-1:111122223333:cluster/default',
      group: 'service:web',
      desiredStatus: 'STOPPED',
      stoppedReason: 'enough',
      stopCode: 'UserInitiated',
      createdAt: new Date(task?.createdAt ?? 0).toISOString(),
    },
  });
  expect([...new Set(states)]).toEqual(expect.arrayContaining(['RUNNING', 'STOPPED']));
  expect(namesOf('ECS Service Action', 'eventName')).toEqual(
    expect.arrayContaining(['SERVICE_STEADY_STATE', 'TASKSET_STEADY_STATE']),
  );
});

it('tells again what the event bus could not take', async () => {
  const { emit } = deps;
  let refusals = 2;
  deps = {
    ...deps,
    emit: async (scope, event) => {
      if (event.detailType === 'ECS Task State Change' && (refusals -= 1) >= 0) throw new Error('not now');
      await emit(scope, event);
    },
  };
  await service.close();
  service = ecs(deps);
  await service.start();
  await createWeb();

  await until('the news', async () => namesOf('ECS Task State Change', 'lastStatus').includes('RUNNING'));
  expect(refusals).toBeLessThan(0);
});
