import type { Deployment } from '../deployment.ts';
import type { Ports } from '../ports.ts';
import type { Outcome } from './perform.ts';
import { restoreListener } from './restore-listener.ts';

/** Sends all production traffic back to the original. */
export async function restoreProduction(ports: Ports, deployment: Deployment): Promise<Outcome> {
  await restoreListener(ports, deployment, deployment.release.productionListenerArn);
  return {};
}
