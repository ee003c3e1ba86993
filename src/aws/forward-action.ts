import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2';

/** The action of a listener or rule that forwards, if one does. */
export const forwardOf = (actions: readonly Action[]): Action | undefined =>
  actions.find((action) => action.Type === 'forward');

/** A forward's weights by target group ARN. One without a weight has 1, as AWS counts it. */
export function weightsOf({ ForwardConfig, TargetGroupArn }: Action): Readonly<Record<string, number>> {
  const groups = ForwardConfig?.TargetGroups ?? (TargetGroupArn === undefined ? [] : [{ TargetGroupArn, Weight: 1 }]);
  return Object.fromEntries(groups.map((group) => [group.TargetGroupArn ?? '', group.Weight ?? 1]));
}

/**
 * The same actions with another forward: always a ForwardConfig that names every group, 0 included, because tools that
 * compare drift depend on that form. Stickiness, order and actions before the forward, such as authentication, stay.
 */
export function withForward(actions: readonly Action[], weights: Readonly<Record<string, number>>): Action[] {
  const former = forwardOf(actions);
  const TargetGroups = Object.entries(weights).map(([TargetGroupArn, Weight]) => ({ TargetGroupArn, Weight }));
  const { TargetGroupArn: _single, ForwardConfig, ...rest } = former ?? {};
  const forward: Action = { ...rest, Type: 'forward', ForwardConfig: { ...ForwardConfig, TargetGroups } };
  return former ? actions.map((action) => (action === former ? forward : action)) : [...actions, forward];
}
