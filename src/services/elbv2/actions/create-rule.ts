import {
  PriorityInUseException,
  TooManyRulesException,
  type CreateRuleCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { newId } from '../../../kernel/ids.ts';
import type { Scope } from '../../../kernel/scope.ts';
import { fault } from '../../../wire/api-error.ts';
import type { Action } from '../../../wire/types.ts';
import type { Elb } from '../elb.ts';
import { notServed } from '../faults.ts';
import { LIMITS } from '../limits.ts';
import { requireListener, requireLoadBalancer } from '../look-ups.ts';
import type { ElbRecords, RuleRecord } from '../records.ts';
import { checkActionGroups } from '../rules/action-groups.ts';
import { checkedAction } from '../rules/rule-action.ts';
import { checkedConditions } from '../rules/rule-conditions.ts';
import { checkedTags } from '../settings/tags.ts';
import { shownRule } from '../shown/rule.ts';

export const createRule =
  (elb: Elb): Action<typeof CreateRuleCommand> =>
  (input, ctx) =>
    elb.change(async (tx) => {
      const listener = await requireListener(tx, ctx, input.ListenerArn);
      const { loadBalancerArn, protocol } = listener;
      refuseTransforms(input.Transforms);
      const record: RuleRecord = {
        arn: `${listener.arn.replace(':listener/', ':listener-rule/')}/${newId.elb()}`,
        listenerArn: listener.arn,
        priority: input.Priority,
        conditions: checkedConditions(input.Conditions),
        action: checkedAction(input.Actions, listener),
        tags: checkedTags(input.Tags),
      };
      const others = await tx.rules.list(ctx, listener.arn);
      if (others.some((other) => other.priority === record.priority)) throw priorityInUse(record.priority);
      await checkRoom(tx, ctx, loadBalancerArn);
      const loadBalancer = await requireLoadBalancer(tx, ctx, loadBalancerArn);
      await checkActionGroups(tx, ctx, { loadBalancer, protocol }, record.action);
      await tx.rules.insert(ctx, record.arn, record, { parent: listener.arn });
      await tx.nextEpoch();
      return { Rules: [shownRule(record)] };
    });

export const priorityInUse = (priority: number) =>
  fault(PriorityInUseException, `Priority '${priority}' is currently in use`);

/** @throws {ApiError} `ValidationError`: no balancer rewrites hosts or URLs */
export function refuseTransforms(transforms: readonly { readonly Type?: string | undefined }[] = []): void {
  const [first] = transforms;
  if (first) throw notServed(`A rule with a transform of type '${first.Type ?? ''}'`);
}

async function checkRoom(tx: ElbRecords, scope: Scope, loadBalancerArn: string): Promise<void> {
  const listeners = await tx.listeners.list(scope, loadBalancerArn);
  const rules = await Promise.all(listeners.map((listener) => tx.rules.list(scope, listener.arn)));
  if (rules.flat().length >= LIMITS.rulesPerLoadBalancer)
    throw fault(TooManyRulesException, 'The maximum number of rules has been reached');
}
