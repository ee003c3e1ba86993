import type { Deployment } from '../deployment.ts';
import type { Ports } from '../ports.ts';
import { moveTraffic } from './move-traffic.ts';
import type { Outcome } from './perform.ts';

/** Sends all test traffic back to the original. */
export async function restoreTest(ports: Ports, deployment: Deployment): Promise<Outcome> {
  const { testListenerArn } = deployment.release;
  if (testListenerArn !== undefined) await moveTraffic(ports, deployment, testListenerArn, 0);
  return {};
}
