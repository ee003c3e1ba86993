import type { Datapoint, GetMetricStatisticsCommand, Statistic } from '@aws-sdk/client-cloudwatch';
import type { Action, ActionInput } from '../../../wire/types.ts';
import { readDimensions } from '../dimensions.ts';
import { invalidCombination, invalidValue, notAStatistic } from '../faults.ts';
import type { MetricDeps } from '../metrics-deps.ts';
import { findStatistic, isBasic } from '../series/statistic.ts';
import type { Summary } from '../series/summary.ts';
import { periodsOf, requirePeriod } from '../time-range.ts';

type Input = ActionInput<typeof GetMetricStatisticsCommand>;

const MOST_POINTS = 1440;

export const getMetricStatistics =
  ({ reader, clock }: MetricDeps): Action<typeof GetMetricStatisticsCommand> =>
  async (input, ctx) => {
    requireStatistics(input);
    requireRange(input);
    const { Namespace: namespace, MetricName: name, Unit: unit } = input;
    const dimensions = readDimensions(input.Dimensions);
    const span = periodsOf(input.StartTime, input.EndTime, input.Period, clock.now().getTime());
    const units = await reader.byUnit(ctx, { namespace, name, dimensions, ...(unit && { unit }) }, span);
    const points = [...units].flatMap(([of, found]) =>
      [...found].map(([at, summary]) => shown(input, of, at, summary)),
    );
    points.sort((a, b) => (a.Timestamp?.getTime() ?? 0) - (b.Timestamp?.getTime() ?? 0));
    return { Label: name, Datapoints: points };
  };

function shown(input: Input, unit: string, at: number, summary: Summary): Datapoint {
  const point: Datapoint = { Timestamp: new Date(at), Unit: unit as Datapoint['Unit'] & string };
  for (const stat of input.Statistics ?? []) {
    const value = findStatistic(stat)?.(summary);
    if (value !== undefined) point[stat] = value;
  }
  const extended = (input.ExtendedStatistics ?? []).flatMap((stat) => {
    const value = findStatistic(stat)?.(summary);
    return value === undefined ? [] : [[stat, value] as const];
  });
  return extended.length > 0 ? { ...point, ExtendedStatistics: Object.fromEntries(extended) } : point;
}

function requireStatistics({ Statistics: plain = [], ExtendedStatistics: extended = [] }: Input): void {
  if (plain.length === 0 && extended.length === 0)
    throw invalidCombination('At least one of the parameters Statistics and ExtendedStatistics must be specified.');
  if (plain.length > 0 && extended.length > 0)
    throw invalidCombination(
      'The parameters Statistics and ExtendedStatistics are mutually exclusive and you have specified both.',
    );
  const unknown = extended.find((stat) => isBasic(stat) || !findStatistic(stat));
  if (unknown !== undefined) throw notAStatistic(unknown);
  const plainUnknown = plain.find((stat: Statistic) => !isBasic(stat));
  if (plainUnknown !== undefined) throw notAStatistic(plainUnknown);
}

function requireRange({ StartTime: start, EndTime: end, Period: period }: Input): void {
  if (start >= end) throw invalidValue('The parameter StartTime must be less than the parameter EndTime.');
  requirePeriod(period);
  const points = Math.floor((end.getTime() - start.getTime()) / (period * 1000));
  if (points > MOST_POINTS)
    throw invalidCombination(
      `You have requested up to ${points} datapoints, which exceeds the limit of ${MOST_POINTS}. You may reduce the datapoints requested by increasing Period, or decreasing the time range.`,
    );
}
