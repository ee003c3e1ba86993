import type { DescribeSubscriptionFiltersCommand } from '@aws-sdk/client-cloudwatch-logs';
import type { Action } from '../../../wire/types.ts';
import type { LogsDeps } from '../deps.ts';
import { requireGroup } from '../find.ts';

/** There are none: they cannot be made here. */
export const describeSubscriptionFilters =
  ({ store }: LogsDeps): Action<typeof DescribeSubscriptionFiltersCommand> =>
  async ({ logGroupName }, ctx) => {
    await requireGroup(store, ctx, logGroupName);
    return { subscriptionFilters: [] };
  };
