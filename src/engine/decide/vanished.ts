import type { Deployment } from '../deployment.ts';
import type { ServiceView } from '../ports.ts';
import { isOver, planOf } from '../plan/plan-state.ts';
import type { Ending } from './decision.ts';
import { error, fail } from './endings.ts';
import type { Observed } from './observed.ts';

export const lives = (service: ServiceView, arn: string | undefined): boolean =>
  service.taskSets.some((set) => set.arn === arn && set.status !== 'DRAINING');

/** A task set that is needed and is no longer there. A replacement that was never seen may only be late. */
export function findVanished(deployment: Deployment, service: ServiceView): Ending | undefined {
  const plan = planOf(deployment);
  const { release, progress } = deployment;
  if (!plan.sides) return undefined;
  const { originalTaskSetArn, replacementTaskSetArn } = plan.sides;
  const isKept = release.undo !== undefined || release.native !== undefined;
  const originalMatters = isKept || !isOver(plan, 'makePrimary');
  if (originalMatters && !lives(service, originalTaskSetArn))
    return fail(
      deployment,
      error('INVALID_ECS_SERVICE', `The original task set ${originalTaskSetArn} is no longer there.`),
    );
  if (release.undo || replacementTaskSetArn === undefined || !progress.replacement) return undefined;
  if (lives(service, replacementTaskSetArn)) return undefined;
  return fail(
    deployment,
    error('ECS_UPDATE_ERROR', `The replacement task set ${replacementTaskSetArn} is no longer there.`),
  );
}

/** Traffic goes back only to an original that is known to be there still. */
export function whenFeasible(ending: Ending, deployment: Deployment, { service }: Observed): Ending {
  const original = planOf(deployment).sides?.originalTaskSetArn;
  if (!ending.rollBack || original === undefined || service.is === 'fault' || lives(service.value, original))
    return ending;
  return { ...ending, rollBack: false, cannotRollBack: `the original task set ${original} is no longer there` };
}
