import { OperationNotPermittedException, type DeleteRuleCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { fault } from '../../../wire/api-error.ts';
import type { Action } from '../../../wire/types.ts';
import type { Elb } from '../elb.ts';
import { findDefaultRule, requireRule } from '../look-ups.ts';

export const deleteRule =
  (elb: Elb): Action<typeof DeleteRuleCommand> =>
  (input, ctx) =>
    elb.change(async (tx) => {
      if (await findDefaultRule(tx, ctx, input.RuleArn))
        throw fault(OperationNotPermittedException, `Default rule '${input.RuleArn}' cannot be deleted`);
      const { arn } = await requireRule(tx, ctx, input.RuleArn);
      await tx.rules.remove(ctx, arn);
      await tx.nextEpoch();
      return {};
    });
