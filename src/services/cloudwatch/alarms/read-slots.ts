import type { MathValue, TimeSeries } from '../math/series.ts';
import type { Span } from '../metric-reader.ts';
import type { Datapoint } from './decide/decide.ts';
import type { EvaluateMath } from './deps.ts';
import type { ReadPoints } from './read-ahead.ts';
import type { MetricAlarmRecord, QueryRecord } from './records.ts';

/** What an alarm is evaluated with. */
export interface Reading {
  readonly points: ReadPoints;
  readonly evaluateMath: EvaluateMath;
}

/** The periods of a span, newest first; `undefined` where an alarm has no data. */
export async function readSlots(
  reading: Reading,
  { metric, queries = [] }: MetricAlarmRecord,
  span: Span,
): Promise<readonly (Datapoint | undefined)[]> {
  const points = metric ? (reading.points.get(metric) ?? []) : await readMath(reading, queries, span);
  const slots = Array.from<Datapoint | undefined>({ length: Math.round((span.to - span.from) / span.period) });
  for (const point of points) slots[slots.length - 1 - Math.floor((point.at - span.from) / span.period)] = point;
  return slots;
}

async function readMath(
  { points, evaluateMath }: Reading,
  queries: readonly QueryRecord[],
  span: Span,
): Promise<readonly Datapoint[]> {
  const returned = queries.find((query) => query.returnData);
  if (returned?.metric) return points.get(returned.metric) ?? [];
  const read = async (id: string): Promise<TimeSeries> => {
    const metric = queries.find((query) => query.id === id)?.metric;
    return { label: id, period: span.period, points: (metric && points.get(metric)) ?? [] };
  };
  const asked = queries.map(({ id, expression, label }) => ({ id, expression, label, period: span.period }));
  return pointsOf(returned && (await evaluateMath(asked, read, span)).get(returned.id), span);
}

/** A number that does not depend on time stands at every period. */
function pointsOf(value: MathValue | undefined, span: Span): readonly Datapoint[] {
  switch (value?.kind) {
    case undefined:
      return [];
    case 'series':
      return value.series.points;
    case 'array':
      return value.all[0]?.points ?? [];
    case 'scalar': {
      const points: Datapoint[] = [];
      for (let at = span.from; at < span.to; at += span.period) points.push({ at, value: value.value });
      return points;
    }
  }
}
