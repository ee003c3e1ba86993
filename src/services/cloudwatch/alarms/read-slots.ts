import type { Scope } from '../../../kernel/scope.ts';
import type { MathValue, TimeSeries } from '../math/series.ts';
import type { Span } from '../metric-reader.ts';
import type { Datapoint } from './decide/decide.ts';
import type { AlarmParts } from './deps.ts';
import type { MetricAlarmRecord, MetricSource, QueryRecord } from './records.ts';

type Reading = Pick<AlarmParts, 'reader' | 'evaluateMath'>;

/** The periods of a span, newest first; `undefined` where an alarm has no data. */
export async function readSlots(
  parts: Reading,
  scope: Scope,
  alarm: MetricAlarmRecord,
  span: Span,
): Promise<readonly (Datapoint | undefined)[]> {
  const { metric, queries = [] } = alarm;
  const points = metric ? await readMetric(parts, scope, metric, span) : await readMath(parts, scope, queries, span);
  const slots = Array.from<Datapoint | undefined>({ length: Math.round((span.to - span.from) / span.period) });
  for (const point of points) slots[slots.length - 1 - Math.floor((point.at - span.from) / span.period)] = point;
  return slots;
}

const readMetric = ({ reader }: Reading, scope: Scope, metric: MetricSource, span: Span) =>
  reader.read(scope, asQuery(metric), span);

const asQuery = ({ namespace, name, dimensions, stat, unit }: MetricSource) => ({
  namespace,
  name,
  dimensions: Object.fromEntries(dimensions.map((dimension) => [dimension.name, dimension.value])),
  stat,
  ...(unit !== undefined && { unit }),
});

async function readMath(
  parts: Reading,
  scope: Scope,
  queries: readonly QueryRecord[],
  span: Span,
): Promise<readonly Datapoint[]> {
  const read = async (id: string): Promise<TimeSeries> => {
    const metric = queries.find((query) => query.id === id)?.metric;
    const points = metric ? await readMetric(parts, scope, metric, span) : [];
    return { label: id, period: span.period, points };
  };
  const returned = queries.find((query) => query.returnData);
  if (returned?.metric) return readMetric(parts, scope, returned.metric, span);
  const values = await parts.evaluateMath(
    queries.map(({ id, expression, label }) => ({ id, expression, label, period: span.period })),
    read,
    span,
  );
  return pointsOf(returned && values.get(returned.id), span);
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
