import type { MissingData, StateValue, ThresholdRule } from '../records.ts';
import { isBreaching } from './threshold.ts';

export interface Datapoint {
  /** Start of its period, in epoch milliseconds. */
  readonly at: number;
  readonly value: number;
  readonly sampleCount?: number;
  readonly unit?: string;
}

export type Verdict =
  | { readonly do: 'keep' }
  | {
      readonly do: 'be';
      readonly value: StateValue;
      /** The real points it was decided by, newest first. */
      readonly points: readonly Datapoint[];
      /** How many missing ones were filled in. */
      readonly filled: number;
    };

/** How many periods are looked at, so that missing ones can be made up for. Source: spec/platform §12.7, step 1. */
export const evaluationRange = (evaluationPeriods: number): number => evaluationPeriods + 2;

/** How many points must breach for ALARM. */
export const datapointsToAlarm = (rule: ThresholdRule): number => rule.datapointsToAlarm ?? rule.evaluationPeriods;

/**
 * Decides what state the points of an alarm put it in.
 *
 * @param slots - the periods of the evaluation range, newest first; `undefined` where there is no data
 * @param percentile - of the statistic, 0 to 100, when it is one
 * Source: spec/platform §12.7; AWS, "How alarm state is evaluated when data is missing".
 */
export function decide(rule: ThresholdRule, slots: readonly (Datapoint | undefined)[], percentile?: number): Verdict {
  const real = slots.filter((slot) => slot !== undefined);
  const points = real.slice(0, rule.evaluationPeriods);
  if (rule.lowSamples === 'ignore' && isLow(points, percentile)) return { do: 'keep' };
  const missing = rule.evaluationPeriods - points.length;
  if (missing === 0) return { do: 'be', value: judge(rule, points, 0), points, filled: 0 };
  return fill(rule, slots, points, missing);
}

const judge = (rule: ThresholdRule, points: readonly Datapoint[], breachingFills: number): StateValue =>
  countBreaching(rule, points) + breachingFills >= datapointsToAlarm(rule) ? 'ALARM' : 'OK';

function fill(
  rule: ThresholdRule,
  slots: readonly (Datapoint | undefined)[],
  points: readonly Datapoint[],
  missing: number,
): Verdict {
  const be = (value: StateValue, filled: number): Verdict => ({ do: 'be', value, points, filled });
  const treatment: MissingData = rule.treatMissingData ?? 'missing';
  switch (treatment) {
    case 'breaching':
      return be(judge(rule, points, missing), missing);
    case 'notBreaching':
      return be(judge(rule, points, 0), missing);
    case 'ignore':
      return byRealPoints(rule, points) ?? { do: 'keep' };
    case 'missing':
      if (points.length === 0) return be('INSUFFICIENT_DATA', 0);
      return byRealPoints(rule, points) ?? (isOldBreach(rule, slots) ? be('ALARM', 0) : { do: 'keep' });
  }
}

/** What too few points decide by themselves: those that breach are enough, or one does not breach. */
function byRealPoints(rule: ThresholdRule, points: readonly Datapoint[]): Verdict | undefined {
  const breaching = countBreaching(rule, points);
  const be = (value: StateValue): Verdict => ({ do: 'be', value, points, filled: 0 });
  if (breaching >= datapointsToAlarm(rule)) return be('ALARM');
  return breaching < points.length ? be('OK') : undefined;
}

/**
 * Whether the oldest point, which breaches, has stood as many periods as must breach, with nothing better since. A
 * fresh one is waited for: the next point may be good.
 */
const isOldBreach = (rule: ThresholdRule, slots: readonly (Datapoint | undefined)[]): boolean =>
  slots.findLastIndex((slot) => slot !== undefined) + 1 >= datapointsToAlarm(rule);

/** Too few samples for the percentile to mean anything. Source: AWS, "Percentile-based alarms and low data samples". */
function isLow(points: readonly Datapoint[], percentile: number | undefined): boolean {
  if (percentile === undefined || percentile <= 0 || percentile >= 100) return false;
  const samples = points.reduce((sum, point) => sum + (point.sampleCount ?? 0), 0);
  // Multiplied, not divided: 10 / (1 - 0.99) is more than 1000 in floating point.
  const tail = percentile >= 50 ? 100 - percentile : percentile;
  return points.length > 0 && samples * tail < 1000;
}

const countBreaching = (rule: ThresholdRule, points: readonly Datapoint[]): number =>
  points.filter((point) => isBreaching(rule, point.value)).length;
