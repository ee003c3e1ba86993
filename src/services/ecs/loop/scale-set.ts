import type { Scope } from '../../../kernel/scope.ts';
import { subnetsOf } from '../checks/network.ts';
import type { EcsDeps } from '../deps.ts';
import { instanceId } from '../arns.ts';
import { launchTypeOf } from '../records/placement.ts';
import { findTaskDefinition } from '../records/task-definition.ts';
import type { ServiceRecord } from '../records/service.ts';
import type { TaskSetRecord } from '../records/task-set.ts';
import { isProtected, isWanted, tasks, type TaskBinding } from '../records/task.ts';
import { providersOf } from './choose-provider.ts';
import { ended } from './end-task.ts';
import type { Happening } from './happenings.ts';
import { makeTask } from './make-task.ts';
import { placeTasks } from './place-tasks.ts';

/** Records new tasks of a set, as many as there is room for; the next pass starts them. */
export async function startTasks(
  { store, targets, runtime, network }: EcsDeps,
  scope: Scope,
  service: ServiceRecord,
  set: TaskSetRecord,
  count: number,
  now: number,
): Promise<Happening[]> {
  if (count === 0) return [];
  const definition = await findTaskDefinition(store, scope, set.taskDefinition);
  if (!definition) return [];
  const bindings = await Promise.all(set.loadBalancers.map((entry) => bind(targets, scope, entry)));
  const names = set.capacityProviderStrategy?.length ? await namesHeld(store, scope, set) : [];
  const held = Object.fromEntries(
    [...new Set(names)].map((name) => [name, names.filter((one) => one === name).length]),
  );
  const wish = {
    cluster: service.cluster,
    definition,
    launchType: launchTypeOf(set),
    platformVersion: set.platformVersion,
    networkConfiguration: set.networkConfiguration,
    subnets: await subnetsOf(network, scope, set.networkConfiguration),
    group: `service:${service.name}`,
    startedBy: set.id,
    service: service.name,
    setId: set.id,
    bindings,
    enableExecuteCommand: service.enableExecuteCommand,
    tags: tagsFor(service, definition.tags),
  };
  const fresh = providersOf(set.capacityProviderStrategy, count, held).map((capacityProviderName) =>
    makeTask(scope, { ...wish, capacityProviderName }, now),
  );
  const placed = await store.transaction((tx) => placeTasks(tx, runtime.machine, scope, fresh));
  return placed.tasks.map(({ id }) => ({ what: 'started', setId: set.id, taskId: id }));
}

/** The capacity providers of the tasks that a set has. */
async function namesHeld(store: EcsDeps['store'], scope: Scope, set: TaskSetRecord): Promise<string[]> {
  const own = (await tasks(store).list(scope, set.cluster)).filter((task) => task.setId === set.id && isWanted(task));
  return own.flatMap(({ capacityProviderName }) => capacityProviderName ?? []);
}

/** Records that tasks of a set end, but for those that were protected from scaling in after they were chosen. */
export async function stopTasks(
  { store }: EcsDeps,
  scope: Scope,
  { status }: Pick<ServiceRecord, 'status'>,
  set: TaskSetRecord,
  ids: readonly string[],
  now: number,
): Promise<void> {
  const kind = set.kind === 'deployment' ? 'deployment' : 'taskSet';
  const scaling = `Scaling activity initiated by (${kind} ${set.id})`;
  for (const id of ids)
    await tasks(store).change(scope, id, (task) =>
      status === 'ACTIVE' && !task.failing && isProtected(task, now)
        ? undefined
        : ended(task, { stopCode: 'ServiceSchedulerInitiated', reason: task.failing?.reason ?? scaling }, now),
    );
}

/** Takes protected tasks of a set that is removed out of their target groups: traffic has moved, and they go on. */
export async function withdrawTasks({ store }: EcsDeps, scope: Scope, ids: readonly string[]): Promise<void> {
  for (const id of ids)
    await tasks(store).change(scope, id, (task) =>
      isWanted(task) && !task.isWithdrawn ? { ...task, isWithdrawn: true } : undefined,
    );
}

async function bind(
  targets: EcsDeps['targets'],
  scope: Scope,
  entry: ServiceRecord['loadBalancers'][number],
): Promise<TaskBinding> {
  const targetGroupArn = entry.targetGroupArn ?? '';
  return {
    targetGroupArn,
    targetType: (await targets.describe(scope, targetGroupArn))?.targetType ?? 'ip',
    instanceId: instanceId(scope),
    containerName: entry.containerName ?? '',
    containerPort: entry.containerPort ?? 0,
  };
}

function tagsFor(
  service: ServiceRecord,
  definitionTags: ServiceRecord['tags'] | readonly ServiceRecord['tags'][number][],
) {
  const managed = service.enableECSManagedTags
    ? [
        { key: 'aws:ecs:serviceName', value: service.name },
        { key: 'aws:ecs:clusterName', value: service.cluster },
      ]
    : [];
  if (service.propagateTags === 'SERVICE') return [...service.tags, ...managed];
  if (service.propagateTags === 'TASK_DEFINITION') return [...definitionTags, ...managed];
  return managed;
}
