import type { Deployment } from '../deployment.ts';
import type { Ports } from '../ports.ts';
import type { Outcome } from './perform.ts';
import { restoreListener } from './restore-listener.ts';

/** Sends all test traffic back to the original. */
export async function restoreTest(ports: Ports, deployment: Deployment): Promise<Outcome> {
  const { testListenerArn } = deployment.release;
  if (testListenerArn !== undefined) await restoreListener(ports, deployment, testListenerArn);
  return {};
}
