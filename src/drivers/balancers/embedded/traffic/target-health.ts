import type { HealthCheckConfig, TargetObservation } from '../../balancer.ts';

/** What one health check found. `own-fault`: it could not be made at all. */
export type CheckResult =
  | { readonly found: 'ok' }
  | { readonly found: 'wrong-code'; readonly code: number }
  | { readonly found: 'timeout' | 'failed' | 'own-fault' };

/** A target's health and what counts towards its next change. */
export interface Health {
  readonly state: 'initial' | 'healthy' | 'unhealthy';
  readonly reason?: string;
  readonly description?: string;
  readonly successes: number;
  readonly failures: number;
  /** Wrong codes of the last failures in a row, as many as make a target unhealthy. */
  readonly codes: readonly number[];
  /** When a failure last counted, or the target was registered: epoch milliseconds. */
  readonly countedAt: number;
}

type Shown = Pick<TargetObservation, 'health' | 'reason' | 'description'>;

/** The states that hold whatever the checks say. */
export const FIXED = {
  unused: {
    health: 'unused',
    reason: 'Target.NotInUse',
    description: 'Target group is not configured to receive traffic from the load balancer',
  },
  draining: {
    health: 'draining',
    reason: 'Target.DeregistrationInProgress',
    description: 'Target deregistration is in progress',
  },
  unavailable: {
    health: 'unavailable',
    reason: 'Target.HealthCheckDisabled',
    description: 'Health checks are disabled',
  },
} as const satisfies Record<string, Shown>;

/** The health of a target that has just been registered. */
export const registered = (now: number): Health => ({
  state: 'initial',
  reason: 'Elb.RegistrationInProgress',
  description: 'Target registration is in progress',
  successes: 0,
  failures: 0,
  codes: [],
  countedAt: now,
});

/** The health that another process has seen, to go on from; undefined where it had no opinion. */
export function asSeen({ health, reason, description }: Shown, now: number): Health | undefined {
  if (health !== 'initial' && health !== 'healthy' && health !== 'unhealthy') return undefined;
  const said = { ...(reason !== undefined && { reason }), ...(description !== undefined && { description }) };
  return { state: health, ...said, successes: 0, failures: 0, codes: [], countedAt: now };
}

const CHECKING = { reason: 'Elb.InitialHealthChecking', description: 'Initial health checks in progress' } as const;

/**
 * The health after one more check.
 *
 * A starting target is tried more often than its interval, so while `initial` a failure counts only once per interval:
 * it becomes unhealthy no sooner than it would on AWS. Source: ELB User Guide, target group health checks.
 */
export function afterCheck(health: Health, result: CheckResult, config: HealthCheckConfig, now: number): Health {
  if (result.found === 'ok') return afterSuccess(health, config, now);
  const counts = health.state !== 'initial' || now - health.countedAt >= config.interval;
  const failures = health.failures + (counts ? 1 : 0);
  const countedAt = counts ? now : health.countedAt;
  const codes = result.found === 'wrong-code' ? [...health.codes, result.code].slice(-config.unhealthyThreshold) : [];
  const counted = { successes: 0, failures, codes, countedAt };
  if (health.state === 'unhealthy' || failures >= config.unhealthyThreshold)
    return { state: 'unhealthy', ...reasonOf(result.found, codes), ...counted };
  return { state: health.state, ...(health.state === 'initial' ? CHECKING : {}), ...counted };
}

function afterSuccess(health: Health, config: HealthCheckConfig, now: number): Health {
  const successes = health.successes + 1;
  if (health.state === 'unhealthy' && successes < config.healthyThreshold)
    return { ...health, successes, failures: 0, codes: [], countedAt: now };
  return { state: 'healthy', successes, failures: 0, codes: [], countedAt: now };
}

function reasonOf(
  found: Exclude<CheckResult['found'], 'ok'>,
  codes: readonly number[],
): { reason: string; description: string } {
  switch (found) {
    case 'wrong-code':
      return {
        reason: 'Target.ResponseCodeMismatch',
        description: `Health checks failed with these codes: [${[...new Set(codes)].join(', ')}]`,
      };
    case 'timeout':
      return { reason: 'Target.Timeout', description: 'Request timed out' };
    case 'failed':
      return { reason: 'Target.FailedHealthChecks', description: 'Health checks failed' };
    case 'own-fault':
      return { reason: 'Elb.InternalError', description: 'Health checks failed due to an internal error' };
  }
}

/** Whether a status is in a matcher such as `200`, `200,202` or `200-299`. */
export function matchesCode(matcher: string, code: number): boolean {
  return matcher.split(',').some((part) => {
    const [low, high = low] = part.split('-').map(Number);
    return low !== undefined && high !== undefined && code >= low && code <= high;
  });
}
