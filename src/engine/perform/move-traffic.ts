import { forwards, managed, weightsFor } from '../decide/shares.ts';
import type { Deployment } from '../deployment.ts';
import type { Ports } from '../ports.ts';
import { sidesOf } from './sides-of.ts';

/**
 * Gives the replacement `share` percent of a listener: its default action and every rule that forwards to the pair.
 * Routes that are so already are left alone. Resolves when the load balancer has acknowledged all; gives their ARNs.
 */
export async function moveTraffic(
  ports: Ports,
  deployment: Deployment,
  listenerArn: string,
  share: number,
): Promise<readonly string[]> {
  const sides = sidesOf(deployment);
  const weights = weightsFor(sides, share);
  const routes = managed(await ports.traffic.routes(deployment.scope, listenerArn), Object.keys(weights));
  for (const route of routes)
    if (!forwards(route, weights)) await ports.traffic.shift(deployment.scope, route, weights);
  return routes.map((route) => route.arn);
}
