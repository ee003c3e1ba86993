import type { CreateLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DuplicateRecord } from '../../../store/store.ts';
import type { Action } from '../../../wire/types.ts';
import type { LogsDeps } from '../deps.ts';
import { groupExists } from '../faults.ts';
import { groupsIn, newGroup } from '../records.ts';
import { withTags } from '../tags.ts';

export const createLogGroup =
  ({ store, clock }: LogsDeps): Action<typeof CreateLogGroupCommand> =>
  async (input, ctx) => {
    const { logGroupName, logGroupClass, kmsKeyId, tags = {}, deletionProtectionEnabled } = input;
    const group = newGroup(logGroupName, clock.now().getTime());
    const record = {
      ...group,
      groupClass: logGroupClass ?? group.groupClass,
      kmsKeyId,
      isProtected: deletionProtectionEnabled ?? false,
      tags: withTags({}, tags),
    };
    await groupsIn(store)
      .insert(ctx, logGroupName, record)
      .catch((cause: unknown) => {
        throw cause instanceof DuplicateRecord ? groupExists() : cause;
      });
  };
