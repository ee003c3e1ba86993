import type {
  DescribeContainerInstancesCommand,
  ListAccountSettingsCommand,
  ListContainerInstancesCommand,
} from '@aws-sdk/client-ecs';
import type { Action } from '../../../wire/types.ts';
import type { EcsDeps } from '../deps.ts';
import { requireCluster } from '../records/cluster.ts';

const SETTINGS = [
  ['containerInsights', 'disabled'],
  ['containerInstanceLongArnFormat', 'enabled'],
  ['serviceLongArnFormat', 'enabled'],
  ['tagResourceAuthorization', 'off'],
  ['taskLongArnFormat', 'enabled'],
] as const;

/** The long ARN formats are the only ones here. */
export const listAccountSettings =
  (): Action<typeof ListAccountSettingsCommand> =>
  ({ name, value }, ctx) => ({
    settings: SETTINGS.filter((one) => name === undefined || one[0] === name)
      .filter((one) => value === undefined || one[1] === value)
      .map((one) => ({ name: one[0], value: one[1], principalArn: `arn:aws:iam::${ctx.account}:root` })),
  });

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
