import type { Deployment } from '../deployment.ts';
import type { Ports } from '../ports.ts';
import type { Outcome } from './perform.ts';

/** Removes what earlier deployments left without traffic. */
export async function reconcile(
  ports: Ports,
  { scope, release }: Deployment,
  leftovers: readonly string[],
): Promise<Outcome> {
  for (const arn of leftovers) await ports.taskSets.remove(scope, release, arn);
  return {};
}
