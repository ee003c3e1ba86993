import type { Scope } from '../../../kernel/scope.ts';
import type { MetricPoint, MetricQuery, MetricReader, Span } from '../metric-reader.ts';
import type { MetricSource } from './records.ts';

/** A metric that is about to be looked at. */
export interface Wanted {
  readonly scope: Scope;
  readonly metric: MetricSource;
  readonly span: Span;
}

/** The points of each metric that was wanted. */
export type ReadPoints = ReadonlyMap<MetricSource, readonly MetricPoint[]>;

/** Reads many metrics with few questions to the store: asked one by one, a thousand take three times as long. */
export type ReadAhead = (wanted: readonly Wanted[]) => Promise<ReadPoints>;

/** A query is made once for each metric of each alarm: the loop keeps their records, and the reader what it knows of it. */
export function readingAhead(reader: MetricReader): ReadAhead {
  const made = new WeakMap<MetricSource, MetricQuery>();
  const asQuery = (metric: MetricSource): MetricQuery => {
    const query = made.get(metric) ?? queryOf(metric);
    made.set(metric, query);
    return query;
  };
  return (wanted) => readAhead(reader, wanted, asQuery);
}

async function readAhead(
  reader: MetricReader,
  wanted: readonly Wanted[],
  asQuery: (metric: MetricSource) => MetricQuery,
): Promise<ReadPoints> {
  const groups = new Map<string, Wanted[]>();
  for (const one of wanted) {
    const { scope, span } = one;
    const key = `${scope.account}/${scope.region}/${span.from}/${span.to}/${span.period}`;
    const group = groups.get(key);
    if (group) group.push(one);
    else groups.set(key, [one]);
  }
  const found = new Map<MetricSource, readonly MetricPoint[]>();
  for (const group of groups.values()) {
    const [first] = group;
    if (!first) continue;
    const queries = group.map(({ metric }) => asQuery(metric));
    const all = await reader.readAll(first.scope, queries, first.span);
    for (const [index, { metric }] of group.entries()) found.set(metric, all[index] ?? []);
  }
  return found;
}

const queryOf = ({ namespace, name, dimensions, stat, unit }: MetricSource): MetricQuery => ({
  namespace,
  name,
  dimensions: Object.fromEntries(dimensions.map((dimension) => [dimension.name, dimension.value])),
  stat,
  ...(unit !== undefined && { unit }),
});
