import type { Deployment, Instant } from '../deployment.ts';
import { currentStep, hasActed, planOf } from '../plan/plan-state.ts';
import { decideByAlarms } from './alarms.ts';
import type { Decision, Ending } from './decision.ts';
import { findDrift, findProductionDrift } from './drift.ts';
import { elbInvalid, error, fail, stop } from './endings.ts';
import { findFault, isTransient, withoutLostListeners } from './faults.ts';
import { decideByInstallLimit } from './limits.ts';
import type { Clear, Observed } from './observed.ts';
import type { Scaled } from './scaled.ts';
import { shareOf } from './shares.ts';
import { decideStep } from './step-rules.ts';
import { decideBegin, decideByBreaker, decideByLimit, decideGone } from './native-rules.ts';
import { findVanished, lives, whenFeasible } from './vanished.ts';

/**
 * Says what happens next with a deployment that is not terminal.
 *
 * A pure function of the record (refreshed by `see`), what was observed and the time: it may be asked twice.
 * A stop comes first, then alarms, then what cannot be observed, then what vanished or was changed by hand, then the
 * rule of the current step. Past the point of no return nothing is left but to finish.
 */
export function decide(deployment: Deployment, observed: Observed, now: Instant, scaled: Scaled): Decision {
  const plan = planOf(deployment);
  if (hasActed(plan, 'terminateOriginal'))
    return currentStep(plan)?.kind === 'terminateOriginal'
      ? finishTerminating(deployment, observed)
      : decideGone(deployment, observed.service);
  const decision = decideAnyTime(deployment, observed) ?? decideNext(deployment, observed, now, scaled);
  return decision.do === 'end' ? whenFeasible(decision, deployment, observed) : decision;
}

/**
 * The end of the original is recorded and may have been performed, so only one thing still stops it: that it is seen
 * alive, and that somebody gave it traffic again. Then both stay as they are.
 */
function finishTerminating(deployment: Deployment, { service, production }: Observed): Decision {
  const { sides } = planOf(deployment);
  const alive = service.is === 'seen' && lives(service.value, sides?.originalTaskSetArn);
  if (!sides || !alive || production.is === 'fault') return { do: 'terminateOriginal' };
  const serves = production.value.some((route) => shareOf(route, sides.originalTargetGroupArn) > 0);
  if (!serves) return { do: 'terminateOriginal' };
  const reason = findProductionDrift(deployment, production.value) ?? 'The original has traffic again';
  return { ...fail(deployment, elbInvalid(reason)), rollBack: false };
}

/** What may end a deployment whatever it is at. */
const decideAnyTime = (deployment: Deployment, observed: Observed): Ending | undefined =>
  decideByStop(deployment) ?? decideByAlarms(deployment, observed.alarms);

function decideByStop(deployment: Deployment): Ending | undefined {
  const asked = deployment.progress.stopRequested;
  if (!asked) return undefined;
  const because = error('MANUAL_STOP', 'The deployment was stopped by a StopDeployment request.');
  return stop(deployment, because, 'DEPLOYMENT_STOP_ON_REQUEST', asked.rollBack);
}

function decideNext(deployment: Deployment, observed: Observed, now: Instant, scaled: Scaled): Decision {
  if (deployment.status === 'Created' || deployment.status === 'Queued') return decideBegin(deployment, observed);
  const step = currentStep(planOf(deployment));
  if (!step) return { do: 'pass' };
  const late = decideByLimit(deployment, now, scaled);
  if (late) return late;
  const clear = readClear(deployment, observed, now, scaled);
  if ('do' in clear) return clear;
  return (
    findVanished(deployment, clear.service) ??
    findChanged(deployment, clear) ??
    decideByBreaker(deployment, clear) ??
    decideStep(deployment, step, { clear, now, scaled, hookLog: observed.hookLog, calling: observed.calling ?? [] })
  );
}

/** What was observed without faults, or what a fault in it means: another try while that may help, else the end. */
function readClear(deployment: Deployment, seen: Observed, now: Instant, scaled: Scaled): Clear | Decision {
  const observed = deployment.release.undo ? withoutLostListeners(seen) : seen;
  const { service, targetGroups, production, test } = observed;
  const found = findFault(deployment, observed);
  if (found && isTransient(found.fault))
    return decideByInstallLimit(deployment, now, scaled) ?? { do: 'wait', because: found.fault.message, pace: 'retry' };
  if (found) return fail(deployment, found.error);
  if (service.is === 'fault' || targetGroups.is === 'fault' || production.is === 'fault' || test?.is === 'fault')
    throw new Error('a fault was observed and not found');
  return {
    service: service.value,
    targetGroups: targetGroups.value,
    production: production.value,
    test: test?.value ?? [],
  };
}

function findChanged(deployment: Deployment, clear: Clear): Ending | undefined {
  const because = findDrift(deployment, clear);
  return because && fail(deployment, because);
}
