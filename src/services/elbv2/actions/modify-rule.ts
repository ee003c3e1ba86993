import { OperationNotPermittedException, type ModifyRuleCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { fault } from '../../../wire/api-error.ts';
import type { Action } from '../../../wire/types.ts';
import type { Elb } from '../elb.ts';
import { findDefaultRule, requireListener, requireLoadBalancer, requireRule } from '../look-ups.ts';
import type { RuleRecord } from '../records.ts';
import { checkActionGroups } from '../rules/action-groups.ts';
import { checkedAction } from '../rules/rule-action.ts';
import { checkedConditions } from '../rules/rule-conditions.ts';
import { shownRule } from '../shown/rule.ts';
import { refuseTransforms } from './create-rule.ts';

export const modifyRule =
  (elb: Elb): Action<typeof ModifyRuleCommand> =>
  (input, ctx) =>
    elb.change(async (tx) => {
      if (await findDefaultRule(tx, ctx, input.RuleArn))
        throw fault(OperationNotPermittedException, `Default rule '${input.RuleArn}' cannot be modified`);
      const current = await requireRule(tx, ctx, input.RuleArn);
      refuseTransforms(input.Transforms);
      const listener = await requireListener(tx, ctx, current.listenerArn);
      const next: RuleRecord = {
        ...current,
        conditions: input.Conditions ? checkedConditions(input.Conditions) : current.conditions,
        action: input.Actions ? checkedAction(input.Actions, listener) : current.action,
      };
      const loadBalancer = await requireLoadBalancer(tx, ctx, listener.loadBalancerArn);
      await checkActionGroups(tx, ctx, { loadBalancer, protocol: listener.protocol }, next.action);
      if (JSON.stringify(next) !== JSON.stringify(current)) {
        await tx.rules.put(ctx, current.arn, next);
        await tx.nextEpoch();
      }
      return { Rules: [shownRule(next)] };
    });
