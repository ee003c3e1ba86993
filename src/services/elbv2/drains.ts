import type { BalancerObservation } from '../../drivers/balancers/balancer.ts';
import type { TargetRecord } from './records.ts';
import { findTarget } from './target-health.ts';

/**
 * Whether a deregistered target can be forgotten, so that whoever runs it may end it.
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
  if (!target.draining || observation.epoch < target.draining.epoch) return false;
  if (now >= target.draining.by) return true;
  const seen = findTarget(observation, target);
  return seen ? seen.inFlight === 0 : !inUse;
}

/** When the first of the drains ends whatever is in flight, in epoch milliseconds. */
export function nextDrainDeadline(targets: readonly TargetRecord[]): number | undefined {
  const deadlines = targets.flatMap((target) => (target.draining ? [target.draining.by] : []));
  return deadlines.length > 0 ? Math.min(...deadlines) : undefined;
}
