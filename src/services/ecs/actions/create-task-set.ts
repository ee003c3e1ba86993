import type { CreateTaskSetCommand } from '@aws-sdk/client-ecs';
import type { Action, ActionInput } from '../../../wire/types.ts';
import { checkStrategy } from '../checks/capacity-providers.ts';
import { checkLoadBalancers, checkPlacement } from '../checks/placement.ts';
import { checkTags } from '../checks/tags.ts';
import type { EcsDeps } from '../deps.ts';
import { invalidParameter, notServed } from '../faults.ts';
import { requireCluster } from '../records/cluster.ts';
import { newTaskSet } from '../records/new-task-set.ts';
import { requireActiveService, serviceKey } from '../records/service.ts';
import { requireTaskDefinition } from '../records/task-definition.ts';
import { taskSets, taskSetsOf, type TaskSetRecord } from '../records/task-set.ts';
import { partsOf, showTaskSet } from '../views/show-service.ts';
import { ONLY_EXTERNAL } from './task-sets.ts';

const CODE_DEPLOY = 'codedeploy.amazonaws.com';
const MOST = 5;

type Input = ActionInput<typeof CreateTaskSetCommand>;

/** Creates a set beside the primary. Repeating it, by client token or external id, finds the one that was made. */
export const createTaskSet =
  ({ store, clock, bell, targets, network }: EcsDeps): Action<typeof CreateTaskSetCommand> =>
  async (input, ctx) => {
    const cluster = await requireCluster(store, ctx, input.cluster);
    const service = await requireActiveService(store, ctx, cluster, input.service);
    const isExternal = service.controller === 'EXTERNAL';
    const isCodeDeploy = service.controller === 'CODE_DEPLOY' && ctx.principal === CODE_DEPLOY;
    if (!isExternal && !isCodeDeploy) throw invalidParameter(ONLY_EXTERNAL);
    if ((input.clientToken ?? '').length > 36) throw invalidParameter('clientToken can have at most 36 characters.');
    checkTags(input.tags);
    checkStrategy(input.capacityProviderStrategy, cluster);
    if (input.serviceRegistries?.length) throw notServed('Service discovery');
    const { arn, definition } = await requireTaskDefinition(store, ctx, input.taskDefinition);
    await checkPlacement(network, ctx, input, definition);
    await checkLoadBalancers(targets, ctx, input.loadBalancers, definition, false);
    if ((input.loadBalancers ?? []).length > 1)
      throw invalidParameter('A task set can be associated with one target group only.');
    const value = input.scale?.value ?? 0;
    if (value < 0 || value > 100) throw invalidParameter('Scale value must be between 0 and 100.');
    const set = await store.transaction(async (tx) => {
      // It may have been deleted while all this was checked.
      await requireActiveService(tx, ctx, cluster, input.service);
      const existing = await taskSetsOf(tx, ctx, service);
      const same = existing.find((one) => isRepeat(one, input));
      if (same) return same;
      if (existing.length >= MOST)
        throw invalidParameter(
          '5 deployments exist on the service. Unable to create new TaskSet since this exceeds the maximum limit.',
        );
      checkAlike(existing, input);
      const hasStrategy = input.capacityProviderStrategy !== undefined && input.capacityProviderStrategy.length > 0;
      const placement = {
        taskDefinition: arn,
        launchType: hasStrategy ? undefined : (input.launchType ?? 'EC2'),
        capacityProviderStrategy: hasStrategy ? input.capacityProviderStrategy : undefined,
        platformVersion: input.platformVersion,
        networkConfiguration: input.networkConfiguration,
        loadBalancers: input.loadBalancers ?? [],
        serviceRegistries: [],
      };
      const made = newTaskSet(ctx, service, placement, {
        status: 'ACTIVE',
        scale: value,
        now: clock.now().getTime(),
        startedBy: isCodeDeploy ? 'CODE_DEPLOY' : undefined,
        externalId: input.externalId,
        clientToken: input.clientToken,
        tags: input.tags,
      });
      await taskSets(tx).insert(ctx, made.id, made, { parent: serviceKey(service) });
      return made;
    });
    bell.ring();
    return { taskSet: showTaskSet(ctx, service, set, await partsOf(store, ctx, service)) };
  };

/** Either all sets of a service are behind a load balancer, or none is. Source: spec, §6.2; the words are assumed. */
function checkAlike(existing: readonly TaskSetRecord[], { loadBalancers = [] }: Input): void {
  const others = existing.filter(({ status }) => status !== 'DRAINING');
  if (others.some((set) => set.loadBalancers.length > 0 !== loadBalancers.length > 0))
    throw invalidParameter('Task sets with and without load balancers cannot be mixed in one service.');
}

const isRepeat = (set: TaskSetRecord, { clientToken, externalId }: Input): boolean =>
  (clientToken !== undefined && set.clientToken === clientToken) ||
  (externalId !== undefined && set.externalId === externalId);
