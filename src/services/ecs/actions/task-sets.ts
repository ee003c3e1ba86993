import type {
  DeleteTaskSetCommand,
  DescribeTaskSetsCommand,
  UpdateServicePrimaryTaskSetCommand,
  UpdateTaskSetCommand,
} from '@aws-sdk/client-ecs';
import type { Scope } from '../../../kernel/scope.ts';
import type { Transaction } from '../../../store/store.ts';
import type { Action } from '../../../wire/types.ts';
import { arns } from '../arns.ts';
import type { EcsDeps } from '../deps.ts';
import { eventText, withEvents } from '../events.ts';
import { invalidParameter, serviceNotFound, taskSetNotFound } from '../faults.ts';
import { requireCluster } from '../records/cluster.ts';
import { placementOf } from '../records/placement.ts';
import { findService, requireActiveService, serviceKey, services, type ServiceRecord } from '../records/service.ts';
import { computedDesiredCount, taskSetId, taskSets, taskSetsOf, type TaskSetRecord } from '../records/task-set.ts';
import { partsOf, showTaskSet } from '../views/show-service.ts';

export const ONLY_EXTERNAL =
  'Amazon ECS only supports task set management on services configured to use external deployment controllers.';

export const describeTaskSets =
  ({ store }: EcsDeps): Action<typeof DescribeTaskSetsCommand> =>
  async ({ cluster, service: given, taskSets: wanted, include = [] }, ctx) => {
    const { name } = await requireCluster(store, ctx, cluster);
    const service = await findService(store, ctx, name, given);
    if (!service || service.status === 'INACTIVE') throw serviceNotFound();
    if (service.controller === 'ECS') throw invalidParameter(ONLY_EXTERNAL);
    const parts = await partsOf(store, ctx, service);
    const ids = wanted?.length ? wanted.map((one) => taskSetId(ctx, one)) : parts.sets.map(({ id }) => id);
    const withTags = include.includes('TAGS');
    return {
      taskSets: parts.sets
        .filter(({ id }) => ids.includes(id))
        .map((set) => showTaskSet(ctx, service, set, parts, withTags)),
      failures: ids
        .filter((id) => !parts.sets.some((set) => set.id === id))
        .map((id) => ({ arn: arns.taskSet(ctx, name, service.name, id), reason: 'MISSING' })),
    };
  };

export const updateTaskSet =
  (deps: EcsDeps): Action<typeof UpdateTaskSetCommand> =>
  async ({ cluster, service: given, taskSet, scale }, ctx) => {
    const value = scale.value ?? 0;
    const now = deps.clock.now().getTime();
    const { service, set } = await deps.store.transaction(async (tx) => {
      const found = await requireSet(tx, ctx, { cluster, service: given, taskSet });
      const { service, set } = found;
      if (value < 0 || value > 100) throw invalidParameter('Scale value must be between 0 and 100.');
      await taskSets(tx).change(ctx, set.id, (current) => ({
        ...current,
        scale: value,
        stability: 'STABILIZING',
        stabilityAt: now,
        updatedAt: now,
      }));
      const text = eventText.rescaled(service.name, set.id, computedDesiredCount(service, value));
      await services(tx).change(ctx, serviceKey(service), (current) => withEvents(current, [text], now));
      return found;
    });
    return answer(deps, ctx, service, set.id);
  };

/** The service takes over the set's placement; the former primary becomes ACTIVE. No listener changes. */
export const updateServicePrimaryTaskSet =
  (deps: EcsDeps): Action<typeof UpdateServicePrimaryTaskSetCommand> =>
  async ({ cluster, service: given, primaryTaskSet }, ctx) => {
    const now = deps.clock.now().getTime();
    const { service, set } = await deps.store.transaction(async (tx) => {
      const found = await requireSet(tx, ctx, { cluster, service: given, taskSet: primaryTaskSet });
      const { service, set } = found;
      if (set.status === 'DRAINING') throw invalidParameter('A task set that is draining cannot become primary.');
      for (const other of await taskSetsOf(tx, ctx, service))
        await taskSets(tx).change(ctx, other.id, (current) => {
          if (current.id === set.id) return { ...current, status: 'PRIMARY', updatedAt: now };
          return current.status === 'PRIMARY' ? { ...current, status: 'ACTIVE', updatedAt: now } : undefined;
        });
      await services(tx).change(ctx, serviceKey(service), (current) => ({ ...current, ...placementOf(set) }));
      return found;
    });
    return answer(deps, ctx, service, set.id);
  };

/** Begins to drain the set; it stays listed until its last task has stopped. */
export const deleteTaskSet =
  (deps: EcsDeps): Action<typeof DeleteTaskSetCommand> =>
  async ({ cluster, service: given, taskSet }, ctx) => {
    const { service, set } = await requireSet(deps.store, ctx, { cluster, service: given, taskSet });
    if (set.status === 'PRIMARY') throw invalidParameter('Primary TaskSet cannot be deleted');
    const now = deps.clock.now().getTime();
    // Its status is read again: it may have become the primary since.
    const drained = await taskSets(deps.store).change(ctx, set.id, (current) =>
      current.status === 'ACTIVE'
        ? { ...current, status: 'DRAINING', stability: 'STABILIZING', stabilityAt: now, updatedAt: now }
        : undefined,
    );
    if (drained?.status === 'PRIMARY') throw invalidParameter('Primary TaskSet cannot be deleted');
    return answer(deps, ctx, service, set.id, drained);
  };

interface SetName {
  readonly cluster: string;
  readonly service: string;
  readonly taskSet: string;
}

/** @throws {ServiceNotFoundException} @throws {TaskSetNotFoundException} and for services without task sets */
async function requireSet(tx: Transaction, scope: Scope, name: SetName) {
  const cluster = await requireCluster(tx, scope, name.cluster);
  const service = await requireActiveService(tx, scope, cluster, name.service);
  if (service.controller === 'ECS') throw invalidParameter(ONLY_EXTERNAL);
  const set = await taskSets(tx).get(scope, taskSetId(scope, name.taskSet));
  if (!set || set.service !== service.name || set.cluster !== service.cluster) throw taskSetNotFound();
  return { service, set };
}

async function answer({ store, bell }: EcsDeps, scope: Scope, before: ServiceRecord, id: string, last?: TaskSetRecord) {
  bell.ring();
  const service = (await services(store).get(scope, serviceKey(before))) ?? before;
  const set = (await taskSets(store).get(scope, id)) ?? last;
  return set ? { taskSet: showTaskSet(scope, service, set, await partsOf(store, scope, service)) } : {};
}
