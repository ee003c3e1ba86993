import { ResourceInUseException, type DeleteTargetGroupCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { fault } from '../../../wire/api-error.ts';
import type { Action } from '../../../wire/types.ts';
import type { Elb } from '../elb.ts';
import { usage } from '../look-ups.ts';
import { targetId, targetKey } from '../records.ts';

export const deleteTargetGroup =
  (elb: Elb): Action<typeof DeleteTargetGroupCommand> =>
  ({ TargetGroupArn: arn }, ctx) =>
    elb.change(async (tx) => {
      if (!(await tx.targetGroups.get(ctx, arn))) return {};
      if ((await usage(tx, ctx)).has(arn))
        throw fault(ResourceInUseException, `Target group '${arn}' is currently in use by a listener or a rule`);
      for (const target of await tx.targets.list(ctx, arn))
        await tx.targets.remove(ctx, targetId(arn, targetKey(target)));
      await tx.targetGroups.remove(ctx, arn);
      await tx.nextEpoch();
      return {};
    });
