import type { DescribeContainerInstancesCommand, ListContainerInstancesCommand } from '@aws-sdk/client-ecs';
import type { Action } from '../../../wire/types.ts';
import type { EcsDeps } from '../deps.ts';
import { requireCluster } from '../records/cluster.ts';

/** Tasks run on this machine without an instance of their own. */
export const listContainerInstances =
  ({ store }: EcsDeps): Action<typeof ListContainerInstancesCommand> =>
  async ({ cluster }, ctx) => {
    await requireCluster(store, ctx, cluster);
    return { containerInstanceArns: [] };
  };

export const describeContainerInstances =
  ({ store }: EcsDeps): Action<typeof DescribeContainerInstancesCommand> =>
  async ({ cluster, containerInstances }, ctx) => {
    await requireCluster(store, ctx, cluster);
    return { containerInstances: [], failures: containerInstances.map((arn) => ({ arn, reason: 'MISSING' })) };
  };
