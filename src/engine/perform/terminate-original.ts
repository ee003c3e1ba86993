import type { Deployment } from '../deployment.ts';
import type { Ports } from '../ports.ts';
import type { Outcome } from './perform.ts';
import { sidesOf } from './sides-of.ts';

/** Removes the original, which has no traffic any more; its tasks drain after the deployment has succeeded. */
export async function terminateOriginal(ports: Ports, deployment: Deployment): Promise<Outcome> {
  await ports.taskSets.remove(deployment.scope, deployment.release, sidesOf(deployment).originalTaskSetArn);
  return {};
}
