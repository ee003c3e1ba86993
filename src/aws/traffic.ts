import {
  DescribeListenersCommand,
  DescribeRulesCommand,
  DescribeTargetGroupsCommand,
  type ElasticLoadBalancingV2Client,
  type Listener,
  ModifyListenerCommand,
  ModifyRuleCommand,
  type Rule,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { PortError, type Route, type TargetGroupView, type Traffic } from '../engine/ports.ts';
import type { AwsClients } from './clients.ts';
import { withForward } from './forward-action.ts';
import { callPort, toPortError } from './port-error.ts';
import { describeActions, describeListener } from './route-settings.ts';
import { matchOf } from './rule-match.ts';

/** Traffic through ELBv2: the forwards of a listener's default action and of its rules. */
export function createTraffic(clients: Pick<AwsClients, 'elbv2'>): Traffic {
  return {
    targetGroups: (scope, names) => callPort(() => findTargetGroups(clients.elbv2(scope), names)),
    routes: (scope, listenerArn) => callPort(() => findRoutes(clients.elbv2(scope), listenerArn)),
    shift: (scope, route, weights) => callPort(() => rewrite(clients.elbv2(scope), route, weights)),
  };
}

type Groups = Readonly<Record<string, TargetGroupView>>;

/** One call where all exist; AWS refuses it whole where one does not, and then each is asked for by itself. */
async function findTargetGroups(elb: ElasticLoadBalancingV2Client, names: readonly string[]): Promise<Groups> {
  try {
    const { TargetGroups = [] } = await elb.send(new DescribeTargetGroupsCommand({ Names: [...names] }));
    return Object.fromEntries(
      TargetGroups.map(({ TargetGroupName = '', TargetGroupArn = '', LoadBalancerArns = [] }) => [
        TargetGroupName,
        { arn: TargetGroupArn, loadBalancerArns: LoadBalancerArns },
      ]),
    );
  } catch (cause) {
    if (toPortError(cause).fault !== 'missing') throw cause;
    if (names.length < 2) return {};
    const each = await Promise.all(names.map((name) => findTargetGroups(elb, [name])));
    return Object.assign({}, ...each) as Groups;
  }
}

async function findRoutes(elb: ElasticLoadBalancingV2Client, listenerArn: string): Promise<readonly Route[]> {
  if (isRule(listenerArn)) return [await findRule(elb, listenerArn)];
  const [listener, rules] = await Promise.all([readListener(elb, listenerArn), readRules(elb, listenerArn)]);
  const own = rules.filter((rule) => rule.IsDefault !== true && rule.RuleArn !== undefined);
  return [
    {
      arn: listenerArn,
      isDefault: true,
      ...describeActions(listener.DefaultActions ?? []),
      listener: describeListener(listener),
    },
    ...own.sort(byPriority).map(asRoute),
  ];
}

const isRule = (arn: string): boolean => arn.includes(':listener-rule/');

const asRoute = (rule: Rule): Route => ({
  arn: rule.RuleArn ?? '',
  isDefault: false,
  match: matchOf(rule),
  ...describeActions(rule.Actions ?? []),
});

/** A listener's default rule can only be changed through the listener. */
async function findRule(elb: ElasticLoadBalancingV2Client, ruleArn: string): Promise<Route> {
  const rule = await readRule(elb, ruleArn);
  if (rule.IsDefault !== true) return asRoute(rule);
  const arn = ruleArn.replace(':listener-rule/', ':listener/').replace(/\/[^/]+$/, '');
  return { arn, isDefault: true, ...describeActions(rule.Actions ?? []) };
}

async function readRule(elb: ElasticLoadBalancingV2Client, ruleArn: string): Promise<Rule> {
  const title = `The rule ${ruleArn}`;
  const command = new DescribeRulesCommand({ RuleArns: [ruleArn] });
  const [rule] = (await named(title, elb.send(command))).Rules ?? [];
  if (!rule) throw new PortError('missing', `${title} was not found`);
  return rule;
}

async function rewrite(
  elb: ElasticLoadBalancingV2Client,
  route: Route,
  weights: Readonly<Record<string, number>>,
): Promise<void> {
  if (route.isDefault) {
    const DefaultActions = withForward((await readListener(elb, route.arn)).DefaultActions ?? [], weights);
    await elb.send(new ModifyListenerCommand({ ListenerArn: route.arn, DefaultActions }));
    return;
  }
  const Actions = withForward((await readRule(elb, route.arn)).Actions ?? [], weights);
  await elb.send(new ModifyRuleCommand({ RuleArn: route.arn, Actions }));
}

async function readListener(elb: ElasticLoadBalancingV2Client, listenerArn: string): Promise<Listener> {
  const title = `The listener ${listenerArn}`;
  const command = new DescribeListenersCommand({ ListenerArns: [listenerArn] });
  const [listener] = (await named(title, elb.send(command))).Listeners ?? [];
  if (!listener) throw new PortError('missing', `${title} was not found`);
  return listener;
}

/** AWS says "one or more were not found"; people need to know which. */
async function named<T>(title: string, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (cause) {
    if (toPortError(cause).fault !== 'missing') throw cause;
    throw new PortError('missing', `${title} was not found`, { cause });
  }
}

async function readRules(elb: ElasticLoadBalancingV2Client, ListenerArn: string): Promise<readonly Rule[]> {
  const found: Rule[] = [];
  let Marker: string | undefined;
  do {
    const command = new DescribeRulesCommand({ ListenerArn, ...(Marker !== undefined && { Marker }) });
    const page = await named(`The listener ${ListenerArn}`, elb.send(command));
    found.push(...(page.Rules ?? []));
    Marker = page.NextMarker === '' ? undefined : page.NextMarker;
  } while (Marker !== undefined);
  return found;
}

const byPriority = (a: Rule, b: Rule): number => Number(a.Priority) - Number(b.Priority);
