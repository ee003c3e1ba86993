import type { CreateLogStreamCommand, DeleteLogStreamCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DuplicateRecord } from '../../../store/store.ts';
import type { Action } from '../../../wire/types.ts';
import type { LogsDeps } from '../deps.ts';
import { streamExists } from '../faults.ts';
import { requireGroup, requireStream } from '../find.ts';
import { newStream, streamsIn, within } from '../records.ts';

const BATCH = 2000;

export const createLogStream =
  ({ store, clock }: LogsDeps): Action<typeof CreateLogStreamCommand> =>
  ({ logGroupName: group, logStreamName: name }, ctx) =>
    store.transaction(async (tx) => {
      await requireGroup(tx, ctx, group);
      await streamsIn(tx)
        .insert(ctx, within(group, name), newStream(name, clock.now().getTime()), { parent: group })
        .catch((cause: unknown) => {
          throw cause instanceof DuplicateRecord ? streamExists() : cause;
        });
    });

export const deleteLogStream =
  ({ store }: LogsDeps): Action<typeof DeleteLogStreamCommand> =>
  async ({ logGroupName, logStreamName }, ctx) => {
    const { group, stream } = await store.transaction(async (tx) => {
      const found = await requireGroup(tx, ctx, logGroupName);
      const gone = await requireStream(tx, ctx, logGroupName, logStreamName);
      await streamsIn(tx).remove(ctx, within(logGroupName, logStreamName));
      return { group: found.key, stream: gone.key };
    });
    while ((await store.logEvents.remove({ group, stream }, BATCH)) === BATCH);
  };
