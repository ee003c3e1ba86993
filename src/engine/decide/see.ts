import type { Deployment, Instant } from '../deployment.ts';
import type { TaskSetView } from '../progress.ts';
import { planOf } from '../plan/plan-state.ts';
import type { PlanState } from '../plan/step.ts';
import type { Route, ServiceView } from '../ports.ts';
import { withExpired } from '../stage-hooks.ts';
import type { Observed } from './observed.ts';
import { shareOf } from './shares.ts';

type Found = ServiceView['taskSets'][number];

/**
 * The record with what was just observed in it: both task sets, since when the replacement is unsteady, and hooks whose
 * time is over.
 */
export function see(found: Deployment, observed: Observed, now: Instant): Deployment {
  const deployment = withExpired(found, now);
  if (observed.service.is === 'fault') return deployment;
  const plan = planOf(deployment);
  if (!plan.sides) return deployment;
  const { taskSets } = observed.service.value;
  const makerId = deployment.release.undo?.deploymentId ?? deployment.id;
  const original = taskSets.find((set) => set.arn === plan.sides?.originalTaskSetArn);
  const replacement = taskSets.find(
    (set) => set.arn === plan.sides?.replacementTaskSetArn || set.externalId === makerId,
  );
  const routes = observed.production.is === 'seen' ? observed.production.value : [];
  const route = routes.find((each) => each.isDefault) ?? routes[0];
  const { original: formerOriginal, replacement: formerReplacement } = deployment.progress;
  const seenOriginal = original ? view(original, route, formerOriginal) : formerOriginal;
  const seenReplacement = replacement ? view(replacement, route, formerReplacement) : formerReplacement;
  return {
    ...deployment,
    progress: {
      ...deployment.progress,
      ...(seenOriginal && { original: seenOriginal }),
      ...(seenReplacement && { replacement: seenReplacement }),
      plan: withFound(plan, replacement, now),
    },
  };
}

function withFound(plan: PlanState, replacement: Found | undefined, now: Instant): PlanState {
  const { unsteadySince, ...rest } = plan;
  const shifting = plan.steps[plan.at]?.event === 'AllowTraffic';
  const sides = plan.sides && { ...plan.sides, ...(replacement && { replacementTaskSetArn: replacement.arn }) };
  const unsteady = shifting && !replacement?.isSteady;
  return { ...rest, ...(sides && { sides }), ...(unsteady && { unsteadySince: unsteadySince ?? now }) };
}

function view(set: Found, route: Route | undefined, former: TaskSetView | undefined): TaskSetView {
  const { id, arn, status, desiredCount, pendingCount, runningCount, targetGroupName, targetGroupArn } = set;
  const trafficWeight = route ? shareOf(route, targetGroupArn) : (former?.trafficWeight ?? 0);
  return { id, arn, status, desiredCount, pendingCount, runningCount, trafficWeight, targetGroupName, targetGroupArn };
}
