import { minutes } from '../../kernel/span.ts';
import type { Deployment, Instant } from '../deployment.ts';
import { currentStep, planOf } from '../plan/plan-state.ts';
import type { Stage } from '../stages.ts';
import type { Decision, Ending } from './decision.ts';
import { error, fail } from './endings.ts';
import type { Clear, Observed } from './observed.ts';
import type { Scaled } from './scaled.ts';
import type { Moment } from './step-rules.ts';
import { waitFor } from './wait-for.ts';

// Rules that only ECS-native deployments have.

/** Alarms and the circuit breaker judge from the first task of the new revision on. Source: spec/platform §9.3. */
const UNWATCHED: readonly (Stage | undefined)[] = ['RECONCILE_SERVICE', 'PRE_SCALE_UP', 'CLEAN_UP', undefined];

/** Whether alarms and the circuit breaker judge the deployment right now. */
export const isWatched = (deployment: Deployment): boolean =>
  !UNWATCHED.includes(currentStep(planOf(deployment))?.event as Stage | undefined);

/** An alarm that was active before may be what the deployment ends. Source: ECS developer guide, deployment alarms. */
export function decideBegin({ release }: Deployment, { alarms }: Observed): Decision {
  const ignoresAlarms = release.native !== undefined && alarms?.is === 'seen' && alarms.value.length > 0;
  return { do: 'begin', ...(ignoresAlarms && { ignoresAlarms }) };
}

/** Configured. Source: spec/platform §9.2. */
const WHOLE_LIMIT = minutes(30 * 24 * 60);

/** The end of a deployment that took all the time there is. */
export function decideByLimit(deployment: Deployment, now: Instant, scaled: Scaled): Ending | undefined {
  const { release, startedAt } = deployment;
  if (!release.native || release.undo || startedAt === undefined || now < startedAt + scaled(WHOLE_LIMIT))
    return undefined;
  return fail(deployment, error('TIMEOUT', 'The service deployment did not end within 30 days.'));
}

/** Whether tasks of the new revision have failed too often. */
export function decideByBreaker(deployment: Deployment, { service }: Clear): Ending | undefined {
  const { native, undo } = deployment.release;
  if (!native || undo || !isWatched(deployment)) return undefined;
  const set = service.taskSets.find(({ externalId }) => externalId === deployment.id);
  if (!set?.failures || set.failures.count < set.failures.threshold) return undefined;
  const message = `${set.failures.count} tasks of the new revision failed, and the circuit breaker allows fewer than ${set.failures.threshold}.`;
  const ending = fail(deployment, error('CUSTOMER_APPLICATION_UNHEALTHY', message));
  return { ...ending, rollBack: ending.rollBack && native.breakerRollsBack };
}

/**
 * What stopped, failed or superseded deployments left goes, now that it has no traffic. Those of a rolling update share
 * the target group of the revision that serves, which has to have all its tasks before they go.
 */
export function decideReconcile(deployment: Deployment, { service }: Clear): Decision {
  const { sides } = planOf(deployment);
  const left = service.taskSets.filter(
    ({ arn, status, externalId }) =>
      status !== 'DRAINING' && arn !== sides?.originalTaskSetArn && externalId !== deployment.id,
  );
  if (left.length === 0) return { do: 'pass' };
  const original = service.taskSets.find(({ arn }) => arn === sides?.originalTaskSetArn);
  const isShared = left.some(({ targetGroupArn }) => targetGroupArn === original?.targetGroupArn);
  if (isShared && !original?.isSteady)
    return waitFor(
      deployment,
      'install',
      'the revision that serves is about to have all its tasks',
      undefined,
      'install',
    );
  return { do: 'reconcile', leftovers: left.map(({ arn }) => arn) };
}

/** Both revisions stay for a while, all traffic on the new one. */
export function decideBake(deployment: Deployment, configured: number, { now, scaled }: Moment): Decision {
  const until = planOf(deployment).since + scaled(minutes(configured));
  if (now >= until) return { do: 'pass' };
  return waitFor(deployment, 'bake', 'original stays ready to take traffic back', until);
}

/** The last task of what was removed has drained and stopped; what cannot be seen is looked for again. */
export function decideGone(deployment: Deployment, service: Observed['service']): Decision {
  const plan = planOf(deployment);
  const step = currentStep(plan);
  if (step?.kind !== 'gone') return { do: 'pass' };
  if (service.is === 'fault') return { do: 'wait', because: service.message, pace: 'retry' };
  const arn = step.side === 'original' ? plan.sides?.originalTaskSetArn : plan.sides?.replacementTaskSetArn;
  if (!service.value.taskSets.some((set) => set.arn === arn)) return { do: 'pass' };
  return waitFor(deployment, 'drain', `tasks of the ${step.side} drain and stop`, undefined);
}
