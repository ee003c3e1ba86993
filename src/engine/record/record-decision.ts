import { newId } from '../../kernel/ids.ts';
import type { Act, Decision, Waiting } from '../decide/decision.ts';
import type { Deployment, Instant } from '../deployment.ts';
import type { Scaled } from '../decide/scaled.ts';
import { currentStep, planOf } from '../plan/plan-state.ts';
import { withEntered } from '../stage-hooks.ts';
import { advance, begin } from './advance.ts';
import { end } from './end.ts';

export interface Recorded {
  readonly deployment: Deployment;
  readonly also?: Deployment;
}

/** Writes a decision into the record, before anything is performed. Recording an act again changes nothing. */
export function recordDecision(deployment: Deployment, decision: Decision, now: Instant, scaled: Scaled): Recorded {
  switch (decision.do) {
    case 'begin':
      return { deployment: begin(withBegin(deployment, decision), now) };
    case 'pass':
      return { deployment: advance(deployment, now, decision.learnt) };
    case 'wait':
      return { deployment: recordWait(deployment, decision, now) };
    case 'end':
      return end(deployment, decision, now);
    default:
      return { deployment: recordAct(deployment, decision, now, scaled) };
  }
}

function withBegin(deployment: Deployment, { ignoresAlarms }: Extract<Decision, { do: 'begin' }>): Deployment {
  return ignoresAlarms ? { ...deployment, progress: { ...deployment.progress, ignoresAlarms } } : deployment;
}

function recordWait(deployment: Deployment, { wait }: Waiting, now: Instant): Deployment {
  if (!wait || JSON.stringify(wait) === JSON.stringify(deployment.progress.wait)) return deployment;
  return { ...deployment, progress: { ...deployment.progress, wait, updatedAt: now } };
}

function recordAct(deployment: Deployment, act: Act, now: Instant, scaled: Scaled): Deployment {
  const plan = planOf(deployment);
  const begun =
    act.do === 'invokeHook'
      ? withExecution(deployment, now)
      : act.do === 'enterHook'
        ? withEntered(deployment, now, scaled)
        : deployment;
  if (plan.acting) return begun;
  return { ...begun, progress: { ...begun.progress, plan: { ...plan, acting: true }, updatedAt: now } };
}

/** The execution is known before the function is invoked: it may answer before the invocation returns. */
function withExecution(deployment: Deployment, now: Instant): Deployment {
  const step = currentStep(planOf(deployment));
  const { hooks } = deployment.progress;
  if (step?.kind !== 'hook' || step.functionName === undefined) return deployment;
  if (hooks.some((hook) => hook.event === step.event)) return deployment;
  const execution = { id: newId.hookExecution(), event: step.event, functionName: step.functionName, startedAt: now };
  return { ...deployment, progress: { ...deployment.progress, hooks: [...hooks, execution], updatedAt: now } };
}
