import type { Deployment } from '../deployment.ts';
import type { Ports } from '../ports.ts';
import type { Outcome } from './perform.ts';
import { sidesOf } from './sides-of.ts';

/** Makes the original the service's PRIMARY task set again. */
export async function reinstateOriginal(ports: Ports, deployment: Deployment): Promise<Outcome> {
  await ports.taskSets.makePrimary(deployment.scope, deployment.release, sidesOf(deployment).originalTaskSetArn);
  return {};
}
