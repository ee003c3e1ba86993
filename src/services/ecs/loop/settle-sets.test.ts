import { afterEach, beforeEach, expect, it } from 'vitest';
import { CTX, openFakeEcs, type FakeEcs } from '../fake-ecs.ts';
import { services, type ServiceRecord } from '../records/service.ts';
import { taskSets, type TaskSetRecord } from '../records/task-set.ts';
import type { SetView } from './decide-service.ts';
import { settleSets } from './settle-sets.ts';
import { createAlarmWatch } from './watch-alarms.ts';

let ecs: FakeEcs;
let service: ServiceRecord;
let set: TaskSetRecord;

beforeEach(async () => {
  ecs = await openFakeEcs();
  const definition = { family: 'web', containerDefinitions: [{ name: 'web', image: 'web', memory: 64 }] };
  await ecs.actions.RegisterTaskDefinition(definition, CTX);
  await ecs.actions.CreateService({ serviceName: 'web', taskDefinition: 'web', desiredCount: 0 }, CTX);
  [service] = (await services(ecs.deps.store).list(CTX)) as [ServiceRecord];
  [set] = (await taskSets(ecs.deps.store).list(CTX)) as [TaskSetRecord];
});
afterEach(() => ecs.close());

/** Settles what was seen some time ago. */
const settle = (seen: Partial<TaskSetRecord> = {}) => {
  const { deps } = ecs;
  const view: SetView = {
    ...{ set: { ...set, ...seen }, tasks: [], wanted: 0, remaining: 0, isDraining: false, isSteady: true },
  };
  const work = { ...{ deps, scope: CTX, service, sets: [view.set], tasks: [], health: new Map(), happenings: [] } };
  return settleSets({ ...work, alarms: createAlarmWatch(deps), now: deps.clock.now().getTime() }, [view], false);
};

it('keeps a set that is to run again since it was seen without tasks', async () => {
  await settle({ status: 'ACTIVE' });

  expect(await taskSets(ecs.deps.store).list(CTX)).toMatchObject([{ id: set.id, status: 'PRIMARY' }]);
});

it('does not call a set steady that has got another count to come to since it was seen', async () => {
  await ecs.actions.UpdateService({ service: 'web', desiredCount: 3 }, CTX);

  await settle();

  expect(await taskSets(ecs.deps.store).list(CTX)).toMatchObject([{ stability: 'STABILIZING' }]);
});

it('calls a set steady that is as it was seen', async () => {
  await settle();

  expect(await taskSets(ecs.deps.store).list(CTX)).toMatchObject([{ stability: 'STEADY_STATE' }]);
});
