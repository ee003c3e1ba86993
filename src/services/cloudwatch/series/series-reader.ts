import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Scope } from '../../../kernel/scope.ts';
import type { KeptSeries, MetricKey } from '../../../store/metric-series.ts';
import type { Store } from '../../../store/store.ts';
import type { MetricPoint, MetricQuery, MetricReader, Span } from '../metric-reader.ts';
import { unpackBlock, type Points } from './block-codec.ts';
import type { Ingest } from './ingest.ts';
import { dimensionKey } from './metric-identity.ts';
import { findStatistic, type Statistic } from './statistic.ts';
import { Summary } from './summary.ts';
import { seriesDirectory } from './series-directory.ts';
import { ALL_TIERS, floorTo, tierOfId } from './tiers.ts';

export type MetricName = Omit<MetricQuery, 'stat'>;

/** Reads what `Ingest` wrote. */
export interface SeriesReader extends MetricReader {
  /** Summaries of the periods that have data, by their starts in epoch milliseconds, apart for each unit. */
  byUnit(scope: Scope, metric: MetricName, span: Span): Promise<ReadonlyMap<string, Points>>;
}

export function seriesReader(store: Store, ingest: Ingest): SeriesReader {
  const directory = seriesDirectory(store, ingest);
  const keys = new WeakMap<MetricName, MetricKey>();
  /** Made once for a query that comes again, as those of alarms do. */
  const keyOf = (metric: MetricName): MetricKey => {
    const { namespace, name, dimensions } = metric;
    const key = keys.get(metric) ?? { namespace, name, dimensions: dimensionKey(dimensions) };
    keys.set(metric, key);
    return key;
  };
  const byUnit = async (scope: Scope, metric: MetricName, span: Span): Promise<ReadonlyMap<string, Points>> => {
    await ingest.flush();
    const [all = []] = await directory.findAll(scope, [keyOf(metric)]);
    const series = all.filter(({ unit }) => metric.unit === undefined || unit === metric.unit);
    return unitsOf(series, await readSeries(ingest, series, span));
  };
  return {
    byUnit,
    async read(scope, query, span) {
      const statistic = requireStatistic(query);
      return pointsOf(await byUnit(scope, query, span), statistic);
    },
    async readAll(scope, queries, span) {
      const asked = queries.map((query) => ({
        key: keyOf(query),
        unit: query.unit,
        statistic: requireStatistic(query),
      }));
      await ingest.flush();
      const found = await directory.findAll(
        scope,
        asked.map(({ key }) => key),
      );
      const points = await readSeries(ingest, found.flat(), span);
      return asked.map(({ unit, statistic }, index) => {
        const series = (found[index] ?? []).filter((one) => unit === undefined || one.unit === unit);
        return pointsOf(unitsOf(series, points), statistic);
      });
    },
  };
}

/** @throws {RangeError} */
function requireStatistic({ stat }: MetricQuery): Statistic {
  const statistic = findStatistic(stat);
  if (!statistic) throw new RangeError(`there is no statistic '${stat}'`);
  return statistic;
}

/** The points of series that have any in the span, by their ids. */
async function readSeries(
  ingest: Ingest,
  series: readonly KeptSeries[],
  span: Span,
): Promise<ReadonlyMap<number, Points>> {
  const whole = { ...span, to: span.from + floorTo(span.to - span.from, span.period) };
  const found = new Map<number, Points>();
  if (series.length === 0) return found;
  const ids = [...new Set(series.map(({ id }) => id))];
  for (const block of await ingest.read(ids, rangesOf(whole))) {
    const points = found.get(block.series) ?? new Map<number, Summary>();
    found.set(block.series, points);
    const tier = tierOfId(block.tier);
    if (tier) gather('points' in block ? block.points : unpackBlock(tier, block.start, block.data), whole, points);
    // Hundreds of points take milliseconds to unpack: others go in between.
    if (tier?.packing === 'columns') await nextTurn();
  }
  return found;
}

/** Units in the order they first came. */
const unitsOf = (series: readonly KeptSeries[], points: ReadonlyMap<number, Points>): ReadonlyMap<string, Points> =>
  new Map(
    [...series]
      .sort((a, b) => a.id - b.id)
      .flatMap(({ id, unit }): [string, Points][] => {
        const found = points.get(id);
        return found ? [[unit, found]] : [];
      }),
  );

function pointsOf(units: ReadonlyMap<string, Points>, statistic: Statistic): readonly MetricPoint[] {
  const [unit, ...others] = units.keys();
  const shown = unit === undefined || others.length > 0 ? {} : { unit };
  return [...together(units)]
    .sort(([a], [b]) => a - b)
    .flatMap(([at, summary]): MetricPoint[] => {
      const value = statistic(summary);
      return value === undefined ? [] : [{ at, value, sampleCount: summary.count, ...shown }];
    });
}

/** Blocks that may hold points of the span. Points that stand for more than its period are of no use. */
const rangesOf = ({ from, to, period }: Span) =>
  ALL_TIERS.filter(({ seconds }) => seconds === 1 || seconds * 1000 <= period).map(({ id, span }) => ({
    tier: id,
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
