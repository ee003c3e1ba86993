import type { Deployment, ErrorInformation } from '../deployment.ts';
import { currentStep, hasActed, isOver, planOf } from '../plan/plan-state.ts';
import type { PlanState, Sides } from '../plan/step.ts';
import type { Route } from '../ports.ts';
import { elbInvalid, error } from './endings.ts';
import type { Clear } from './observed.ts';
import { isError, preflight } from './preflight.ts';
import { describeWeights, forwards, managed, weightsFor, type Weights } from './shares.ts';

/** What a listener must still be. */
interface Expected {
  readonly listener: 'production' | 'test';
  readonly sides: Sides;
  /** The places that this deployment counts on. */
  readonly planned: readonly Pick<Route, 'arn' | 'isDefault' | 'match'>[];
  /** All that is right now, the likeliest first; `undefined` where the weights are judged elsewhere. */
  readonly right: (arn: string) => readonly Weights[] | undefined;
}

/**
 * Finds what somebody else changed of what this deployment counts on: a route of its listeners, a rule's priority or
 * conditions, a target group, the PRIMARY task set before anything was created. A rollback takes the world as it is.
 */
export function findDrift(deployment: Deployment, clear: Clear): ErrorInformation | undefined {
  const plan = planOf(deployment);
  if (!plan.sides || deployment.release.undo) return undefined;
  const reason =
    findLostGroup(deployment, clear) ??
    findProductionDrift(deployment, clear.production) ??
    findTestDrift(deployment, clear.test);
  if (reason !== undefined) return elbInvalid(reason);
  return isOver(plan, 'prepareTraffic') ? undefined : preflightAgain(deployment, plan.sides, clear);
}

/** While nothing is created, all that the preflight demands must stay so. */
function preflightAgain(deployment: Deployment, sides: Sides, clear: Clear): ErrorInformation | undefined {
  const found = preflight(deployment, clear);
  if (isError(found)) return found;
  if (found.originalTaskSetArn === sides.originalTaskSetArn) return undefined;
  return error(
    'INVALID_ECS_SERVICE',
    `The PRIMARY task set was changed outside this deployment: expected ${sides.originalTaskSetArn}, found ${found.originalTaskSetArn}.`,
  );
}

/** What differs on production, in words. While a shift is in flight, before and after are both right. */
export function findProductionDrift(deployment: Deployment, production: readonly Route[]): string | undefined {
  const plan = planOf(deployment);
  const { sides, share, found } = plan;
  if (!sides) return undefined;
  const prepared = isOver(plan, 'prepareTraffic') && share !== undefined;
  const known = found?.production ?? [];
  const planned = (plan.routes ?? known.map((route) => route.arn)).map(
    (arn) =>
      known.find((route) => route.arn === arn) ?? { arn, isDefault: arn === deployment.release.productionListenerArn },
  );
  const shares = prepared ? [share, ...shareInFlight(plan)] : [];
  const right = () => (prepared ? shares.map((each) => weightsFor(sides, each)) : undefined);
  return findChange(production, { listener: 'production', sides, planned, right });
}

function shareInFlight(plan: PlanState): readonly number[] {
  const step = currentStep(plan);
  return step?.kind === 'shift' && plan.acting ? [step.share] : [];
}

/** What differs on the test listener, in words: until its shift it stays as it was found. */
export function findTestDrift(deployment: Deployment, test: readonly Route[]): string | undefined {
  const plan = planOf(deployment);
  const { sides, found } = plan;
  if (!sides || !found) return undefined;
  const moved = weightsFor(sides, 100);
  const before = (arn: string) => found.test.filter((route) => route.arn === arn).map((route) => route.weights);
  const right = (arn: string): readonly Weights[] => {
    if (isOver(plan, 'shiftTest')) return [moved];
    return hasActed(plan, 'shiftTest') ? [...before(arn), moved] : before(arn);
  };
  return findChange(test, { listener: 'test', sides, planned: found.test, right });
}

function findChange(places: readonly Route[], { listener, sides, planned, right }: Expected): string | undefined {
  const nameOf = ({ arn, isDefault }: Pick<Route, 'arn' | 'isDefault'>): string =>
    isDefault ? `The ${listener} listener ${arn}` : `The rule ${arn} of the ${listener} listener`;
  for (const route of planned) {
    const place = places.find((each) => each.arn === route.arn);
    if (!place)
      return changed(nameOf(route), route.match ?? describeRight(right(route.arn)), 'that it is not there any more');
    if (route.match !== undefined && place.match !== route.match)
      return changed(nameOf(route), route.match, place.match ?? 'no conditions');
  }
  const ours = managed(places, [sides.originalTargetGroupArn, sides.replacementTargetGroupArn]);
  const left = places.find((place) => !ours.includes(place) && planned.some(({ arn }) => arn === place.arn));
  if (left) return changed(nameOf(left), describeRight(right(left.arn)), describeForward(left.weights));
  const wrong = ours.find((place) => right(place.arn)?.some((weights) => forwards(place, weights)) === false);
  return wrong && changed(nameOf(wrong), describeRight(right(wrong.arn)), describeForward(wrong.weights));
}

function findLostGroup({ release, progress }: Deployment, { targetGroups }: Clear): string | undefined {
  const { sides } = planOf({ progress });
  const there = Object.values(targetGroups).map((group) => group.arn);
  const lost = [sides?.originalTargetGroupArn, sides?.replacementTargetGroupArn].find(
    (arn) => arn !== undefined && !there.includes(arn),
  );
  const named = release.targetGroups.map((name) => targetGroups[name]?.arn ?? `no ${name}`).join(', ');
  return lost && changed(`The target group ${lost}`, 'that it is there', named);
}

const changed = (what: string, expected: string, found: string): string =>
  `${what} was changed outside this deployment: expected ${expected}, found ${found}`;

const describeRight = (right: readonly Weights[] | undefined): string => {
  const [first] = right ?? [];
  if (first) return describeForward(first);
  return `${right ? 'no' : 'a'} forward to the target groups of this deployment`;
};

const describeForward = (weights: Weights): string =>
  Object.keys(weights).length === 0 ? 'no forward' : `a forward to ${describeWeights(weights)}`;
