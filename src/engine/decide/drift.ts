import { type Deployment, type ErrorInformation, shiftsTraffic } from '../deployment.ts';
import { currentStep, hasActed, isOver, planOf } from '../plan/plan-state.ts';
import type { PlanState, Sides } from '../plan/step.ts';
import type { Route, Settings } from '../ports.ts';
import { elbInvalid, error } from './endings.ts';
import type { Clear } from './observed.ts';
import { isError, preflight } from './preflight.ts';
import { describeWeights, forwards, managed, weightsFor, type Weights } from './shares.ts';

type Planned = Pick<Route, 'arn' | 'isDefault' | 'match' | 'actions'>;

/** What a listener must still be. */
interface Expected {
  readonly listener: 'production' | 'test';
  readonly sides: Sides;
  /** The places that this deployment counts on. */
  readonly planned: readonly Planned[];
  /** The listener's default action as it was found, counted on or not: the listener's own settings are with it. */
  readonly front?: Route | undefined;
  /** All that is right now, the likeliest first; `undefined` where the weights are judged elsewhere. */
  readonly right: (arn: string) => readonly Weights[] | undefined;
}

/**
 * Finds what somebody else changed of what this deployment counts on: a route of its listeners, a rule's priority or
 * conditions, a target group, the PRIMARY task set before anything was created. A rollback takes the world as it is.
 */
export function findDrift(deployment: Deployment, clear: Clear): ErrorInformation | undefined {
  const plan = planOf(deployment);
  if (!plan.sides || deployment.release.undo || !shiftsTraffic(deployment.release)) return undefined;
  if (!isOver(plan, 'preflight')) return undefined;
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
  const planned: readonly Planned[] = (plan.routes ?? known.map((route) => route.arn)).map(
    (arn) =>
      known.find((route) => route.arn === arn) ?? { arn, isDefault: arn === deployment.release.productionListenerArn },
  );
  const shares = prepared ? [share, ...shareInFlight(plan)] : [];
  const right = () => (prepared ? shares.map((each) => weightsFor(sides, each)) : undefined);
  return findChange(production, { listener: 'production', sides, planned, front: frontOf(known), right });
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
  const planned = managed(found.test, pairOf(sides));
  return findChange(test, { listener: 'test', sides, planned, front: frontOf(found.test), right });
}

const pairOf = (sides: Sides): readonly string[] => [sides.originalTargetGroupArn, sides.replacementTargetGroupArn];

const frontOf = (routes: readonly Route[]): Route | undefined => routes.find((route) => route.isDefault);

function findChange(places: readonly Route[], expected: Expected): string | undefined {
  return (
    findMovedPlace(places, expected) ?? findWrongForward(places, expected) ?? findChangedSettings(places, expected)
  );
}

const nameOf = (listener: Expected['listener'], { arn, isDefault }: Pick<Route, 'arn' | 'isDefault'>): string =>
  isDefault ? `The ${listener} listener ${arn}` : `The rule ${arn} of the ${listener} listener`;

/** A place that is gone, or a rule that takes other requests. */
function findMovedPlace(places: readonly Route[], { listener, planned, right }: Expected): string | undefined {
  for (const route of planned) {
    const place = places.find((each) => each.arn === route.arn);
    const name = nameOf(listener, route);
    if (!place) return changed(name, route.match ?? describeRight(right(route.arn)), 'that it is not there any more');
    if (route.match !== undefined && place.match !== route.match)
      return changed(name, route.match, place.match ?? 'no conditions');
  }
  return undefined;
}

function findWrongForward(places: readonly Route[], expected: Expected): string | undefined {
  const { listener, sides, planned, right } = expected;
  const ours = managed(places, pairOf(sides));
  const left = places.find((place) => !ours.includes(place) && planned.some(({ arn }) => arn === place.arn));
  const wrong = left ?? ours.find((place) => right(place.arn)?.some((weights) => forwards(place, weights)) === false);
  return wrong && changed(nameOf(listener, wrong), describeRight(right(wrong.arn)), describeActions(wrong));
}

/** What the actions of places say beside the weights, and what the listener is. What was not recorded is not judged. */
function findChangedSettings(places: readonly Route[], { listener, planned, front }: Expected): string | undefined {
  const at = ({ arn }: Planned): Route | undefined => places.find((place) => place.arn === arn);
  const compared = [
    ...planned.map((route) => ({ route, expected: route.actions, found: at(route)?.actions })),
    ...(front ? [{ route: front, expected: front.listener, found: at(front)?.listener }] : []),
  ];
  for (const { route, expected, found } of compared) {
    const different = findDifference(expected, found);
    if (different) return changed(nameOf(listener, route), ...different);
  }
  return undefined;
}

/** The first setting that differs: as expected and as found. */
function findDifference(expected: Settings = {}, found: Settings = {}): [expected: string, found: string] | undefined {
  const name = Object.keys(expected).find((each) => found[each] !== undefined && found[each] !== expected[each]);
  return name === undefined ? undefined : [`${name} ${expected[name] ?? ''}`, `${name} ${found[name] ?? ''}`];
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

const describeActions = ({ weights, actions }: Route): string => {
  const instead = Object.keys(weights).length === 0 ? actions?.['other actions'] : undefined;
  return instead === undefined ? describeForward(weights) : `no forward, but ${instead}`;
};

const describeForward = (weights: Weights): string =>
  Object.keys(weights).length === 0 ? 'no forward' : `a forward to ${describeWeights(weights)}`;
