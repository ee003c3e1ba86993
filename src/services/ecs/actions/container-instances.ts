import type { DescribeContainerInstancesCommand, ListContainerInstancesCommand } from '@aws-sdk/client-ecs';
import type { Action } from '../../../wire/types.ts';
import { arns, containerInstanceId } from '../arns.ts';
import { instanceIdIn } from '../checks/container-instance.ts';
import type { EcsDeps } from '../deps.ts';
import { invalidParameter, notServed } from '../faults.ts';
import { tasksOnMachine } from '../loop/place-tasks.ts';
import { page } from '../paging.ts';
import { clusters, requireCluster } from '../records/cluster.ts';
import { tasks } from '../records/task.ts';
import { showContainerInstance } from '../views/show-container-instance.ts';

/** In one request. Source: the error that AWS gives. */
const MOST = 100;

/** The machine that runs the tasks is the one instance of every cluster. */
export const listContainerInstances =
  ({ store }: EcsDeps): Action<typeof ListContainerInstancesCommand> =>
  async ({ cluster, filter, status = 'ACTIVE', ...paging }, ctx) => {
    const { name } = await requireCluster(store, ctx, cluster);
    if (filter) throw notServed('The filter of ListContainerInstances');
    const all = status === 'ACTIVE' ? [arns.containerInstance(ctx, name)] : [];
    const { shown, nextToken } = page(all, paging);
    return { containerInstanceArns: shown, nextToken };
  };

export const describeContainerInstances =
  ({ store, clock, runtime }: EcsDeps): Action<typeof DescribeContainerInstancesCommand> =>
  async ({ cluster, containerInstances: given, include = [] }, ctx) => {
    if (given.length === 0) throw invalidParameter('Container instance cannot be empty.');
    if (given.length > MOST) throw invalidParameter(`instanceIds can have at most ${MOST} items.`);
    const { name } = await requireCluster(store, ctx, cluster);
    const ids = [...new Set(given.map((one) => instanceIdIn(ctx, name, one)))];
    const own = containerInstanceId(ctx, name);
    const missing = ids.filter((id) => id !== own);
    // A cluster that came about by itself, or is older than its instance, gets it with the first look.
    const now = clock.now().getTime();
    const found = await clusters(store).change(ctx, name, (current) =>
      current.instanceRegisteredAt === undefined ? { ...current, instanceRegisteredAt: now } : undefined,
    );
    const parts = {
      machine: runtime.machine,
      held: await tasksOnMachine(store),
      own: await tasks(store).list(ctx, name),
    };
    return {
      containerInstances:
        found && ids.includes(own) ? [showContainerInstance(ctx, found, parts, include.includes('TAGS'))] : [],
      failures: missing.map((id) => ({ arn: arns.containerInstance(ctx, name, id), reason: 'MISSING' })),
    };
  };
