import type { Deployment } from '../deployment.ts';
import type { Ports } from '../ports.ts';
import type { Outcome } from './perform.ts';
import { sidesOf } from './sides-of.ts';

/** Removes what an earlier stop left without traffic in the idle group, then creates the replacement there. */
export async function createTaskSet(
  ports: Ports,
  deployment: Deployment,
  leftovers: readonly string[],
): Promise<Outcome> {
  const { id, scope, release } = deployment;
  // The first deployment of an ECS service has no sides.
  const idle = release.native?.targetGroupArn ?? sidesOf(deployment).replacementTargetGroupArn;
  for (const arn of leftovers) await ports.taskSets.remove(scope, release, arn);
  if (!release.appSpec) throw new Error(`deployment ${id} has no AppSpec to install`);
  return { taskSetArn: await ports.taskSets.create(scope, release, release.appSpec, idle, id) };
}
