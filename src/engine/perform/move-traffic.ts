import { forwards, managed, weightsFor } from '../decide/shares.ts';
import type { Deployment } from '../deployment.ts';
import { PortError, type Ports, type Route } from '../ports.ts';
import { sidesOf } from './sides-of.ts';

/**
 * Gives the replacement `share` percent of a listener: its default action and every rule that forwards to the pair.
 * Routes that are so already are left alone. Resolves when the load balancer has acknowledged all; gives their ARNs.
 *
 * @param findDrift - looks once more, just before anything is written, so that a change by hand is not written over
 * @throws {PortError} refused, in the words of `findDrift` or of the load balancer
 */
export async function moveTraffic(
  ports: Ports,
  deployment: Deployment,
  listenerArn: string,
  share: number,
  findDrift: (deployment: Deployment, routes: readonly Route[]) => string | undefined,
): Promise<readonly string[]> {
  const weights = weightsFor(sidesOf(deployment), share);
  const found = await ports.traffic.routes(deployment.scope, listenerArn);
  const drift = findDrift(deployment, found);
  if (drift !== undefined) throw new PortError('refused', drift);
  const routes = managed(found, Object.keys(weights));
  for (const route of routes)
    if (!forwards(route, weights)) await ports.traffic.shift(deployment.scope, route, weights);
  return routes.map((route) => route.arn);
}
