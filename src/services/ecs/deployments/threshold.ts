import type { DeploymentCircuitBreaker } from '@aws-sdk/client-ecs';

/**
 * How many failed tasks trip the circuit breaker. A percentage is of the desired count, rounded up; the bounded one
 * stays within 3 and 200. Source: ECS API Reference, ThresholdConfiguration.
 */
export function thresholdOf(breaker: DeploymentCircuitBreaker | undefined, desiredCount: number): number {
  const { type = 'BOUNDED_PERCENT', value = 50 } = breaker?.thresholdConfiguration ?? {};
  if (type === 'COUNT') return value;
  const share = Math.ceil((desiredCount * value) / 100);
  // A threshold of nothing would fail every deployment before it began.
  return type === 'UNBOUNDED_PERCENT' ? Math.max(1, share) : Math.min(200, Math.max(3, share));
}
