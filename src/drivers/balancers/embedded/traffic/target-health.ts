import type { HealthCheckConfig, TargetObservation } from '../../balancer.ts';

/** What one health check found. */
export type CheckResult =
  | { readonly found: 'ok' }
  | { readonly found: 'wrong-code'; readonly code: number }
  | { readonly found: 'timeout' }
  | { readonly found: 'failed' };

/** A target's health and what counts towards its next change. */
export interface Health {
  readonly state: 'initial' | 'healthy' | 'unhealthy';
  readonly reason?: string;
  readonly description?: string;
  readonly successes: number;
  readonly failures: number;
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
  countedAt: now,
});

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
  if (health.state === 'unhealthy' || failures >= config.unhealthyThreshold)
    return { state: 'unhealthy', ...reasonOf(result), successes: 0, failures, countedAt };
  const shown = health.state === 'initial' ? CHECKING : {};
  return { state: health.state, ...shown, successes: 0, failures, countedAt };
}

function afterSuccess(health: Health, config: HealthCheckConfig, now: number): Health {
  const successes = health.successes + 1;
  if (health.state === 'unhealthy' && successes < config.healthyThreshold)
    return { ...health, successes, failures: 0, countedAt: now };
  return { state: 'healthy', successes, failures: 0, countedAt: now };
}

function reasonOf(result: Exclude<CheckResult, { found: 'ok' }>): { reason: string; description: string } {
  switch (result.found) {
    case 'wrong-code':
      return {
        reason: 'Target.ResponseCodeMismatch',
        description: `Health checks failed with these codes: [${result.code}]`,
      };
    case 'timeout':
      return { reason: 'Target.Timeout', description: 'Request timed out' };
    case 'failed':
      return { reason: 'Target.FailedHealthChecks', description: 'Health checks failed' };
  }
}

/** Whether a status is in a matcher such as `200`, `200,202` or `200-299`. */
export function matchesCode(matcher: string, code: number): boolean {
  return matcher.split(',').some((part) => {
    const [low, high = low] = part.split('-').map(Number);
    return low !== undefined && high !== undefined && code >= low && code <= high;
  });
}
