import type { Scope } from '../../../kernel/scope.ts';
import type { KeptSeries } from '../../../store/metric-series.ts';
import type { Store } from '../../../store/store.ts';
import { dimensionsOf } from '../series/metric-identity.ts';
import { parseSearch, type Condition, type Search } from './parse-search.ts';
import { holdsTerm } from './words.ts';

export interface FoundMetric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** Metrics without data for as long are not found. Source: as of ListMetrics. */
const LISTED_FOR = 14 * 24 * 3600;

/** Metrics that a search is about, by their names. @param now - epoch milliseconds @throws {SyntaxError} */
export async function findMetrics(store: Store, scope: Scope, text: string, now: number) {
  const search = parseSearch(text);
  const since = Math.floor(now / 1000) - LISTED_FOR;
  const found = new Map<string, FoundMetric>();
  for (const series of await store.metricSeries.find(scope, { namespace: search.schema?.namespace, since })) {
    const metric = metricOf(series);
    const key = JSON.stringify([series.namespace, series.name, series.dimensions]);
    if (isOfSchema(metric, search) && holds(search.condition, metric)) found.set(key, metric);
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, metric]): FoundMetric => metric);
}

const metricOf = ({ namespace, name, dimensions }: KeptSeries): FoundMetric => ({
  namespace,
  name,
  dimensions: Object.fromEntries(dimensionsOf(dimensions)),
});

function isOfSchema({ dimensions }: FoundMetric, { schema }: Search): boolean {
  const names = Object.keys(dimensions);
  return (
    !schema || (names.length === schema.dimensions.length && names.every((name) => schema.dimensions.includes(name)))
  );
}

function holds(condition: Condition, metric: FoundMetric): boolean {
  switch (condition.is) {
    case 'and':
      return condition.all.every((one) => holds(one, metric));
    case 'or':
      return condition.all.some((one) => holds(one, metric));
    case 'not':
      return !holds(condition.of, metric);
    case 'term': {
      const { text, exact } = condition;
      return textsOf(metric, condition.property).some((held) => (exact ? held === text : holdsTerm(held, text)));
    }
  }
}

/** What a term is looked for in: one property, or all names and values. */
function textsOf({ namespace, name, dimensions }: FoundMetric, property: string | undefined): readonly string[] {
  if (property === undefined) return [namespace, name, ...Object.entries(dimensions).flat()];
  if (property === 'MetricName') return [name];
  if (property === 'Namespace') return [namespace];
  return Object.hasOwn(dimensions, property) ? [dimensions[property] ?? ''] : [];
}
