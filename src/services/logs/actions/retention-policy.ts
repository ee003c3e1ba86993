import type { DeleteRetentionPolicyCommand, PutRetentionPolicyCommand } from '@aws-sdk/client-cloudwatch-logs';
import type { Action, CallContext } from '../../../wire/types.ts';
import type { LogsDeps } from '../deps.ts';
import { invalidParameter, noGroup } from '../faults.ts';
import { groupsIn } from '../records.ts';

const DAYS = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

export const putRetentionPolicy =
  (deps: LogsDeps): Action<typeof PutRetentionPolicyCommand> =>
  async ({ logGroupName, retentionInDays }, ctx) => {
    if (!DAYS.includes(retentionInDays))
      throw invalidParameter(
        `1 validation error detected: Value '${retentionInDays}' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum value set: [${DAYS.join(', ')}]`,
      );
    await retain(deps, ctx, logGroupName, retentionInDays);
    deps.ring();
  };

export const deleteRetentionPolicy =
  (deps: LogsDeps): Action<typeof DeleteRetentionPolicyCommand> =>
  ({ logGroupName }, ctx) =>
    retain(deps, ctx, logGroupName, undefined);

async function retain({ store }: LogsDeps, ctx: CallContext, name: string, retentionInDays: number | undefined) {
  if (!(await groupsIn(store).change(ctx, name, (group) => ({ ...group, retentionInDays })))) throw noGroup();
}
