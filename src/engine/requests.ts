import { type Deployment, type Instant, isTerminal } from './deployment.ts';
import { LIFECYCLE_EVENTS } from './progress.ts';
import { currentStep, hasActed, newPlanState, planOf } from './plan/plan-state.ts';
import { eventsOf } from './plan/step.ts';

export type NewDeployment = Omit<
  Deployment,
  'status' | 'progress' | 'createdAt' | 'startedAt' | 'finishedAt' | 'errorInformation' | 'rollbackInfo'
>;

/** A deployment as it is when CreateDeployment answers: `Created`, its plan compiled, every event `Pending`. */
export function newDeployment(input: NewDeployment, now: Instant): Deployment {
  const { native, testListenerArn } = input.release;
  // The stages of an ECS-native deployment are those of its steps.
  const names = native ? [] : eventsOf(LIFECYCLE_EVENTS, testListenerArn !== undefined);
  return {
    ...input,
    createdAt: now,
    status: 'Created',
    progress: {
      targetStatus: 'Pending',
      updatedAt: now,
      events: names.map((name) => ({ name, status: 'Pending' })),
      hooks: [],
      continued: {},
      plan: newPlanState(input.release, now),
    },
  };
}

/**
 * Asks for a stop; the engine ends the deployment at its next turn, at once. A deployment whose original is being
 * terminated has passed the point where a stop means anything, and counts as completed.
 *
 * @param options - `rollBack` decides over the group's events when it is given
 */
export function requestStop(
  deployment: Deployment,
  options: { readonly rollBack?: boolean },
  now: Instant,
): Deployment | 'already-completed' {
  if (isTerminal(deployment.status) || hasActed(planOf(deployment), 'terminateOriginal')) return 'already-completed';
  const asked = deployment.progress.stopRequested;
  const rollBack = options.rollBack ?? asked?.rollBack;
  const stopRequested = { at: asked?.at ?? now, ...(rollBack !== undefined && { rollBack }) };
  return withProgress(deployment, { stopRequested }, now);
}

/** Ends the wait that runs; each wait can be ended once. */
export function requestContinue(
  deployment: Deployment,
  wait: 'READY_WAIT' | 'TERMINATION_WAIT',
  now: Instant,
): Deployment | 'already-completed' | 'not-ready' {
  if (isTerminal(deployment.status)) return 'already-completed';
  const { continued } = deployment.progress;
  const step = currentStep(planOf(deployment))?.kind;
  if (wait === 'READY_WAIT') {
    if (step !== 'readyGate' || deployment.status !== 'Ready' || continued.ready !== undefined) return 'not-ready';
    return withProgress({ ...deployment, status: 'InProgress' }, { continued: { ...continued, ready: now } }, now);
  }
  if (step !== 'terminationWait' || continued.termination !== undefined) return 'not-ready';
  return withProgress(deployment, { continued: { ...continued, termination: now } }, now);
}

/** Takes a hook's report: the first one counts, and only while its event runs. */
export function answerHook(
  deployment: Deployment,
  executionId: string,
  status: 'Succeeded' | 'Failed',
  now: Instant,
): Deployment | 'unknown-hook' | 'already-answered' {
  const { hooks, events } = deployment.progress;
  const execution = hooks.find((hook) => hook.id === executionId);
  if (!execution) return 'unknown-hook';
  const running = events.some((event) => event.name === execution.event && event.status === 'InProgress');
  if (execution.answer || !running || isTerminal(deployment.status)) return 'already-answered';
  const answered = { ...execution, answer: { status, at: now } };
  return withProgress(deployment, { hooks: hooks.map((hook) => (hook === execution ? answered : hook)) }, now);
}

const withProgress = (deployment: Deployment, change: Partial<Deployment['progress']>, now: Instant): Deployment => ({
  ...deployment,
  progress: { ...deployment.progress, ...change, updatedAt: now },
});
