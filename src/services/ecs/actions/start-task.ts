import type { Failure, StartTaskCommand } from '@aws-sdk/client-ecs';
import type { Action } from '../../../wire/types.ts';
import { arns, containerInstanceId } from '../arns.ts';
import { instanceIdIn } from '../checks/container-instance.ts';
import type { EcsDeps } from '../deps.ts';
import { invalidParameter } from '../faults.ts';
import { requireCluster } from '../records/cluster.ts';
import { runTask } from './run-task.ts';

/** Source: API Reference, StartTask. */
const MOST = 10;

/** RunTask on the container instance that is named: the one that the cluster has. */
export const startTask = (deps: EcsDeps): Action<typeof StartTaskCommand> => {
  const run = runTask(deps);
  return async ({ containerInstances: given, ...input }, ctx) => {
    if (given.length === 0) throw invalidParameter('Container instances cannot be empty.'); // assumed, after RunTask's
    if (given.length > MOST) throw invalidParameter(`instanceIds can have at most ${MOST} items.`);
    const { name } = await requireCluster(deps.store, ctx, input.cluster);
    const ids = [...new Set(given.map((one) => instanceIdIn(ctx, name, one)))];
    const own = containerInstanceId(ctx, name);
    const missing = ids
      .filter((id) => id !== own)
      .map((id): Failure => ({ arn: arns.containerInstance(ctx, name, id), reason: 'MISSING' }));
    if (!ids.includes(own)) return { tasks: [], failures: missing };
    const { tasks = [], failures = [] } = (await run({ ...input, launchType: 'EC2', count: 1 }, ctx)) ?? {};
    return { tasks, failures: [...failures, ...missing] };
  };
};
