import type { Act } from '../decide/decision.ts';
import type { Deployment, Instant } from '../deployment.ts';
import type { HookExecution, TaskSetView } from '../progress.ts';
import type { Outcome } from '../perform/perform.ts';
import { currentStep, planOf } from '../plan/plan-state.ts';
import type { HookAccepted, PortError } from '../ports.ts';
import { advance } from './advance.ts';

/** Writes what performing an act gave, and goes on to the next step where the act was the step's own. */
export function settle(deployment: Deployment, act: Act, outcome: Outcome, now: Instant): Deployment {
  if (act.do === 'invokeHook') return markInvoked(deployment, outcome.accepted ?? {}, now);
  const shown = showRemoved(deployment, act);
  const plan = planOf(shown);
  if (currentStep(plan)?.kind !== act.do) return shown;
  switch (act.do) {
    case 'prepareTraffic':
      return advance(shown, now, { share: 0, routes: outcome.routes ?? [] });
    case 'shift':
      return advance(shown, now, { share: act.share, routes: outcome.routes ?? [] });
    case 'createTaskSet':
      return advance(shown, now, withReplacement(deployment, outcome.taskSetArn));
    default:
      return advance(shown, now);
  }
}

function withReplacement(deployment: Deployment, replacementTaskSetArn: string | undefined) {
  const { sides } = planOf(deployment);
  return sides && replacementTaskSetArn !== undefined ? { sides: { ...sides, replacementTaskSetArn } } : {};
}

function markInvoked(deployment: Deployment, { requestId, answer }: HookAccepted, now: Instant): Deployment {
  const accepted = { ...(requestId !== undefined && { requestId }), ...(answer !== undefined && { accepted: answer }) };
  return changeHook(deployment, now, (hook) =>
    hook.invokedAt === undefined ? { ...hook, ...accepted, invokedAt: now } : hook,
  );
}

/** Remembers an attempt to invoke the hook that failed and may be made again, so that its end can be explained. */
export function noteAttempt(deployment: Deployment, { fault, message, answer }: PortError, now: Instant): Deployment {
  return changeHook(deployment, now, (hook) => ({
    ...hook,
    attempts: {
      times: (hook.attempts?.times ?? 0) + 1,
      lastAt: now,
      message,
      isThrottled: fault === 'throttled',
      ...(answer !== undefined && { answer }),
    },
  }));
}

function changeHook(deployment: Deployment, now: Instant, change: (hook: HookExecution) => HookExecution): Deployment {
  const step = currentStep(planOf(deployment));
  const hooks = deployment.progress.hooks.map((hook) => (hook.event === step?.event ? change(hook) : hook));
  return { ...deployment, progress: { ...deployment.progress, hooks, updatedAt: now } };
}

/** What is removed drains from now on; nobody looks again once the deployment is over. */
function showRemoved(deployment: Deployment, act: Act): Deployment {
  const { original, replacement } = deployment.progress;
  const draining = (set: TaskSetView): TaskSetView => ({ ...set, status: 'DRAINING', desiredCount: 0 });
  if (act.do === 'terminateOriginal' && original)
    return { ...deployment, progress: { ...deployment.progress, original: draining(original) } };
  if (act.do === 'removeReplacement' && replacement)
    return { ...deployment, progress: { ...deployment.progress, replacement: draining(replacement) } };
  return deployment;
}
