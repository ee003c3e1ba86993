import type { Clock } from '../../kernel/clock.ts';
import type { Store } from '../../store/store.ts';
import type { Ingest } from './series/ingest.ts';
import type { SeriesReader } from './series/series-reader.ts';

/** What the actions on metrics work with. */
export interface MetricDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly ingest: Ingest;
  readonly reader: SeriesReader;
}
