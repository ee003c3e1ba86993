import { afterEach, beforeEach, expect, it } from 'vitest';
import { CTX, openFakeEcs, type FakeEcs } from '../fake-ecs.ts';
import { services, type ServiceRecord } from '../records/service.ts';
import { taskSets, type TaskSetRecord } from '../records/task-set.ts';
import { tasks } from '../records/task.ts';
import { startTasks, stopTasks } from './scale-set.ts';

let ecs: FakeEcs;

beforeEach(async () => {
  ecs = await openFakeEcs();
});
afterEach(() => ecs.close());

/** A service with a task that has just been protected from being scaled in. */
async function protectedTask() {
  const { actions, deps } = ecs;
  const definition = { family: 'web', containerDefinitions: [{ name: 'web', image: 'web', memory: 64 }] };
  await actions.RegisterTaskDefinition(definition, CTX);
  await actions.CreateService({ serviceName: 'web', taskDefinition: 'web', desiredCount: 1 }, CTX);
  const [service] = await services(deps.store).list(CTX);
  const [set] = await taskSets(deps.store).list(CTX);
  const known = { service: service as ServiceRecord, set: set as TaskSetRecord, now: deps.clock.now().getTime() };
  await startTasks(deps, CTX, known.service, known.set, 1, known.now);
  const ids = (await tasks(deps.store).list(CTX)).map(({ id }) => id);
  await actions.UpdateTaskProtection({ cluster: 'default', tasks: ids, protectionEnabled: true }, CTX);
  return { ...known, ids };
}

const wishes = async () => (await tasks(ecs.deps.store).list(CTX)).map(({ desiredStatus }) => desiredStatus);

it('does not scale in a task that was protected after it was chosen', async () => {
  const { service, set, ids, now } = await protectedTask();

  await stopTasks(ecs.deps, CTX, service, set, ids, now);

  expect(await wishes()).toEqual(['RUNNING']);
});

it('stops protected tasks of a service that is deleted, and those that a check has condemned', async () => {
  const { service, set, ids, now } = await protectedTask();

  await stopTasks(ecs.deps, CTX, { ...service, status: 'DRAINING' }, set, ids, now);
  const [id = ''] = ids;
  const store = tasks(ecs.deps.store);
  const ofDeleted = await store.change(CTX, id, (task) => ({
    ...task,
    desiredStatus: 'RUNNING',
    failing: { reason: 'x' },
  }));
  await stopTasks(ecs.deps, CTX, service, set, ids, now);

  expect(ofDeleted?.stopCode).toBe('ServiceSchedulerInitiated');
  expect(await wishes()).toEqual(['STOPPED']);
});
