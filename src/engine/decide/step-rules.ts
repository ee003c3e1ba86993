import { minutes } from '../../kernel/span.ts';
import type { Deployment, Instant } from '../deployment.ts';
import { planOf } from '../plan/plan-state.ts';
import type { Found, Sides, Step } from '../plan/step.ts';
import type { Route } from '../ports.ts';
import type { Decision } from './decision.ts';
import { error, fail, stop } from './endings.ts';
import { decideHook } from './hook-rule.ts';
import { decideByInstallLimit, installDeadline, UNSTEADY_LIMIT } from './limits.ts';
import { decideReconcile, decideBake, decideGone } from './native-rules.ts';
import { type Clear, type Observed, seen } from './observed.ts';
import { isError, preflight } from './preflight.ts';
import type { Scaled } from './scaled.ts';
import { managed, shareOf } from './shares.ts';
import { decideStageHook } from './stage-hook-rule.ts';
import { waitFor } from './wait-for.ts';

export interface Moment {
  readonly clear: Clear;
  readonly now: Instant;
  readonly scaled: Scaled;
  readonly hookLog?: Observed['hookLog'];
  /** Ids of stage hooks whose functions are being called. */
  readonly calling: readonly string[];
}

/** The rule of each step: what it does, waits for or ends with. */
export function decideStep(deployment: Deployment, step: Step, moment: Moment): Decision {
  switch (step.kind) {
    case 'preflight': {
      const sides = preflight(deployment, moment.clear);
      return isError(sides) ? fail(deployment, sides) : { do: 'pass', learnt: { sides, found: find(sides, moment) } };
    }
    case 'hook':
      return decideHook(deployment, step, moment.now, moment.scaled, moment.hookLog);
    case 'prepareTraffic':
      // A hook may have run for an hour; drift was looked for just now, and so the preflight holds still.
      return { do: 'prepareTraffic' };
    case 'createTaskSet':
      return { do: 'createTaskSet', leftovers: findLeftovers(deployment, moment.clear) };
    case 'steady':
      return decideSteady(deployment, moment);
    case 'readyGate':
      return decideReady(deployment, step.minutes, moment);
    case 'shift':
      return decideUnsteady(deployment, moment) ?? decideShift(deployment, step.share, moment);
    case 'interval':
      return decideUnsteady(deployment, moment) ?? decideInterval(deployment, step.minutes, moment);
    case 'terminationWait':
      return decideTermination(deployment, step.minutes, moment);
    case 'terminateOriginal':
      return decideTerminate(deployment, moment.clear);
    case 'reinstateOriginal':
      return isPrimary(moment.clear, planOf(deployment).sides?.originalTaskSetArn)
        ? { do: 'pass' }
        : { do: 'reinstateOriginal' };
    case 'removeReplacement':
      return decideRemove(deployment, moment.clear);
    case 'restoreTest':
      return servesReplacement(deployment, moment.clear.test) ? { do: 'restoreTest' } : { do: 'pass' };
    case 'reconcile':
      return decideReconcile(deployment, moment.clear);
    case 'stageHook':
      return decideStageHook(deployment, moment);
    case 'bake':
      return decideBake(deployment, step.minutes, moment);
    case 'gone':
      return decideGone(deployment, seen(moment.clear.service));
    case 'shiftTest':
    case 'makePrimary':
    case 'restoreProduction':
      return { do: step.kind };
  }
}

/** The places of both listeners that the deployment counts on, and what the listeners themselves are, as they are now. */
function find(sides: Sides, { clear }: Moment): Found {
  const pair = [sides.originalTargetGroupArn, sides.replacementTargetGroupArn];
  const counted = (routes: readonly Route[]) => {
    const ours = managed(routes, pair);
    return routes.filter((route) => route.isDefault || ours.includes(route));
  };
  return { production: counted(clear.production), test: counted(clear.test) };
}

/**
 * What a deployment that was stopped without rollback left in the idle group: without traffic, as the preflight saw.
 * Source: spec/codedeploy-ecs §11.2.
 */
function findLeftovers(deployment: Deployment, { service }: Clear): readonly string[] {
  const idle = planOf(deployment).sides?.replacementTargetGroupArn;
  return service.taskSets
    .filter((set) => set.status === 'ACTIVE' && set.targetGroupArn === idle && set.externalId !== deployment.id)
    .map((set) => set.arn);
}

function decideSteady(deployment: Deployment, { clear, now, scaled }: Moment): Decision {
  const set = replacementIn(deployment, clear);
  if (set?.isSteady && set.pendingCount === 0 && set.runningCount >= set.desiredCount) return { do: 'pass' };
  const detail = set
    ? `replacement: ${set.runningCount} of ${set.desiredCount} tasks run, not all are healthy yet`
    : 'replacement task set is about to appear';
  const until = installDeadline(deployment, scaled);
  return decideByInstallLimit(deployment, now, scaled) ?? waitFor(deployment, 'install', detail, until, 'install');
}

