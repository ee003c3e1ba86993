import type { PutMetricAlarmInput } from '@aws-sdk/client-cloudwatch';
import { missingMember, notServed, validationError } from '../faults.ts';
import type { Comparison, MissingData, ThresholdRule } from '../records.ts';
import { isPercentile } from './metric.ts';

const STATIC: readonly string[] = [
  'GreaterThanOrEqualToThreshold',
  'GreaterThanThreshold',
  'LessThanThreshold',
  'LessThanOrEqualToThreshold',
] satisfies Comparison[];
const TREATMENTS: readonly string[] = ['breaching', 'notBreaching', 'ignore', 'missing'] satisfies MissingData[];
const LOW_SAMPLES: readonly string[] = ['evaluate', 'ignore'];

const DAY = 86_400;
const WEEK = 604_800;

/**
 * What an alarm's points are held against.
 *
 * @param period - configured seconds
 * @param stat - of an alarm on one metric
 * @throws ValidationError in AWS's words. Source: spec/platform §12.6
 */
export function checkedRule(input: PutMetricAlarmInput, period: number, stat: string | undefined): ThresholdRule {
  const { EvaluationPeriods: evaluationPeriods, DatapointsToAlarm: datapointsToAlarm } = input;
  if (evaluationPeriods === undefined) throw missingMember('evaluationPeriods');
  if (datapointsToAlarm !== undefined && datapointsToAlarm > evaluationPeriods)
    throw validationError('DatapointsToAlarm must be less than or equal to EvaluationPeriods');
  checkWindow(evaluationPeriods, period);
  return {
    evaluationPeriods,
    ...(datapointsToAlarm !== undefined && { datapointsToAlarm }),
    ...checkedThreshold(input),
    ...checkedTreatments(input, stat),
  };
}

function checkWindow(evaluationPeriods: number, period: number): void {
  if (period < 3600 && evaluationPeriods * period > DAY)
    throw validationError(
      `Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <= ${DAY})`,
    );
  if (evaluationPeriods * period > WEEK)
    throw validationError(
      `Metrics cannot be checked across more than a week (EvaluationPeriods * Period must be <= ${WEEK}) for alarms using period >= 3600`,
    );
}

function checkedThreshold({
  ComparisonOperator: operator,
  Threshold: threshold,
  ThresholdMetricId,
}: PutMetricAlarmInput) {
  if (operator === undefined) throw missingMember('comparisonOperator');
  if (!STATIC.includes(operator)) {
    if (ThresholdMetricId === undefined)
      throw validationError('ComparisonOperators for ranges require ThresholdMetricId to be set');
    throw notServed('anomaly detection');
  }
  if (ThresholdMetricId !== undefined) throw notServed('anomaly detection');
  if (threshold === undefined || !Number.isFinite(threshold))
    throw validationError('PutMetricAlarm request should have valid Threshold parameter');
  return { comparison: operator as Comparison, threshold };
}

function checkedTreatments(input: PutMetricAlarmInput, stat: string | undefined) {
  const { TreatMissingData: treatment, EvaluateLowSampleCountPercentile: lowSamples } = input;
  if (treatment !== undefined && !TREATMENTS.includes(treatment))
    throw validationError(
      `The value ${treatment} is not supported for TreatMissingData parameter. Supported values are [${TREATMENTS.join(', ')}].`,
    );
  if (lowSamples !== undefined && !LOW_SAMPLES.includes(lowSamples))
    throw validationError(
      `Option ${lowSamples} is not supported for evaluateLowSampleCountPercentile. Supported options are evaluate and ignore.`,
    );
  if (lowSamples !== undefined && (stat === undefined || !isPercentile(stat)))
    throw validationError(
      `Option evaluateLowSampleCountPercentile can not be applied with statistic ${stat ?? 'null'}. This option is enabled only for percentile statistics.`,
    );
  return {
    ...(treatment !== undefined && { treatMissingData: treatment as MissingData }),
    ...(lowSamples !== undefined && { lowSamples: lowSamples as 'evaluate' | 'ignore' }),
  };
}
