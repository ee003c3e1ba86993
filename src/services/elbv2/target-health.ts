import type { BalancerObservation, TargetHealthState, TargetObservation } from '../../drivers/balancers/balancer.ts';
import { targetKey, type TargetRecord } from './records.ts';

export interface TargetHealthReport {
  readonly state: TargetHealthState;
  readonly reason?: string;
  readonly description?: string;
}

/** AWS's words where the balancer gives a reason only. Source: ELBv2 API Reference, TargetHealth. */
const DESCRIPTIONS: Readonly<Record<string, string>> = {
  'Elb.RegistrationInProgress': 'Target registration is in progress',
  'Elb.InitialHealthChecking': 'Initial health checks in progress',
  'Target.ResponseCodeMismatch': 'Health checks failed',
  'Target.Timeout': 'Request timed out',
  'Target.FailedHealthChecks': 'Health checks failed',
  'Elb.InternalError': 'Health checks failed due to an internal error',
  'Target.NotRegistered': 'Target is not registered to the target group',
  'Target.NotInUse': 'Target group is not configured to receive traffic from the load balancer',
  'Target.DeregistrationInProgress': 'Target deregistration is in progress',
};

const because = (state: TargetHealthState, reason: string, description = DESCRIPTIONS[reason]): TargetHealthReport => ({
  state,
  reason,
  ...(description !== undefined && { description }),
});

/**
 * AWS shows a target as draining until the deregistration delay has ended, busy or not; Teal adds these words to the
 * description once it is idle.
 */
const NOTHING_IN_FLIGHT = 'no request is in flight any more';

export const NOT_REGISTERED = because('unused', 'Target.NotRegistered');
const DRAINING = because('draining', 'Target.DeregistrationInProgress');
/** In this state ECS ends the task: `aws/targets.ts` knows the words. */
const DRAINED = because('draining', 'Target.DeregistrationInProgress', `${DRAINING.description}; ${NOTHING_IN_FLIGHT}`);
const REGISTERING = because('initial', 'Elb.RegistrationInProgress');

/**
 * Merges what the store wishes with what the balancer saw: draining and unused follow from the wish, the rest is
 * observed, and only by a balancer that knows this registration.
 */
export function targetHealth(
  target: TargetRecord,
  inUse: boolean,
  observation: BalancerObservation,
): TargetHealthReport {
  if (target.draining) return target.draining.isIdle === true ? DRAINED : DRAINING;
  if (!inUse) return because('unused', 'Target.NotInUse');
  const seen = findTarget(observation, target);
  if (!seen || observation.epoch < target.registeredEpoch) return REGISTERING;
  if (seen.health === 'healthy') return { state: 'healthy' };
  // Seen under an earlier config in which the group was unused or the target deregistered.
  if (seen.health === 'unused' || seen.health === 'draining') return REGISTERING;
  return because(seen.health, seen.reason ?? defaultReason(seen.health), seen.description);
}

/** What the balancer says about a target, if it knows it. */
export function findTarget(observation: BalancerObservation, target: TargetRecord): TargetObservation | undefined {
  const group = observation.targetGroups.find(({ arn }) => arn === target.targetGroupArn);
  return group?.targets.find(({ key }) => key === targetKey(target));
}

const defaultReason = (state: TargetHealthState): string =>
  state === 'initial' ? 'Elb.InitialHealthChecking' : 'Target.FailedHealthChecks';
