import type { Deployment, Instant } from '../deployment.ts';
import type { Step } from '../plan/step.ts';
import type { Decision } from './decision.ts';
import { error } from './endings.ts';
import { failHook } from './faults.ts';
import { HOOK_LIMIT } from './limits.ts';
import type { Scaled } from './scaled.ts';

/** Invokes a hook once, then waits for its answer. Source: spec/codedeploy-ecs §10. */
export function decideHook(
  deployment: Deployment,
  step: Extract<Step, { kind: 'hook' }>,
  now: Instant,
  scaled: Scaled,
): Decision {
  if (step.functionName === undefined) return { do: 'pass' };
  const execution = deployment.progress.hooks.find((hook) => hook.event === step.event);
  if (execution?.answer?.status === 'Succeeded') return { do: 'pass' };
  if (execution?.answer)
    return failHook(deployment, 'ScriptFailed', `The function ${step.functionName} reported Failed.`);
  if (execution?.invokedAt === undefined) return { do: 'invokeHook' };
  const until = execution.invokedAt + scaled(HOOK_LIMIT);
  if (now >= until) return timedOut(deployment);
  const detail = `${step.event}: the function ${step.functionName} has not reported yet`;
  const wait = { for: 'hook', detail, since: execution.startedAt, until } as const;
  return { do: 'wait', because: detail, wait, until, pace: 'idle' };
}

function timedOut(deployment: Deployment): Decision {
  const message =
    'The deployment timed out while waiting for a status callback. CodeDeploy expects a status callback within one hour after a deployment hook is invoked.';
  return failHook(deployment, 'ScriptTimedOut', message, error('HOOK_EXECUTION_FAILURE', message));
}