function decideReady(deployment: Deployment, configured: number, { now, scaled }: Moment): Decision {
  if (deployment.progress.continued.ready !== undefined) return { do: 'pass' };
  const until = planOf(deployment).since + scaled(minutes(configured));
  if (now < until) return waitFor(deployment, 'ready', 'ContinueDeployment with READY_WAIT', until);
  const message = `The deployment timed out while waiting for a notification to continue. This time out period is ${configured} minutes.`;
  return stop(deployment, error('TIMEOUT', message), 'DEPLOYMENT_STOP_ON_REQUEST');
}

/** Scaling and restarts may take five minutes while traffic moves. Source: spec/codedeploy-ecs §9.4. */
function decideUnsteady(deployment: Deployment, { now, scaled }: Moment): Decision | undefined {
  const { unsteadySince } = planOf(deployment);
  if (unsteadySince === undefined || now < unsteadySince + scaled(UNSTEADY_LIMIT)) return undefined;
  const message =
    'The deployment failed because the replacement task set was not steady for 5 minutes while traffic was shifted.';
  return fail(deployment, error('CUSTOMER_APPLICATION_UNHEALTHY', message));
}

/**
 * Traffic grows only on a replacement that is steady, so that it never grows on one whose tasks are about to start: AWS
 * goes on shifting meanwhile, and fails after the same five minutes. A shift that was begun is finished.
 */
function decideShift(deployment: Deployment, share: number, { clear, scaled }: Moment): Decision {
  const set = replacementIn(deployment, clear);
  const { unsteadySince, since, acting } = planOf(deployment);
  if (acting || set?.isSteady) return { do: 'shift', share };
  const until = deployment.release.native ? undefined : (unsteadySince ?? since) + scaled(UNSTEADY_LIMIT);
  return waitFor(
    deployment,
    'install',
    'replacement is not steady: traffic grows on it once all its tasks are healthy',
    until,
    'install',
  );
}

function decideInterval(deployment: Deployment, configured: number, { now, scaled }: Moment): Decision {
  const { since, share = 0 } = planOf(deployment);
  const until = since + scaled(minutes(configured));
  if (now >= until) return { do: 'pass' };
  return waitFor(deployment, 'interval', `${share} % of production traffic is on the replacement`, until);
}

function decideTermination(deployment: Deployment, configured: number, { now, scaled }: Moment): Decision {
  const until = planOf(deployment).since + scaled(minutes(configured));
  if (deployment.progress.continued.termination !== undefined || now >= until) return { do: 'pass' };
  return waitFor(deployment, 'termination', 'original stays ready to take traffic back', until);
}

/** The original goes only when the replacement is known to be primary; drift has been looked at before. */
const decideTerminate = (deployment: Deployment, clear: Clear): Decision =>
  deployment.release.native || isPrimary(clear, planOf(deployment).sides?.replacementTaskSetArn)
    ? { do: 'terminateOriginal' }
    : waitFor(deployment, 'drain', 'replacement is about to be shown as primary', undefined, 'install');

/** Never removes what still has traffic: when someone moved it again, it is restored again first. */
function decideRemove(deployment: Deployment, clear: Clear): Decision {
  const { sides } = planOf(deployment);
  const { undo } = deployment.release;
  if (!sides || !undo) return { do: 'pass' };
  if (servesReplacement(deployment, clear.production)) return { do: 'restoreProduction' };
  if (servesReplacement(deployment, clear.test)) return { do: 'restoreTest' };
  const set = clear.service.taskSets.find(
    (each) => each.arn === sides.replacementTaskSetArn || each.externalId === undo.deploymentId,
  );
  return set && set.status !== 'DRAINING' ? { do: 'removeReplacement', taskSetArn: set.arn } : { do: 'pass' };
}

function servesReplacement(deployment: Deployment, routes: readonly Route[]): boolean {
  const replacement = planOf(deployment).sides?.replacementTargetGroupArn;
  return replacement !== undefined && routes.some((route) => shareOf(route, replacement) > 0);
}

const isPrimary = ({ service }: Clear, arn: string | undefined): boolean =>
  service.taskSets.some((set) => set.arn === arn && set.status === 'PRIMARY');

/** A first deployment has no sides; what it created has its id. */
const replacementIn = (deployment: Deployment, { service }: Clear) =>
  service.taskSets.find((set) =>
    planOf(deployment).sides
      ? set.arn === planOf(deployment).sides?.replacementTaskSetArn
      : set.externalId === deployment.id,
  );
