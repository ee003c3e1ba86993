import type { Route } from '../ports.ts';

/** By target group ARN. */
export type Weights = Route['weights'];

/** The weights of a forward that gives the replacement `share` percent and the original the rest; both stay named. */
export function weightsFor(
  sides: { readonly originalTargetGroupArn: string; readonly replacementTargetGroupArn: string },
  share: number,
): Weights {
  // Weights are whole and at most 999: tenths of a percent add up to 1000.
  const [part, whole] = Number.isInteger(share) ? [share, 100] : [Math.round(share * 10), 1000];
  return { [sides.replacementTargetGroupArn]: part, [sides.originalTargetGroupArn]: whole - part };
}

/** A target group's share of a route in percent; 0 when the route gives nothing at all. */
export function shareOf(route: Route, targetGroupArn: string): number {
  const total = Object.values(route.weights).reduce((sum, weight) => sum + weight, 0);
  return total === 0 ? 0 : ((route.weights[targetGroupArn] ?? 0) * 100) / total;
}

/** Whether a route already forwards exactly these weights to exactly these groups. */
export const forwards = (route: Route, weights: Weights): boolean =>
  Object.keys(route.weights).length === Object.keys(weights).length &&
  Object.entries(weights).every(([arn, weight]) => route.weights[arn] === weight);

/** The routes of a listener that a deployment manages: those that forward to a group of its pair. */
export const managed = (routes: readonly Route[], pair: readonly string[]): readonly Route[] =>
  routes.filter((route) => pair.some((arn) => arn in route.weights));

/** A target group's name, which its ARN holds. */
export const nameOfGroup = (arn: string): string => /targetgroup\/([^/]+)\//.exec(arn)?.[1] ?? arn;

/** A route's weights as people read them. */
export const describeWeights = (weights: Weights): string =>
  Object.entries(weights)
    .map(([arn, weight]) => `${nameOfGroup(arn)}: ${weight}`)
    .sort()
    .join(', ');
