import type { Clock } from '../../../kernel/clock.ts';
import { realPeriod } from './cadence.ts';
import { decide, evaluationRange } from './decide/decide.ts';
import { reasonData } from './decide/reason-data.ts';
import { reasonOf } from './decide/reason.ts';
import type { Span } from '../metric-reader.ts';
import { readSlots, type Reading } from './read-slots.ts';
import type { MetricAlarmRecord } from './records.ts';
import type { NextState } from './transition.ts';

/** The periods that an alarm looks at. @param tick - real milliseconds of its cadence */
export function spanOf(alarm: MetricAlarmRecord, end: number, tick: number): Span {
  const period = realPeriod(alarm.period, tick);
  return { from: end - evaluationRange(alarm.rule.evaluationPeriods) * period, to: end, period };
}

/**
 * Evaluates a metric alarm over the periods of a span.
 *
 * @returns the state it should have when that is news; an alarm set by hand gets its reason back in any case
 */
export async function evaluateMetric(
  reading: Reading,
  clock: Clock,
  alarm: MetricAlarmRecord,
  span: Span,
): Promise<NextState | undefined> {
  const { rule, metric } = alarm;
  const slots = await readSlots(reading, alarm, span);
  const verdict = decide(rule, slots, percentileOf(metric?.stat));
  if (verdict.do === 'keep') return undefined;
  if (verdict.value === alarm.state.value && !alarm.isSetByHand) return undefined;
  const data = reasonData({
    queriedAt: clock.now().getTime(),
    points: verdict.points,
    periods: evaluatedPeriods(
      alarm,
      verdict.points.map(({ at }) => at),
      span,
    ),
    period: alarm.period,
    threshold: rule.threshold,
    ...(metric && { statistic: metric.stat }),
  });
  return { value: verdict.value, reason: reasonOf(rule, verdict), reasonData: data };
}

/** The real points, and as many of the newest missing periods as make up the evaluation periods. */
function evaluatedPeriods(
  { rule }: MetricAlarmRecord,
  real: readonly number[],
  { to: end, period }: Span,
): readonly number[] {
  const newest = Array.from(
    { length: evaluationRange(rule.evaluationPeriods) },
    (_, index) => end - (index + 1) * period,
  );
  const missing = newest.filter((at) => !real.includes(at)).slice(0, rule.evaluationPeriods - real.length);
  return [...real, ...missing].sort((a, b) => b - a);
}

const percentileOf = (stat: string | undefined): number | undefined => {
  const found = /^p(\d+(?:\.\d+)?)$/.exec(stat ?? '')?.[1];
  return found === undefined ? undefined : Number(found);
};
