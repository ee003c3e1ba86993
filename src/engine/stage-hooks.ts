import { newId } from '../kernel/ids.ts';
import { minutes } from '../kernel/span.ts';
import type { Scaled } from './decide/scaled.ts';
import { type Deployment, type Instant, isTerminal } from './deployment.ts';
import { currentStep, planOf } from './plan/plan-state.ts';
import type { HookAnswer } from './ports.ts';
import { requestStop } from './requests.ts';
import type { StageHookRun } from './stages.ts';

const stepKey = (deployment: Deployment): string => `${deployment.id}/${planOf(deployment).at}`;

const runsOf = ({ progress }: Deployment): readonly StageHookRun[] => progress.stageHooks ?? [];

/** The hook of the current step, once it was entered. */
export const currentRun = (deployment: Deployment): StageHookRun | undefined =>
  runsOf(deployment).find(({ step }) => step === stepKey(deployment));

/** The hook of the current step, entered: known before its function is called. Entering again is another call. */
export function withEntered(deployment: Deployment, now: Instant, scaled: Scaled): Deployment {
  const step = currentStep(planOf(deployment));
  if (step?.kind !== 'stageHook') return deployment;
  const known = currentRun(deployment);
  if (known) return withRun(deployment, calledAgain(known), now);
  const { hook, event } = step;
  const run: StageHookRun = {
    id: newId.uuid(),
    step: stepKey(deployment),
    stage: event,
    hook,
    status: hook.kind === 'PAUSE' ? 'AWAITING_ACTION' : 'IN_PROGRESS',
    startedAt: now,
    expiresAt: now + scaled(minutes(hook.timeoutMinutes)),
    ...(hook.details !== undefined && { details: hook.details }),
  };
  return withRuns(deployment, [...runsOf(deployment), run], now);
}

const calledAgain = ({ callAgainAt: _now, ...run }: StageHookRun): StageHookRun => run;

/** Hooks whose time is over have timed out, whatever they answer later. */
export function withExpired(deployment: Deployment, now: Instant): Deployment {
  const isLate = ({ status, expiresAt }: StageHookRun): boolean =>
    (status === 'IN_PROGRESS' || status === 'AWAITING_ACTION') && now >= expiresAt;
  const runs = runsOf(deployment);
  if (!runs.some(isLate)) return deployment;
  const next = runs.map((run) => (isLate(run) ? ({ ...run, status: 'TIMED_OUT' } as const) : run));
  return withRuns(deployment, next, now);
}

/** Takes what a function answered; only while its hook is in progress. */
export function answerStageHook(
  deployment: Deployment,
  runId: string,
  answer: HookAnswer,
  now: Instant,
  scaled: Scaled,
): Deployment {
  const run = runsOf(deployment).find(({ id }) => id === runId);
  if (run?.status !== 'IN_PROGRESS' || isTerminal(deployment.status)) return deployment;
  const { status, callAgainAfter, message } = answer;
  const next: StageHookRun = {
    ...calledAgain(run),
    status,
    ...(answer.details !== undefined && { details: merged(run.details, answer.details) }),
    ...(message !== undefined && { message }),
    ...(callAgainAfter !== undefined && { callAgainAt: now + scaled(callAgainAfter) }),
  };
  return withRun(deployment, next, now);
}

/** Members are added to those there were; what is no object takes the place of the former. */
const merged = (former: unknown, added: unknown): unknown =>
  isObject(former) && isObject(added) ? { ...former, ...added } : added;

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Ends a pause, one way or the other. */
export function continueStageHook(
  deployment: Deployment,
  runId: string,
  action: 'CONTINUE' | 'ROLLBACK',
  now: Instant,
): Deployment | 'unknown-hook' | 'not-waiting' {
  const run = runsOf(deployment).find(({ id }) => id === runId);
  if (!run) return 'unknown-hook';
  if (run.status !== 'AWAITING_ACTION' || isTerminal(deployment.status)) return 'not-waiting';
  const ended = withRun(deployment, { ...run, status: action === 'CONTINUE' ? 'SUCCEEDED' : 'FAILED' }, now);
  if (action === 'CONTINUE') return ended;
  const stopped = requestStop(ended, { rollBack: true }, now);
  return typeof stopped === 'string' ? 'not-waiting' : stopped;
}

const withRun = (deployment: Deployment, run: StageHookRun, now: Instant): Deployment =>
  withRuns(
    deployment,
    runsOf(deployment).map((each) => (each.id === run.id ? run : each)),
    now,
  );

const withRuns = (deployment: Deployment, stageHooks: readonly StageHookRun[], now: Instant): Deployment => ({
  ...deployment,
  progress: { ...deployment.progress, stageHooks, updatedAt: now },
});
