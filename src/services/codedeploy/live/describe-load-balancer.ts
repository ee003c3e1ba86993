import { InvalidLoadBalancerInfoException } from '@aws-sdk/client-codedeploy';
import {
  DescribeListenersCommand,
  DescribeTargetGroupsCommand,
  type ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { fault } from '../../../wire/api-error.ts';
import { wrongPair } from '../groups/load-balancer.ts';
import type { LoadBalancerSettings } from '../records.ts';
import type { LiveService } from './describe-service.ts';

/** The pair by ARN: which one has the live tasks, and which one is idle. */
export interface LivePair {
  readonly live: string;
  readonly other: string;
}

const words = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/**
 * Asks the load balancer whether both listeners and both target groups are there and belong together.
 *
 * @throws `InvalidTargetGroupPair`, `InvalidLoadBalancerInfo`
 */
export async function describeLoadBalancer(
  elb: ElasticLoadBalancingV2Client,
  settings: LoadBalancerSettings,
  service: LiveService,
): Promise<LivePair> {
  const loadBalancerArn = await loadBalancerOf(elb, settings.productionListenerArn);
  if (settings.testListenerArn && (await loadBalancerOf(elb, settings.testListenerArn)) !== loadBalancerArn)
    throw fault(
      InvalidLoadBalancerInfoException,
      'For ECS deployment group, the production and the test listener must be on the same load balancer',
    );
  const pair = await targetGroupArns(elb, settings.targetGroups, loadBalancerArn);
  const [first, second] = pair;
  if (!pair.some((arn) => service.targetGroupArns.includes(arn)))
    throw wrongPair(`Neither '${settings.targetGroups.join("' nor '")}' is a target group of the ECS service.`);
  return second === service.liveTargetGroupArn ? { live: second, other: first } : { live: first, other: second };
}

async function loadBalancerOf(elb: ElasticLoadBalancingV2Client, listenerArn: string): Promise<string> {
  const refused = (cause: string): Error =>
    fault(InvalidLoadBalancerInfoException, `Could not load the listener ${listenerArn}. Cause: ${cause}`);
  const answer = await elb
    .send(new DescribeListenersCommand({ ListenerArns: [listenerArn] }))
    .catch((error: unknown) => {
      throw refused(words(error));
    });
  const loadBalancerArn = answer.Listeners?.[0]?.LoadBalancerArn;
  if (!loadBalancerArn) throw refused('there is no such listener');
  return loadBalancerArn;
}

async function targetGroupArns(
  elb: ElasticLoadBalancingV2Client,
  names: readonly [string, string],
  loadBalancerArn: string,
): Promise<readonly [string, string]> {
  const find = async (name: string): Promise<string> => {
    const answer = await elb.send(new DescribeTargetGroupsCommand({ Names: [name] })).catch((error: unknown) => {
      throw wrongPair(`Target group '${name}' could not be loaded: ${words(error)}`);
    });
    const [found] = answer.TargetGroups ?? [];
    if (!found?.TargetGroupArn) throw wrongPair(`There is no target group '${name}'.`);
    const loadBalancers = found.LoadBalancerArns ?? [];
    if (loadBalancers.length > 0 && !loadBalancers.includes(loadBalancerArn))
      throw wrongPair(`Target group '${name}' belongs to another load balancer.`);
    return found.TargetGroupArn;
  };
  return [await find(names[0]), await find(names[1])];
}
