import { forwards, managed, weightsFor } from '../decide/shares.ts';
import type { Deployment } from '../deployment.ts';
import { PortError, type Ports, type Route } from '../ports.ts';
import { sidesOf } from './sides-of.ts';

/**
 * Sends everything that a listener forwards to the pair back to the original, as the listener is found: what is gone
 * needs nothing, and what was pointed elsewhere by hand stays there, since the replacement can end without it.
 *
 * @throws {PortError} refused, when something is to be sent back and the original's target group is gone
 */
export async function restoreListener(ports: Ports, deployment: Deployment, listenerArn: string): Promise<void> {
  const { scope, release } = deployment;
  const sides = sidesOf(deployment);
  const found = await unlessMissing(ports.traffic.routes(scope, listenerArn));
  const groups = await ports.traffic.targetGroups(scope, release.targetGroups);
  const there = new Set(Object.values(groups).map((group) => group.arn));
  // A forward cannot name a group that is gone.
  const weights = Object.fromEntries(Object.entries(weightsFor(sides, 0)).filter(([arn]) => there.has(arn)));
  const astray = managed(found ?? [], [sides.originalTargetGroupArn, sides.replacementTargetGroupArn]).filter(
    (route: Route) => !forwards(route, weights),
  );
  if (astray.length > 0 && !there.has(sides.originalTargetGroupArn))
    throw new PortError('refused', `The target group ${sides.originalTargetGroupArn} of the original was not found`);
  for (const route of astray) await unlessMissing(ports.traffic.shift(scope, route, weights));
}

async function unlessMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (cause) {
    if (cause instanceof PortError && cause.fault === 'missing') return undefined;
    throw cause;
  }
}
