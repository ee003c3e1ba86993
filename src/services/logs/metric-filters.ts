import type { MetricDatum, PublishMetrics } from '../../kernel/metrics.ts';
import type { LogsParts, StoredBatch } from './deps.ts';
import { compilePattern, type Pattern } from './patterns/pattern.ts';
import type { Match } from './patterns/match.ts';
import { metricFiltersIn, type MetricFilterRecord, type Transformation } from './records.ts';

const MINUTE = 60_000;

/** Publishes what the metric filters of a group find in events that were stored. */
export function createMetricFilters({ store, publish }: Pick<LogsParts, 'store' | 'publish'>) {
  /** The minute a filter last published in: its default value is for minutes that have events and no match. */
  const published = new Map<string, number>();
  return async ({ scope, group, events }: StoredBatch): Promise<void> => {
    for (const filter of await metricFiltersIn(store).list(scope, group.name)) {
      const key = [scope.account, scope.region, group.name, filter.name].join(':');
      const pattern = compilePattern(filter.pattern);
      for (const [at, messages] of byMinute(events)) {
        const found = publishFound(publish, scope, filter, at, matches(pattern, messages));
        if (found || publishDefault(publish, scope, filter, at, published.get(key))) published.set(key, minuteOf(at));
      }
    }
  };
}

const minuteOf = (at: number): number => Math.floor(at / MINUTE);

/** Messages of each minute, under the last instant of theirs. */
function byMinute(events: StoredBatch['events']): ReadonlyMap<number, readonly string[]> {
  const minutes = new Map<number, { at: number; messages: string[] }>();
  for (const { at, message } of events) {
    const minute = minutes.get(minuteOf(at)) ?? { at, messages: [] };
    minutes.set(minuteOf(at), { at: Math.max(at, minute.at), messages: minute.messages });
    minute.messages.push(message);
  }
  return new Map([...minutes.values()].map(({ at, messages }) => [at, messages]));
}

const matches = (pattern: Pattern, messages: readonly string[]): readonly Match[] =>
  messages.map((message) => pattern.match(message)).filter((match) => match !== undefined);

type Scope = StoredBatch['scope'];

function publishFound(
  publish: PublishMetrics,
  scope: Scope,
  filter: MetricFilterRecord,
  at: number,
  found: readonly Match[],
): boolean {
  let any = false;
  for (const transformation of filter.transformations) {
    const data = dataOf(transformation, found, new Date(at));
    if (data.length > 0) publish(scope, transformation.metricNamespace, data);
    any ||= data.length > 0;
  }
  return any;
}

function publishDefault(
  publish: PublishMetrics,
  scope: Scope,
  filter: MetricFilterRecord,
  at: number,
  last: number | undefined,
): boolean {
  if (last === minuteOf(at)) return false;
  for (const transformation of filter.transformations) {
    const { metricNamespace, defaultValue } = transformation;
    if (defaultValue === undefined) continue;
    publish(scope, metricNamespace, [datum(transformation, {}, new Date(at), [[defaultValue, 1]])]);
  }
  return true;
}

/** One datum for each set of dimensions; a match without a number, or without a dimension, counts for nothing. */
function dataOf(transformation: Transformation, found: readonly Match[], at: Date): readonly MetricDatum[] {
  const bySet = new Map<string, { dimensions: Record<string, string>; values: Map<number, number> }>();
  for (const match of found) {
    const value = valueOf(transformation, match);
    const dimensions = dimensionsOf(transformation, match);
    if (value === undefined || !dimensions) continue;
    const set = bySet.get(JSON.stringify(dimensions)) ?? { dimensions, values: new Map<number, number>() };
    set.values.set(value, (set.values.get(value) ?? 0) + 1);
    bySet.set(JSON.stringify(dimensions), set);
  }
  return [...bySet.values()].map(({ dimensions, values }) => datum(transformation, dimensions, at, [...values]));
}

const datum = (
  { metricName: name, unit = 'None' }: Transformation,
  dimensions: Record<string, string>,
  at: Date,
  values: MetricDatum['values'],
): MetricDatum => ({ name, dimensions, unit, at, values });

function valueOf({ metricValue }: Transformation, match: Match): number | undefined {
  const text = metricValue.startsWith('$') ? match.find(metricValue) : metricValue;
  const value = text === undefined || text.trim() === '' ? NaN : Number(text);
  return Number.isFinite(value) ? value : undefined;
}

function dimensionsOf({ dimensions = {} }: Transformation, match: Match): Record<string, string> | undefined {
  const found = Object.entries(dimensions).map(([name, selector]) => [name, match.find(selector)] as const);
  return found.every(([, value]) => value) ? (Object.fromEntries(found) as Record<string, string>) : undefined;
}
