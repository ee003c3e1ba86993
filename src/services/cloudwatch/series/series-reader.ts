import type { Scope } from '../../../kernel/scope.ts';
import type { Store } from '../../../store/store.ts';
import type { MetricPoint, MetricQuery, MetricReader, Span } from '../metric-reader.ts';
import { unpackBlock, type Points } from './block-codec.ts';
import type { Ingest } from './ingest.ts';
import { dimensionKey } from './metric-identity.ts';
import { findStatistic } from './statistic.ts';
import { Summary } from './summary.ts';
import { floorTo, TIERS } from './tiers.ts';

export type MetricName = Omit<MetricQuery, 'stat'>;

/** Reads what `Ingest` wrote. */
export interface SeriesReader extends MetricReader {
  /** Summaries of the periods that have data, by their starts in epoch milliseconds, apart for each unit. */
  byUnit(scope: Scope, metric: MetricName, span: Span): Promise<ReadonlyMap<string, Points>>;
}

export function seriesReader(store: Store, ingest: Ingest): SeriesReader {
  const byUnit = async (scope: Scope, metric: MetricName, span: Span): Promise<ReadonlyMap<string, Points>> => {
    await ingest.flush();
    const { namespace, name, unit } = metric;
    const dimensions = dimensionKey(metric.dimensions);
    const series = await store.metricSeries.find(scope, { namespace, name, dimensions, unit });
    if (series.length === 0) return new Map();
    const units = new Map(series.map((one) => [one.id, one.unit]));
    const whole = { ...span, to: span.from + floorTo(span.to - span.from, span.period) };
    const blocks = await store.metricSeries.ranges([...units.keys()], rangesOf(whole));
    const found = new Map<string, Points>();
    for (const block of blocks) {
      const of = units.get(block.series) ?? '';
      const points = found.get(of) ?? new Map<number, Summary>();
      found.set(of, points);
      const tier = TIERS.find(({ seconds }) => seconds === block.tier);
      if (tier) gather(unpackBlock(tier, block.start, block.data), whole, points);
    }
    return found;
  };
  return {
    byUnit,
    async read(scope, query, span) {
      const statistic = findStatistic(query.stat);
      if (!statistic) throw new RangeError(`there is no statistic '${query.stat}'`);
      const units = await byUnit(scope, query, span);
      const [unit, ...others] = units.keys();
      const points = [...together(units)].sort(([a], [b]) => a - b);
      return points.flatMap(([at, summary]): MetricPoint[] => {
        const value = statistic(summary);
        if (value === undefined) return [];
        const shown = unit === undefined || others.length > 0 ? {} : { unit };
        return [{ at, value, sampleCount: summary.count, ...shown }];
      });
    },
  };
}

/** Blocks that may hold points of the span. Points that stand for more than its period are of no use. */
const rangesOf = ({ from, to, period }: Span) =>
  TIERS.filter(({ seconds }) => seconds === 1 || seconds * 1000 <= period).map(({ seconds, span }) => ({
    tier: seconds,
    from: floorTo(from / 1000, span),
    to: to / 1000,
  }));

function gather(points: Points, { from, to, period }: Span, into: Points): void {
  for (const [at, summary] of points) {
    if (at < from || at >= to) continue;
    const start = from + floorTo(at - from, period);
    const there = into.get(start) ?? new Summary();
    into.set(start, there);
    there.add(summary);
  }
}

function together(units: ReadonlyMap<string, Points>): Points {
  const [first, ...others] = units.values();
  if (!first) return new Map();
  if (others.length === 0) return first;
  const all: Points = new Map();
  for (const points of units.values())
    for (const [at, summary] of points) {
      const there = all.get(at) ?? new Summary();
      all.set(at, there);
      there.add(summary);
    }
  return all;
}
