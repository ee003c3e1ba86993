import type { Deployment } from '../deployment.ts';
import type { Ports } from '../ports.ts';
import type { Outcome } from './perform.ts';

/** Removes the replacement once all traffic is back on the original. */
export async function removeReplacement(ports: Ports, deployment: Deployment, taskSetArn: string): Promise<Outcome> {
  await ports.taskSets.remove(deployment.scope, deployment.release, taskSetArn);
  return {};
}
