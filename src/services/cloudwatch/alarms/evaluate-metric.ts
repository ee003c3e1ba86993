import type { Scope } from '../../../kernel/scope.ts';
import { realPeriod } from './cadence.ts';
import { decide, evaluationRange } from './decide/decide.ts';
import { reasonData } from './decide/reason-data.ts';
import { reasonOf } from './decide/reason.ts';
import type { AlarmDeps } from './deps.ts';
import { readSlots } from './read-slots.ts';
import type { MetricAlarmRecord } from './records.ts';
import type { NextState } from './transition.ts';

/**
 * Evaluates a metric alarm over the periods that end at an instant.
 *
 * @param tick - real milliseconds of its cadence
 * @returns the state it should have when that is news; an alarm set by hand gets its reason back in any case
 */
export async function evaluateMetric(
  deps: AlarmDeps,
  scope: Scope,
  alarm: MetricAlarmRecord,
  end: number,
  tick: number,
): Promise<NextState | undefined> {
  const { rule, metric } = alarm;
  const period = realPeriod(alarm.period, tick);
  const from = end - evaluationRange(rule.evaluationPeriods) * period;
  const slots = await readSlots(deps, scope, alarm, { from, to: end, period });
  const verdict = decide(rule, slots, percentileOf(metric?.stat));
  if (verdict.do === 'keep') return undefined;
  if (verdict.value === alarm.state.value && !alarm.isSetByHand) return undefined;
  const data = reasonData({
    queriedAt: deps.clock.now().getTime(),
    points: verdict.points,
    periods: evaluatedPeriods(
      alarm,
      verdict.points.map(({ at }) => at),
      end,
      period,
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
  end: number,
  period: number,
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
