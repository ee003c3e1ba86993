import type { Deployment } from '../deployment.ts';
import type { Ports } from '../ports.ts';
import { moveTraffic } from './move-traffic.ts';
import type { Outcome } from './perform.ts';

/** Sends all production traffic back to the original. */
export async function restoreProduction(ports: Ports, deployment: Deployment): Promise<Outcome> {
  await moveTraffic(ports, deployment, deployment.release.productionListenerArn, 0);
  return {};
}
