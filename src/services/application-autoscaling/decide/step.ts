import type { StepScalingPolicyConfiguration } from '@aws-sdk/client-application-auto-scaling';

/**
 * The capacity a step policy asks for, or `undefined` when no step fits. Intervals are relative to the alarm's
 * threshold: above it the lower bound belongs to a step, below it the upper one. Source: Application Auto Scaling user
 * guide, step scaling.
 *
 * @param breach - the metric less the threshold
 */
export function stepCapacity(
  { AdjustmentType, StepAdjustments = [], MinAdjustmentMagnitude = 1 }: StepScalingPolicyConfiguration,
  current: number,
  breach: number,
): number | undefined {
  const step = StepAdjustments.find(
    ({ MetricIntervalLowerBound: lower = -Infinity, MetricIntervalUpperBound: upper = Infinity }) =>
      breach >= 0 ? breach >= lower && breach < upper : breach > lower && breach <= upper,
  );
  const adjustment = step?.ScalingAdjustment;
  if (adjustment === undefined) return undefined;
  if (AdjustmentType === 'ExactCapacity') return adjustment;
  if (AdjustmentType === 'ChangeInCapacity') return Math.max(0, current + adjustment);
  const share = (current * adjustment) / 100;
  // Away from nothing towards one, then towards zero; never by less than asked.
  const whole = Math.abs(share) > 0 && Math.abs(share) < 1 ? Math.sign(share) : Math.trunc(share);
  const size = Math.max(Math.abs(whole), adjustment === 0 ? 0 : MinAdjustmentMagnitude);
  return Math.max(0, current + Math.sign(adjustment) * size);
}
