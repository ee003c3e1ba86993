import {
  type Action,
  DescribeListenersCommand,
  DescribeRulesCommand,
  DescribeTargetGroupsCommand,
  type ElasticLoadBalancingV2Client,
  ModifyListenerCommand,
  ModifyRuleCommand,
  type Rule,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { PortError, type Route, type Traffic } from '../engine/ports.ts';
import type { AwsClients } from './clients.ts';
import { forwardOf, weightsOf, withForward } from './forward-action.ts';
import { callPort } from './port-error.ts';

/** Traffic through ELBv2: the forwards of a listener's default action and of its rules. */
export function createTraffic(clients: Pick<AwsClients, 'elbv2'>): Traffic {
  return {
    targetGroups: (scope, names) => callPort(() => findTargetGroups(clients.elbv2(scope), names)),
    routes: (scope, listenerArn) => callPort(() => findRoutes(clients.elbv2(scope), listenerArn)),
    shift: (scope, route, weights) => callPort(() => rewrite(clients.elbv2(scope), route, weights)),
  };
}

async function findTargetGroups(
  elb: ElasticLoadBalancingV2Client,
  names: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  const { TargetGroups = [] } = await elb.send(new DescribeTargetGroupsCommand({ Names: [...names] }));
  return Object.fromEntries(
    names.map((name) => {
      const arn = TargetGroups.find((group) => group.TargetGroupName === name)?.TargetGroupArn;
      if (arn === undefined) throw new PortError('missing', `The target group ${name} was not found`);
      return [name, arn];
    }),
  );
}

async function findRoutes(elb: ElasticLoadBalancingV2Client, listenerArn: string): Promise<readonly Route[]> {
  const [defaultActions, rules] = await Promise.all([readDefault(elb, listenerArn), readRules(elb, listenerArn)]);
  const own = rules.filter((rule) => rule.IsDefault !== true && rule.RuleArn !== undefined);
  return [
    ...toRoute(listenerArn, true, defaultActions),
    ...own.sort(byPriority).flatMap((rule) => toRoute(rule.RuleArn ?? '', false, rule.Actions ?? [])),
  ];
}

/** Nothing when the place does not forward. */
function toRoute(arn: string, isDefault: boolean, actions: readonly Action[]): readonly Route[] {
  const forward = forwardOf(actions);
  return forward ? [{ arn, isDefault, weights: weightsOf(forward) }] : [];
}

async function rewrite(
  elb: ElasticLoadBalancingV2Client,
  route: Route,
  weights: Readonly<Record<string, number>>,
): Promise<void> {
  if (route.isDefault) {
    const DefaultActions = withForward(await readDefault(elb, route.arn), weights);
    await elb.send(new ModifyListenerCommand({ ListenerArn: route.arn, DefaultActions }));
    return;
  }
  const { Rules = [] } = await elb.send(new DescribeRulesCommand({ RuleArns: [route.arn] }));
  const Actions = withForward(Rules[0]?.Actions ?? [], weights);
  await elb.send(new ModifyRuleCommand({ RuleArn: route.arn, Actions }));
}

async function readDefault(elb: ElasticLoadBalancingV2Client, listenerArn: string): Promise<readonly Action[]> {
  const { Listeners = [] } = await elb.send(new DescribeListenersCommand({ ListenerArns: [listenerArn] }));
  const [listener] = Listeners;
  if (!listener) throw new PortError('missing', `The listener ${listenerArn} was not found`);
  return listener.DefaultActions ?? [];
}

async function readRules(elb: ElasticLoadBalancingV2Client, ListenerArn: string): Promise<readonly Rule[]> {
  const found: Rule[] = [];
  let Marker: string | undefined;
  do {
    const page = await elb.send(new DescribeRulesCommand({ ListenerArn, ...(Marker !== undefined && { Marker }) }));
    found.push(...(page.Rules ?? []));
    Marker = page.NextMarker === '' ? undefined : page.NextMarker;
  } while (Marker !== undefined);
  return found;
}

const byPriority = (a: Rule, b: Rule): number => Number(a.Priority) - Number(b.Priority);
