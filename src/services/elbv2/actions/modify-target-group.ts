import type { ModifyTargetGroupCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Action } from '../../../wire/types.ts';
import type { Elb } from '../elb.ts';
import { requireTargetGroup, usage } from '../look-ups.ts';
import { changedHealthCheck } from '../settings/health-check.ts';
import { shownTargetGroup } from '../shown/target-group.ts';

/** Changes the health check; nothing else of a target group can be changed. */
export const modifyTargetGroup =
  (elb: Elb): Action<typeof ModifyTargetGroupCommand> =>
  (input, ctx) =>
    elb.change(async (tx) => {
      const current = await requireTargetGroup(tx, ctx, input.TargetGroupArn);
      const next = { ...current, healthCheck: changedHealthCheck(current.healthCheck, input, current.protocolVersion) };
      await tx.targetGroups.put(ctx, current.arn, next);
      await tx.nextEpoch();
      return { TargetGroups: [shownTargetGroup(next, (await usage(tx, ctx)).get(next.arn) ?? [])] };
    });
