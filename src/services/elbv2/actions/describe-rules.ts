import type { DescribeRulesCommand, Rule } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Scope } from '../../../kernel/scope.ts';
import type { Action } from '../../../wire/types.ts';
import type { Elb } from '../elb.ts';
import { validationError } from '../faults.ts';
import { findDefaultRule, requireListener, requireRule } from '../look-ups.ts';
import { page } from '../paging.ts';
import type { ElbRecords } from '../records.ts';
import { shownDefaultRule, shownRule } from '../shown/rule.ts';

/** By priority, the default rule last. */
export const describeRules =
  (elb: Elb): Action<typeof DescribeRulesCommand> =>
  async (input, ctx) => {
    const { ListenerArn: listenerArn, RuleArns: arns = [] } = input;
    if ((listenerArn === undefined) === (arns.length === 0))
      throw validationError('You must specify either listener rule ARNs or a listener ARN');
    const found =
      listenerArn !== undefined
        ? await rulesOf(elb.records, ctx, listenerArn)
        : await Promise.all([...new Set(arns)].map((arn) => ruleByArn(elb.records, ctx, arn)));
    const { shown, ...rest } = page(found, (rule) => rule.RuleArn ?? '', input);
    return { Rules: shown, ...rest };
  };

async function rulesOf(records: ElbRecords, scope: Scope, listenerArn: string): Promise<Rule[]> {
  const listener = await requireListener(records, scope, listenerArn);
  const rules = await records.rules.list(scope, listenerArn);
  return [...rules.sort((a, b) => a.priority - b.priority).map(shownRule), shownDefaultRule(listener)];
}

async function ruleByArn(records: ElbRecords, scope: Scope, arn: string): Promise<Rule> {
  const listener = await findDefaultRule(records, scope, arn);
  return listener ? shownDefaultRule(listener) : shownRule(await requireRule(records, scope, arn));
}
