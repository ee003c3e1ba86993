import type { BalancerObservation } from '../../drivers/balancers/balancer.ts';
import type { TargetRecord } from './records.ts';
import { findTarget } from './target-health.ts';

/**
 * Whether nothing of a deregistered target is in use any more, so that whoever runs it may end it.
 *
 * Never before the balancer has acknowledged the config that sends it no new request; then when nothing is in flight,
 * or when the deregistration delay has ended (the balancer cuts what is left at that moment).
 *
 * @param inUse - whether a listener or rule names the group; only for an unused group does "the balancer does not list
 * the target" mean that nothing is in flight
 * @param now - epoch milliseconds
 */
export function isDrained(
  target: TargetRecord,
  inUse: boolean,
  observation: BalancerObservation,
  now: number,
): boolean {
  const { draining } = target;
  if (!draining || observation.epoch < draining.epoch) return false;
  if (draining.isIdle === true || now >= draining.by) return true;
  const seen = findTarget(observation, target);
  return seen ? seen.inFlight === 0 : !inUse;
}

export type DrainStep = 'keep' | 'idle' | 'forget';

/**
 * What becomes of a draining target: it is shown as draining until its delay has ended, as at AWS, though it may be idle
 * long before; one of a group that nothing forwards to is forgotten as soon as it is idle.
 */
export function drainStep(
  target: TargetRecord,
  inUse: boolean,
  observation: BalancerObservation,
  now: number,
): DrainStep {
  if (!target.draining || !isDrained(target, inUse, observation, now)) return 'keep';
  if (!inUse || now >= target.draining.by) return 'forget';
  return target.draining.isIdle === true ? 'keep' : 'idle';
}

/** When the first of the drains ends whatever is in flight, in epoch milliseconds. */
export function nextDrainDeadline(targets: readonly TargetRecord[]): number | undefined {
  const deadlines = targets.flatMap((target) => (target.draining ? [target.draining.by] : []));
  return deadlines.length > 0 ? Math.min(...deadlines) : undefined;
}
