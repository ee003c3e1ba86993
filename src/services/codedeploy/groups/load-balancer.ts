import {
  InvalidLoadBalancerInfoException,
  InvalidTargetGroupPairException,
  InvalidTrafficRoutingConfigurationException,
  type LoadBalancerInfo,
  type TargetGroupInfo,
  type TrafficRoute,
} from '@aws-sdk/client-codedeploy';
import { parseArn } from '../../../kernel/arn.ts';
import { fault } from '../../../wire/api-error.ts';
import type { ConfigRecord, LoadBalancerSettings } from '../records.ts';

const PAIR_RULE =
  'A deployment group associated with an application that uses the ECS compute platform must contain a valid pair of target groups that identify a load balancer.';

export const wrongPair = (found: string): Error => fault(InvalidTargetGroupPairException, `${PAIR_RULE} ${found}`);
const wrongBlock = (rule: string): Error =>
  fault(InvalidLoadBalancerInfoException, `For ECS deployment group, loadBalancerInfo must ${rule}`);

/**
 * Reads the pair of target groups and its listeners, without asking whether they exist.
 *
 * @throws `InvalidLoadBalancerInfo`, `InvalidTargetGroupPair`, `InvalidTrafficRoutingConfiguration`
 */
export function readLoadBalancer(info: LoadBalancerInfo | undefined): LoadBalancerSettings {
  if (!info)
    throw fault(InvalidLoadBalancerInfoException, 'For ECS deployment group, loadBalancerInfo must be specified');
  if (info.elbInfoList?.length) throw wrongBlock('not contain elbInfo list');
  if (info.targetGroupInfoList?.length) throw wrongBlock('not contain targetGroupInfo list');
  const pairs = info.targetGroupPairInfoList ?? [];
  const [pair] = pairs;
  if (!pair || pairs.length > 1) throw wrongBlock(`contain exactly one targetGroupPairInfo, found ${pairs.length}`);
  const targetGroups = readTargetGroups(pair.targetGroups ?? []);
  const testListenerArn = pair.testTrafficRoute && listenerArn('Test', pair.testTrafficRoute);
  return {
    targetGroups,
    productionListenerArn: listenerArn('Production', pair.prodTrafficRoute),
    ...(testListenerArn !== undefined && { testListenerArn }),
  };
}

function readTargetGroups(infos: readonly TargetGroupInfo[]): readonly [string, string] {
  const [first, second] = infos.map((info) => info.name);
  if (infos.length !== 2 || !first || !second)
    throw wrongPair(`Exactly two target groups must be named, found ${infos.length}.`);
  const long = [first, second].find((name) => name.length > 32);
  if (long !== undefined)
    throw wrongPair(`Target group name '${long}' exceeds the maximum allowed length of 32 characters.`);
  if (first === second) throw wrongPair(`The two target groups must differ, found '${first}' twice.`);
  return [first, second];
}

function listenerArn(route: 'Production' | 'Test', given: TrafficRoute | undefined): string {
  const arns = given?.listenerArns ?? [];
  const [only] = arns;
  if (arns.length !== 1 || !only)
    throw fault(
      InvalidTrafficRoutingConfigurationException,
      `${route} traffic route must have exactly one listener Arn`,
    );
  const found = parseArn(only);
  if (found?.service !== 'elasticloadbalancing' || !found.resource.startsWith('listener/'))
    throw fault(InvalidTrafficRoutingConfigurationException, `${route} traffic route '${only}' is not a listener Arn`);
  return only;
}

/** A network load balancer cannot split traffic. @throws `InvalidTrafficRoutingConfiguration` */
export function checkRouting(loadBalancer: LoadBalancerSettings, config: ConfigRecord): void {
  if (config.routing?.kind === 'allAtOnce') return;
  if (loadBalancer.productionListenerArn.includes(':listener/net/'))
    throw fault(
      InvalidTrafficRoutingConfigurationException,
      'Only ALB supports gradual traffic routing, use AllAtOnce Traffic routing instead when you create/update Deployment group',
    );
}
