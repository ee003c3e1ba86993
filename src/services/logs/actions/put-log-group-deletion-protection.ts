import type { PutLogGroupDeletionProtectionCommand } from '@aws-sdk/client-cloudwatch-logs';
import type { Action } from '../../../wire/types.ts';
import type { LogsDeps } from '../deps.ts';
import { noGroup } from '../faults.ts';
import { groupOfIdentifier } from '../find.ts';
import { groupsIn } from '../records.ts';

export const putLogGroupDeletionProtection =
  ({ store }: LogsDeps): Action<typeof PutLogGroupDeletionProtectionCommand> =>
  async ({ logGroupIdentifier, deletionProtectionEnabled: isProtected }, ctx) => {
    const name = groupOfIdentifier(logGroupIdentifier);
    if (!(await groupsIn(store).change(ctx, name, (group) => ({ ...group, isProtected })))) throw noGroup();
  };
