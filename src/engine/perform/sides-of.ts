import type { Deployment } from '../deployment.ts';
import { planOf } from '../plan/plan-state.ts';
import type { Sides } from '../plan/step.ts';

/** Who is who; no act is decided before the preflight has said it. */
export function sidesOf(deployment: Deployment): Sides {
  const { sides } = planOf(deployment);
  if (!sides) throw new Error(`deployment ${deployment.id} acts before its preflight`);
  return sides;
}

/** The replacement's ARN; no act needs it before it was created. */
export function replacementOf(deployment: Deployment): string {
  const { replacementTaskSetArn } = sidesOf(deployment);
  if (replacementTaskSetArn === undefined) throw new Error(`deployment ${deployment.id} has no replacement yet`);
  return replacementTaskSetArn;
}
