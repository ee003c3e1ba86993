import { InvalidLoadBalancerInfoException } from '@aws-sdk/client-codedeploy';
import type { Scope } from '../../../kernel/scope.ts';
import { fault } from '../../../wire/api-error.ts';
import type { CodeDeployDeps } from '../deps.ts';
import type { LivePair } from '../live/describe-load-balancer.ts';
import { prepareListener } from '../live/prepare-listener.ts';

/**
 * Gives the production listener its weighted forward. It comes before the group is stored: the rewrite sends every
 * request where it went before, so one that is left alone by a crash does no harm, and a retry finds it done.
 *
 * @throws `InvalidLoadBalancerInfo` with the load balancer's words when it refuses
 */
export async function rewriteListener(
  { clients }: CodeDeployDeps,
  scope: Scope,
  listenerArn: string,
  pair: LivePair,
): Promise<void> {
  try {
    await prepareListener(clients.elbv2(scope), listenerArn, pair);
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw fault(InvalidLoadBalancerInfoException, `Could not update the listener ${listenerArn}. Cause: ${cause}`);
  }
}
