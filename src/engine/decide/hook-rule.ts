import { millis, minutes, seconds } from '../../kernel/span.ts';
import type { Deployment, Instant } from '../deployment.ts';
import type { HookExecution } from '../progress.ts';
import { describeHook, isWebhook } from '../hook-target.ts';
import { currentStep, planOf } from '../plan/plan-state.ts';
import type { Step } from '../plan/step.ts';
import type { Decision, Waiting } from './decision.ts';
import { error } from './endings.ts';
import { failHook } from './faults.ts';
import { HOOK_LIMIT } from './limits.ts';
import type { Observed } from './observed.ts';
import type { Scaled } from './scaled.ts';

type Log = Observed['hookLog'];
type HookStep = Extract<Step, { kind: 'hook' }>;

/** Between attempts to invoke a hook: configured time, doubled from one to the next. */
const FIRST_PAUSE = seconds(0.5);
const LONGEST_PAUSE = minutes(1);
/** Real time that a function which has reported Failed is given to end, so that its log is whole. */
const LOG_PATIENCE = seconds(1);

/** Invokes a hook once, then waits for its answer. Source: spec/codedeploy-ecs §10. */
export function decideHook(deployment: Deployment, step: HookStep, now: Instant, scaled: Scaled, log: Log): Decision {
  if (step.functionName === undefined) return { do: 'pass' };
  const execution = executionOf(deployment, step);
  if (execution?.answer?.status === 'Succeeded') return { do: 'pass' };
  if (execution?.answer) return decideFailed(deployment, execution, execution.answer.at, now, log);
  if (execution?.invokedAt === undefined) return decideInvocation(deployment, execution, now, scaled);
  const until = execution.invokedAt + scaled(HOOK_LIMIT);
  if (now >= until) return decideSilent(deployment, execution, until, now, log);
  return waitForHook(execution, `the ${describeHook(step.functionName)} has not reported yet`, until);
}

/** The execution whose function has something to say about why the deployment ends: its log is read then, and only then. */
export function hookLogWanted(deployment: Deployment, now: Instant, scaled: Scaled): HookExecution | undefined {
  const step = currentStep(planOf(deployment));
  const execution = step?.kind === 'hook' ? executionOf(deployment, step) : undefined;
  if (!execution || isWebhook(execution.functionName)) return undefined;
  const { answer, invokedAt } = execution;
  const isSilent = answer === undefined && invokedAt !== undefined && now >= invokedAt + scaled(HOOK_LIMIT);
  return answer?.status === 'Failed' || isSilent ? execution : undefined;
}

const executionOf = (deployment: Deployment, step: HookStep): HookExecution | undefined =>
  deployment.progress.hooks.find((hook) => hook.event === step.event);

/** Invokes, or waits for the next attempt. One that failed for an hour is the last. */
function decideInvocation(
  deployment: Deployment,
  execution: HookExecution | undefined,
  now: Instant,
  scaled: Scaled,
): Decision {
  const attempts = execution?.attempts;
  if (!execution || !attempts) return { do: 'invokeHook' };
  const limit = execution.startedAt + scaled(HOOK_LIMIT);
  if (now >= limit) return neverInvoked(deployment, execution);
  const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.min(attempts.times - 1, 10));
  const dueAt = attempts.lastAt + scaled(millis(pause));
  if (now >= dueAt) return { do: 'invokeHook' };
  const detail = `the ${describeHook(execution.functionName)} could not be invoked yet: ${attempts.message}`;
  return { ...waitForHook(execution, detail, limit), until: Math.min(dueAt, limit) };
}

function neverInvoked(deployment: Deployment, { functionName, attempts }: HookExecution): Decision {
  const name = describeHook(functionName);
  const message = `The ${name} could not be invoked within one hour, in ${attempts?.times} attempts. The last one: ${attempts?.message}`;
  const because =
    attempts?.isThrottled && !isWebhook(functionName)
      ? error('THROTTLED', `The deployment failed because AWSLambda throttled the invocation of the ${name}.`)
      : undefined;
  return failHook(deployment, 'ScriptTimedOut', message, { because, logTail: attempts?.answer });
}

function decideFailed(
  deployment: Deployment,
  execution: HookExecution,
  failedAt: Instant,
  now: Instant,
  log: Log,
): Decision {
  if (isLogAwaited(execution, log) && now < failedAt + LOG_PATIENCE) return awaitLog(failedAt);
  const message = `The ${describeHook(execution.functionName)} reported Failed.`;
  return failHook(deployment, 'ScriptFailed', message, { logTail: tailOf(execution, log) });
}

function decideSilent(
  deployment: Deployment,
  execution: HookExecution,
  until: Instant,
  now: Instant,
  log: Log,
): Decision {
  // The time passed while the world was looked at: the log has not been asked for.
  if (!log && !isWebhook(execution.functionName) && now < until + LOG_PATIENCE) return awaitLog(until);
  const message =
    'The deployment timed out while waiting for a status callback. CodeDeploy expects a status callback within one hour after a deployment hook is invoked.';
  const because = error('HOOK_EXECUTION_FAILURE', message);
  return failHook(deployment, 'ScriptTimedOut', message, { because, logTail: tailOf(execution, log) });
}

/** A log that cannot be read is not waited for: on AWS the role of CodeDeploy reads none. */
const isLogAwaited = ({ functionName }: HookExecution, log: Log): boolean =>
  !isWebhook(functionName) && (!log || (log.is === 'seen' && !log.value?.isWhole));

const tailOf = ({ accepted }: HookExecution, log: Log): string | undefined =>
  (log?.is === 'seen' ? log.value?.tail : undefined) ?? accepted;

const awaitLog = (since: Instant): Waiting => ({
  do: 'wait',
  because: 'the log of the function is not whole yet',
  until: since + LOG_PATIENCE,
  pace: 'install',
});

function waitForHook({ event, startedAt }: HookExecution, what: string, until: Instant): Waiting {
  const detail = `${event}: ${what}`;
  return { do: 'wait', because: detail, wait: { for: 'hook', detail, since: startedAt, until }, until, pace: 'idle' };
}
