import type { Scope } from '../../../kernel/scope.ts';
import type { KeptSeries, MetricKey } from '../../../store/metric-series.ts';
import type { Store } from '../../../store/store.ts';
import type { Ingest } from './ingest.ts';

/** Metrics that are found without asking the store; 500 bytes each. */
const MOST_REMEMBERED = 10_000;

export interface SeriesDirectory {
  /** The series of each metric, in their order; of every unit, those that came first before others. */
  findAll(scope: Scope, metrics: readonly MetricKey[]): Promise<readonly (readonly KeptSeries[])[]>;
}

/** Remembers which series a metric has, until any series comes or goes: alarms ask for the same ones all the time. */
export function seriesDirectory(store: Store, ingest: Pick<Ingest, 'generation'>): SeriesDirectory {
  let known = new Map<string, readonly KeptSeries[]>();
  let generation = -1;
  return {
    async findAll(scope, metrics) {
      if (generation !== ingest.generation || known.size > MOST_REMEMBERED) known = new Map();
      generation = ingest.generation;
      const [begunAt, mine] = [generation, known];
      const texts = metrics.map((metric) => textOf(scope, metric));
      const unknown = new Map<string, MetricKey>();
      for (const [index, metric] of metrics.entries()) {
        const text = texts[index] ?? '';
        if (!mine.has(text)) unknown.set(text, metric);
      }
      if (unknown.size === 0) return texts.map((text) => mine.get(text) ?? []);
      const found = new Map<string, KeptSeries[]>([...unknown.keys()].map((text) => [text, []]));
      for (const series of await store.metricSeries.findAll(scope, [...unknown.values()]))
        found.get(textOf(scope, series))?.push(series);
      for (const series of found.values()) series.sort((a, b) => a.id - b.id);
      const all = texts.map((text) => mine.get(text) ?? found.get(text) ?? []);
      if (begunAt === ingest.generation) for (const [text, series] of found) mine.set(text, series);
      return all;
    },
  };
}

const textOf = ({ account, region }: Scope, { namespace, name, dimensions }: MetricKey): string =>
  `${account}\n${region}\n${namespace}\n${name}\n${dimensions}`;
