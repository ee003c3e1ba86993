import { ConflictException, type RunTaskCommand } from '@aws-sdk/client-ecs';
import type { Machine } from '../../../drivers/runtimes/runtime.ts';
import { fault } from '../../../wire/api-error.ts';
import type { Action } from '../../../wire/types.ts';
import { arns } from '../arns.ts';
import { checkStrategy } from '../checks/capacity-providers.ts';
import { subnetsOf } from '../checks/network.ts';
import { checkPlacement } from '../checks/placement.ts';
import { checkOverrides, checkRunTask, tagsOfTask } from '../checks/run-task-input.ts';
import type { EcsDeps } from '../deps.ts';
import { providersOf } from '../loop/choose-provider.ts';
import { decidePlacement, needOf } from '../loop/decide-placement.ts';
import { makeTask } from '../loop/make-task.ts';
import { placeTasks, type Placed } from '../loop/place-tasks.ts';
import { requireCluster } from '../records/cluster.ts';
import { digestOf } from '../records/request-digest.ts';
import { requireTaskDefinition } from '../records/task-definition.ts';
import { tasks, type TaskRecord } from '../records/task.ts';
import { showTask } from '../views/show-task.ts';

/**
 * Records tasks outside of any service; the loop starts them, and does not replace them. Those that find no room on the
 * machine are failures.
 */
export const runTask =
  ({ store, clock, bell, runtime, network }: EcsDeps): Action<typeof RunTaskCommand> =>
  async (input, ctx) => {
    const { count = 1, overrides, clientToken, launchType } = input;
    checkRunTask(input);
    const cluster = await requireCluster(store, ctx, input.cluster);
    checkStrategy(input.capacityProviderStrategy, cluster);
    const definition = await requireTaskDefinition(store, ctx, input.taskDefinition);
    const usual = launchType ? [] : cluster.defaultCapacityProviderStrategy;
    const strategy = input.capacityProviderStrategy?.length ? input.capacityProviderStrategy : usual;
    const isFargate = launchType === 'FARGATE' || strategy.length > 0;
    await checkPlacement(network, ctx, { ...input, capacityProviderStrategy: strategy }, definition.definition);
    checkOverrides(overrides, definition, isFargate);
    const wish = {
      cluster: cluster.name,
      definition,
      launchType: launchType ?? (isFargate ? 'FARGATE' : 'EC2'),
      platformVersion: input.platformVersion,
      networkConfiguration: input.networkConfiguration,
      subnets: await subnetsOf(network, ctx, input.networkConfiguration),
      group: input.group ?? `family:${definition.family}`,
      startedBy: input.startedBy,
      overrides,
      enableExecuteCommand: input.enableExecuteCommand,
      tags: tagsOfTask(input, definition, cluster.name),
      clientToken,
      requestDigest: clientToken === undefined ? undefined : digestOf({ ...input, taskDefinition: definition.arn }),
    } as const;
    const now = clock.now().getTime();
    const made = await store.transaction(async (tx) => {
      // It may have been deleted while all this was checked.
      await requireCluster(tx, ctx, input.cluster);
      const earlier =
        clientToken === undefined
          ? []
          : (await tasks(tx).list(ctx, cluster.name)).filter((task) => task.clientToken === clientToken);
      if (earlier.some(({ requestDigest }) => requestDigest !== undefined && requestDigest !== wish.requestDigest))
        throw fault(ConflictException, 'The clientToken was used with other input.', {
          resourceIds: earlier.map(({ arn }) => arn),
        });
      if (earlier.length > 0) return asPlaced(earlier, runtime.machine, count);
      const providers = providersOf(strategy, count);
      const fresh = providers.map((capacityProviderName) => makeTask(ctx, { ...wish, capacityProviderName }, now));
      return placeTasks(tx, runtime.machine, ctx, fresh);
    });
    bell.ring();
    return {
      tasks: made.tasks.map((task) => showTask(ctx, task)),
      failures: made.shortage
        ? [{ arn: arns.containerInstance(ctx, cluster.name), reason: `RESOURCE:${made.shortage}` }]
        : [],
    };
  };

/** What was answered before: of tasks that take the same host ports only the first was placed. */
function asPlaced(earlier: readonly TaskRecord[], machine: Machine, count: number): Placed {
  const [first] = earlier;
  const room = first?.launchType === 'EC2' ? decidePlacement(needOf(first.spec), machine, [], count) : undefined;
  return { tasks: earlier, ...(room?.shortage && { shortage: room.shortage }) };
}
