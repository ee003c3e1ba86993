import type { Scope } from '../../../kernel/scope.ts';
import type { AwsClients } from '../../../aws/clients.ts';
import type { EcsServiceSettings, LoadBalancerSettings } from '../records.ts';
import { describeLoadBalancer, type LivePair } from './describe-load-balancer.ts';
import { describeService } from './describe-service.ts';

/**
 * Checks a group's service and load balancer as they are now, and finds which target group is live.
 *
 * @throws `InvalidECSService`, `InvalidTargetGroupPair`, `InvalidLoadBalancerInfo`
 */
export async function findLivePair(
  clients: AwsClients,
  scope: Scope,
  service: EcsServiceSettings,
  loadBalancer: LoadBalancerSettings,
): Promise<LivePair> {
  const found = await describeService(clients.ecs(scope), service);
  return describeLoadBalancer(clients.elbv2(scope), loadBalancer, found);
}
