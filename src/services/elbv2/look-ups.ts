import {
  ListenerNotFoundException,
  LoadBalancerNotFoundException,
  RuleNotFoundException,
  TargetGroupNotFoundException,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Scope } from '../../kernel/scope.ts';
import { fault } from '../../wire/api-error.ts';
import { groupsOf } from './balancer-config.ts';
import type { ElbRecords, ListenerRecord, LoadBalancerRecord, RuleRecord, TargetGroupRecord } from './records.ts';

type Arn = string | undefined;

// Records are kept under their ARN and scope, so an ARN of another account, region or form finds nothing.

export async function requireLoadBalancer(records: ElbRecords, scope: Scope, arn: Arn): Promise<LoadBalancerRecord> {
  const found = await records.loadBalancers.get(scope, arn ?? '');
  if (!found) throw loadBalancerNotFound();
  return found;
}

export async function requireTargetGroup(records: ElbRecords, scope: Scope, arn: Arn): Promise<TargetGroupRecord> {
  const found = await records.targetGroups.get(scope, arn ?? '');
  if (!found) throw targetGroupNotFound();
  return found;
}

export async function requireListener(records: ElbRecords, scope: Scope, arn: Arn): Promise<ListenerRecord> {
  const found = await records.listeners.get(scope, arn ?? '');
  if (!found) throw fault(ListenerNotFoundException, 'One or more listeners not found');
  return found;
}

export async function requireRule(records: ElbRecords, scope: Scope, arn: Arn): Promise<RuleRecord> {
  const found = await records.rules.get(scope, arn ?? '');
  if (!found) throw ruleNotFound();
  return found;
}

/** The listener whose default rule has this ARN. */
export async function findDefaultRule(
  records: ElbRecords,
  scope: Scope,
  arn: Arn,
): Promise<ListenerRecord | undefined> {
  const listenerArn = arn?.replace(':listener-rule/', ':listener/').replace(/\/[^/]*$/, '');
  const listener = await records.listeners.get(scope, listenerArn ?? '');
  return listener?.defaultRuleArn === arn ? listener : undefined;
}

export const loadBalancerNotFound = () => fault(LoadBalancerNotFoundException, 'One or more load balancers not found');
export const targetGroupNotFound = () => fault(TargetGroupNotFoundException, 'One or more target groups not found');
export const ruleNotFound = () => fault(RuleNotFoundException, 'One or more rules not found');

/** The load balancers that each target group of a scope is used by, through listeners and rules. */
export async function usage(records: ElbRecords, scope: Scope): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const listeners = await records.listeners.list(scope);
  const loadBalancerOf = new Map(listeners.map((listener) => [listener.arn, listener.loadBalancerArn]));
  const used = new Map<string, Set<string>>();
  const note = (groupArn: string, loadBalancerArn: string) =>
    used.set(groupArn, (used.get(groupArn) ?? new Set()).add(loadBalancerArn));
  for (const listener of listeners)
    for (const groupArn of groupsOf(listener.action)) note(groupArn, listener.loadBalancerArn);
  for (const rule of await records.rules.list(scope))
    for (const groupArn of groupsOf(rule.action)) note(groupArn, loadBalancerOf.get(rule.listenerArn) ?? '');
  return used;
}
