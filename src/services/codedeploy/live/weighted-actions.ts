import type { Action, TargetGroupTuple } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { LivePair } from './describe-load-balancer.ts';

/**
 * Gives the actions with their forward to the live group spelled as live = 100, other = 0.
 *
 * @returns `undefined` when there is nothing to rewrite: it is so already, forwards elsewhere, or splits traffic
 * Source: spec, side effect of CreateDeploymentGroup (seen on AWS).
 */
export function weightedActions(actions: readonly Action[], { live, other }: LivePair): Action[] | undefined {
  const index = actions.findIndex((action) => action.Type === 'forward');
  const forward = actions[index];
  if (!forward) return undefined;
  const groups = targetGroups(forward);
  const onlyLive = groups.every(
    (group) => group.TargetGroupArn === live || (group.TargetGroupArn === other && group.Weight === 0),
  );
  const current = groups.find((group) => group.TargetGroupArn === live)?.Weight ?? 0;
  if (!onlyLive || current === 0 || (groups.length === 2 && current === 100)) return undefined;
  const { TargetGroupArn: _replaced, ...kept } = forward;
  const weighted: Action = {
    ...kept,
    ForwardConfig: {
      ...forward.ForwardConfig,
      TargetGroups: [
        { TargetGroupArn: live, Weight: 100 },
        { TargetGroupArn: other, Weight: 0 },
      ],
    },
  };
  return actions.map((action, at) => (at === index ? weighted : action));
}

/** A forward names one group directly or several with weights; a weight left out counts as 1. */
function targetGroups(forward: Action): TargetGroupTuple[] {
  const listed = forward.ForwardConfig?.TargetGroups ?? [];
  if (listed.length > 0) return listed.map((group) => ({ ...group, Weight: group.Weight ?? 1 }));
  return forward.TargetGroupArn ? [{ TargetGroupArn: forward.TargetGroupArn, Weight: 1 }] : [];
}
