import { OperationNotPermittedException, type ModifyRuleCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { fault } from '../../../wire/api-error.ts';
import type { Action } from '../../../wire/types.ts';
import type { Elb } from '../elb.ts';
import { notServed } from '../faults.ts';
import { findDefaultRule, requireListener, requireLoadBalancer, requireRule } from '../look-ups.ts';
import type { RuleRecord } from '../records.ts';
import { checkActionGroups } from '../rules/action-groups.ts';
import { checkedAction } from '../rules/rule-action.ts';
import { checkedConditions } from '../rules/rule-conditions.ts';
import { shownRule } from '../shown/rule.ts';

export const modifyRule =
  (elb: Elb): Action<typeof ModifyRuleCommand> =>
  (input, ctx) =>
    elb.change(async (tx) => {
      if (await findDefaultRule(tx, ctx, input.RuleArn))
        throw fault(OperationNotPermittedException, `Default rule '${input.RuleArn}' cannot be modified`);
      const current = await requireRule(tx, ctx, input.RuleArn);
      if (input.Transforms?.length) throw notServed('A rule with transforms');
      const next: RuleRecord = {
        ...current,
        conditions: input.Conditions ? checkedConditions(input.Conditions) : current.conditions,
        action: input.Actions ? checkedAction(input.Actions) : current.action,
      };
      const { loadBalancerArn } = await requireListener(tx, ctx, current.listenerArn);
      await checkActionGroups(tx, ctx, await requireLoadBalancer(tx, ctx, loadBalancerArn), next.action);
      if (JSON.stringify(next) !== JSON.stringify(current)) {
        await tx.rules.put(ctx, current.arn, next);
        await tx.nextEpoch();
      }
      return { Rules: [shownRule(next)] };
    });
