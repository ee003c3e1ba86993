import type {
  PutScalingPolicyCommand,
  StepAdjustment,
  StepScalingPolicyConfiguration,
  TargetTrackingScalingPolicyConfiguration,
} from '@aws-sdk/client-application-auto-scaling';
import type { ActionInput } from '../../../wire/types.ts';
import { invalid, notServed } from '../faults.ts';

type Input = ActionInput<typeof PutScalingPolicyCommand>;

/** Seconds. Source: Application Auto Scaling API Reference, the default for ECS services. */
const COOLDOWN = 300;
/** Those that mean something for a service of ECS. */
export const PREDEFINED = [
  'ECSServiceAverageCPUUtilization',
  'ECSServiceAverageMemoryUtilization',
  'ALBRequestCountPerTarget',
];

/** The configuration of the policy's type, its defaults filled in. The words of refusals are assumed. */
export function checkPolicy(input: Input) {
  const type = input.PolicyType ?? 'StepScaling';
  if (type === 'PredictiveScaling') throw notServed('Predictive scaling');
  if (type === 'TargetTrackingScaling')
    return { tracking: checkTracking(input.TargetTrackingScalingPolicyConfiguration), step: undefined };
  return { tracking: undefined, step: checkStep(input.StepScalingPolicyConfiguration) };
}

function checkTracking(
  given: TargetTrackingScalingPolicyConfiguration | undefined,
): TargetTrackingScalingPolicyConfiguration {
  if (!given) throw invalid('TargetTrackingScalingPolicyConfiguration is required for TargetTrackingScaling policies.');
  const { TargetValue = 0, PredefinedMetricSpecification: predefined, CustomizedMetricSpecification: own } = given;
  if (!(TargetValue > 0)) throw invalid('TargetValue must be greater than 0.');
  if (!predefined === !own)
    throw invalid('Exactly one of PredefinedMetricSpecification and CustomizedMetricSpecification must be specified.');
  if (predefined) {
    const { PredefinedMetricType: type = '', ResourceLabel: label } = predefined;
    if (!PREDEFINED.includes(type)) throw invalid(`Unsupported predefined metric type for ECS services: ${type}`);
    const needsLabel = type === 'ALBRequestCountPerTarget';
    if (needsLabel && !/^app\/[^/]+\/[^/]+\/targetgroup\/[^/]+\/[^/]+$/.test(label ?? ''))
      throw invalid('ResourceLabel must have the form app/NAME/ID/targetgroup/NAME/ID for ALBRequestCountPerTarget.');
    if (!needsLabel && label !== undefined) throw invalid(`ResourceLabel is not supported for ${type}.`);
  }
  if (own && !own.Metrics?.length && !(own.MetricName && own.Namespace && own.Statistic))
    throw invalid(
      'MetricName, Namespace and Statistic, or Metrics, must be specified in CustomizedMetricSpecification.',
    );
  return {
    ...given,
    ScaleOutCooldown: checkCooldown(given.ScaleOutCooldown),
    ScaleInCooldown: checkCooldown(given.ScaleInCooldown),
    DisableScaleIn: given.DisableScaleIn ?? false,
  };
}

function checkStep(given: StepScalingPolicyConfiguration | undefined): StepScalingPolicyConfiguration {
  if (!given) throw invalid('StepScalingPolicyConfiguration is required for StepScaling policies.');
  const { AdjustmentType, StepAdjustments: steps = [] } = given;
  if (AdjustmentType === undefined) throw invalid('AdjustmentType is required in StepScalingPolicyConfiguration.');
  if (steps.length === 0) throw invalid('StepAdjustments must not be empty.');
  checkIntervals(steps);
  return {
    ...given,
    Cooldown: checkCooldown(given.Cooldown),
    MetricAggregationType: given.MetricAggregationType ?? 'Average',
  };
}

function checkIntervals(steps: readonly StepAdjustment[]): void {
  const spans = steps
    .map((step) => [step.MetricIntervalLowerBound ?? -Infinity, step.MetricIntervalUpperBound ?? Infinity] as const)
    .sort((a, b) => a[0] - b[0]);
  if (spans.some(([lower, upper]) => lower >= upper))
    throw invalid('MetricIntervalLowerBound must be less than MetricIntervalUpperBound in every step adjustment.');
  if (spans.some(([lower], index) => index > 0 && lower !== spans[index - 1]?.[1]))
    throw invalid('Step adjustment intervals cannot overlap or have a gap between them.');
}

function checkCooldown(seconds = COOLDOWN): number {
  if (seconds < 0) throw invalid('A cooldown must be greater than or equal to 0.');
  return seconds;
}
