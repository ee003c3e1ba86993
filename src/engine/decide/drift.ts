import type { ErrorInformation } from '../deployment.ts';
import { currentStep, hasActed, isOver } from '../plan/plan-state.ts';
import type { PlanState } from '../plan/step.ts';
import type { Route } from '../ports.ts';
import { elbInvalid } from './endings.ts';
import { describeWeights, forwards, managed, shareOf, weightsFor } from './shares.ts';

/**
 * Finds a route of production that is not as this deployment left it: someone changed it by hand. While a shift is in
 * flight, before and after are both right. Once the replacement is primary, only traffic for the original is wrong.
 */
export function findDrift(plan: PlanState, production: readonly Route[]): ErrorInformation | undefined {
  const { sides, share, routes } = plan;
  if (!sides || share === undefined || !routes) return undefined;
  const current = managed(production, [sides.originalTargetGroupArn, sides.replacementTargetGroupArn]);
  if (isOver(plan, 'makePrimary') || hasActed(plan, 'makePrimary')) {
    const back = current.find((route) => shareOf(route, sides.originalTargetGroupArn) > 0);
    return back && changed(back, weightsFor(sides, 100));
  }
  const gone = routes.find((arn) => !current.some((route) => route.arn === arn));
  if (gone) return elbInvalid(`${gone} no longer forwards to the target groups of this deployment`);
  const step = currentStep(plan);
  const right = [share, ...(step?.kind === 'shift' && plan.acting ? [step.share] : [])];
  const wrong = current.find((route) => !right.some((each) => forwards(route, weightsFor(sides, each))));
  return wrong && changed(wrong, weightsFor(sides, share));
}

const changed = (route: Route, expected: Readonly<Record<string, number>>): ErrorInformation =>
  elbInvalid(
    `${route.arn} was changed outside this deployment: it should forward to ${describeWeights(expected)} and forwards to ${describeWeights(route.weights)}`,
  );
