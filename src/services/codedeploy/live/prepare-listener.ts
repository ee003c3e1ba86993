import {
  DescribeListenersCommand,
  DescribeRulesCommand,
  type ElasticLoadBalancingV2Client,
  ModifyListenerCommand,
  ModifyRuleCommand,
  type Rule,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { LivePair } from './describe-load-balancer.ts';
import { weightedActions } from './weighted-actions.ts';

/**
 * Rewrites the production listener as AWS does when a group is created: its default action, and every rule that
 * forwards to the live group, becomes a weighted forward over the pair. Doing it twice changes nothing more.
 */
export async function prepareListener(
  elb: ElasticLoadBalancingV2Client,
  listenerArn: string,
  pair: LivePair,
): Promise<void> {
  const { Listeners } = await elb.send(new DescribeListenersCommand({ ListenerArns: [listenerArn] }));
  const defaults = weightedActions(Listeners?.[0]?.DefaultActions ?? [], pair);
  if (defaults) await elb.send(new ModifyListenerCommand({ ListenerArn: listenerArn, DefaultActions: defaults }));
  for (const rule of await rulesOf(elb, listenerArn)) {
    const actions = rule.IsDefault ? undefined : weightedActions(rule.Actions ?? [], pair);
    if (actions) await elb.send(new ModifyRuleCommand({ RuleArn: rule.RuleArn, Actions: actions }));
  }
}

async function rulesOf(elb: ElasticLoadBalancingV2Client, listenerArn: string): Promise<Rule[]> {
  const rules: Rule[] = [];
  let marker: string | undefined;
  do {
    const answer = await elb.send(
      new DescribeRulesCommand({ ListenerArn: listenerArn, ...(marker && { Marker: marker }) }),
    );
    rules.push(...(answer.Rules ?? []));
    marker = answer.NextMarker;
  } while (marker);
  return rules;
}
