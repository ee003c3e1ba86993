import type { HealthCheckConfig, TargetGroupConfig, TargetObservation } from '../balancer.ts';
import type { StatRow } from './stat.ts';

type Shown = Pick<TargetObservation, 'health' | 'reason' | 'description'>;

const NOT_IN_USE: Shown = {
  health: 'unused',
  reason: 'Target.NotInUse',
  description: 'Target group is not configured to receive traffic from the load balancer',
};
const DRAINING: Shown = {
  health: 'draining',
  reason: 'Target.DeregistrationInProgress',
  description: 'Target deregistration is in progress',
};
const NOT_CHECKED: Shown = {
  health: 'unavailable',
  reason: 'Target.HealthCheckDisabled',
  description: 'Health checks are disabled',
};
const REGISTERING: Shown = {
  health: 'initial',
  reason: 'Elb.RegistrationInProgress',
  description: 'Target registration is in progress',
};
const CHECKING: Shown = {
  health: 'initial',
  reason: 'Elb.InitialHealthChecking',
  description: 'Initial health checks in progress',
};

/**
 * What ELB would say of a target.
 *
 * @param row - of its server; absent while it has none
 * @param probe - of the server that tries it while it is starting
 */
export function healthOf(
  group: TargetGroupConfig,
  draining: boolean,
  row: StatRow | undefined,
  probe: StatRow | undefined,
): Shown {
  if (draining) return DRAINING;
  if (!group.inUse) return NOT_IN_USE;
  if (!group.healthCheck.enabled) return NOT_CHECKED;
  if (!row) return REGISTERING;
  if (isUp(row)) return { health: 'healthy' };
  if (probe) return hasResult(probe) ? CHECKING : REGISTERING;
  return { health: 'unhealthy', ...reasonOf(row) };
}

export const isUp = (row: StatRow): boolean => /^(UP|NOLB|no check)/.test(row.text('status'));

/** HAProxy stars a check that is running. */
const statusOf = (row: StatRow): string => row.text('check_status').replace(/^\* /, '');
const hasResult = (row: StatRow): boolean => !['', 'INI', 'UNK'].includes(statusOf(row));
export const hasPassed = (row: StatRow): boolean => /^L[467]OK/.test(statusOf(row));

function reasonOf(row: StatRow): Pick<TargetObservation, 'reason' | 'description'> {
  const [status, code] = [statusOf(row), row.text('check_code')];
  if (status === 'L7STS')
    return { reason: 'Target.ResponseCodeMismatch', description: `Health checks failed with these codes: [${code}]` };
  if (/^L[467]TOUT$/.test(status)) return { reason: 'Target.Timeout', description: 'Request timed out' };
  return { reason: 'Target.FailedHealthChecks', description: 'Health checks failed' };
}

/** What becomes of a target that is starting: the first answer as wanted makes it healthy. */
export function afterProbe(
  probe: StatRow,
  check: HealthCheckConfig,
  registeredAt: number,
  now: number,
): 'healthy' | 'unhealthy' | 'initial' {
  if (hasPassed(probe)) return 'healthy';
  const patience = check.interval * check.unhealthyThreshold;
  return hasResult(probe) && now - registeredAt >= patience ? 'unhealthy' : 'initial';
}
