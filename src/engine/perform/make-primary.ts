import type { Deployment } from '../deployment.ts';
import type { Ports } from '../ports.ts';
import type { Outcome } from './perform.ts';
import { replacementOf } from './sides-of.ts';

/** Makes the replacement the service's PRIMARY task set; the original is ACTIVE from then on. */
export async function makePrimary(ports: Ports, deployment: Deployment): Promise<Outcome> {
  await ports.taskSets.makePrimary(deployment.scope, deployment.release, replacementOf(deployment));
  return {};
}
