import { ValidationException, type DeleteLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs';
import { fault } from '../../../wire/api-error.ts';
import type { Action } from '../../../wire/types.ts';
import type { LogsDeps } from '../deps.ts';
import { requireGroup } from '../find.ts';
import { groupsIn, metricFiltersIn, streamsIn, subscriptionFiltersIn, within } from '../records.ts';

const BATCH = 2000;

/** The group is gone at once, its events before this answers; what a crash leaves of them goes at the next start. */
export const deleteLogGroup =
  ({ store }: LogsDeps): Action<typeof DeleteLogGroupCommand> =>
  async ({ logGroupName: name }, ctx) => {
    const group = await store.transaction(async (tx) => {
      const found = await requireGroup(tx, ctx, name);
      if (found.isProtected)
        throw fault(ValidationException, 'The log group cannot be deleted because deletion protection is enabled.');
      for (const stream of await streamsIn(tx).list(ctx, name))
        await streamsIn(tx).remove(ctx, within(name, stream.name));
      for (const filter of await metricFiltersIn(tx).list(ctx, name))
        await metricFiltersIn(tx).remove(ctx, within(name, filter.name));
      for (const filter of await subscriptionFiltersIn(tx).list(ctx, name))
        await subscriptionFiltersIn(tx).remove(ctx, within(name, filter.name));
      await groupsIn(tx).remove(ctx, name);
      return found;
    });
    while ((await store.logEvents.remove({ group: group.key }, BATCH)) === BATCH);
  };
