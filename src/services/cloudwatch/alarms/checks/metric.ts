import type { Dimension } from '@aws-sdk/client-cloudwatch';
import { findStatistic } from '../../series/statistic.ts';
import { missingMember, validationError } from '../faults.ts';
import type { MetricSource } from '../records.ts';

export const isPercentile = (stat: string): boolean => /^p\d/.test(stat);

/** @throws ValidationError in AWS's words. Source: spec/platform §12.6 */
export function checkedPeriod(period: number | undefined): number {
  if (period === undefined) throw missingMember('period');
  if (![10, 20, 30].includes(period) && period % 60 !== 0)
    throw validationError('Period must be 10, 20, 30 or a multiple of 60');
  return period;
}

/** A statistic or an extended one. @throws ValidationError */
export function checkedStat(stat: string): string {
  if (!findStatistic(stat))
    throw validationError(`The value ${stat} for parameter ExtendedStatistic is not supported.`);
  return stat;
}

interface RequestedMetric {
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly dimensions: readonly Dimension[] | undefined;
  readonly period: number | undefined;
  readonly stat: string;
  readonly unit: string | undefined;
}

/** @throws ValidationError for what is missing or wrong */
export function checkedMetric(input: RequestedMetric): MetricSource {
  if (input.namespace === undefined) throw missingMember('namespace');
  if (input.name === undefined) throw missingMember('metricName');
  return {
    namespace: input.namespace,
    name: input.name,
    dimensions: (input.dimensions ?? []).map(({ Name: name = '', Value: value = '' }) => ({ name, value })),
    period: checkedPeriod(input.period),
    stat: checkedStat(input.stat),
    ...(input.unit !== undefined && { unit: input.unit }),
  };
}
