import type { Deployment } from '../deployment.ts';
import { currentRun } from '../stage-hooks.ts';
import type { StageHookRun } from '../stages.ts';
import type { Decision } from './decision.ts';
import { error, fail } from './endings.ts';
import type { Moment } from './step-rules.ts';
import { waitFor } from './wait-for.ts';

/** Enters a hook, calls its function until that says how it ended, or waits for a person. Source: spec/platform §9.2. */
export function decideStageHook(deployment: Deployment, moment: Moment): Decision {
  const run = currentRun(deployment);
  if (!run) return { do: 'enterHook' };
  switch (run.status) {
    case 'SUCCEEDED':
      return { do: 'pass' };
    case 'FAILED':
      return decideFailed(deployment, run);
    case 'TIMED_OUT':
      return run.hook.onTimeout === 'CONTINUE' ? { do: 'pass' } : decideFailed(deployment, run);
    case 'AWAITING_ACTION':
      return waitFor(deployment, 'hook', `${run.stage}: ContinueServiceDeployment for ${run.id}`, run.expiresAt);
    case 'IN_PROGRESS':
      return decideCall(deployment, run, moment);
  }
}

/** A call that was under way when Teal ended is made again: functions are asked repeatedly anyway. */
function decideCall(deployment: Deployment, run: StageHookRun, { now, calling }: Moment): Decision {
  const detail = `${run.stage}: the function ${run.hook.functionArn} has not said yet how it ended`;
  if (calling.includes(run.id)) return waitFor(deployment, 'hook', detail, run.expiresAt);
  const { callAgainAt } = run;
  if (callAgainAt === undefined || now >= callAgainAt) return { do: 'enterHook' };
  return waitFor(deployment, 'hook', detail, Math.min(callAgainAt, run.expiresAt));
}

/** Nothing holds up a rollback. */
function decideFailed(deployment: Deployment, { stage, status, hook, message }: StageHookRun): Decision {
  if (deployment.release.undo) return { do: 'pass' };
  const who = hook.kind === 'PAUSE' ? 'The pause' : `The lifecycle hook ${hook.functionArn}`;
  const what = status === 'TIMED_OUT' ? `timed out after ${hook.timeoutMinutes} minutes` : 'failed';
  const why = message === undefined ? '' : `: ${message}`;
  return fail(deployment, error('HOOK_EXECUTION_FAILURE', `${who} at ${stage} ${what}${why}`));
}
