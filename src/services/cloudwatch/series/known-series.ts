import type { Logger } from '../../../kernel/logger.ts';
import type { SeriesKey } from '../../../store/metric-series.ts';
import type { Store, Transaction } from '../../../store/store.ts';
import type { Points } from './block-codec.ts';
import { floorTo } from './tiers.ts';

/** Series beyond which no new one is taken; their names take 250 bytes each on disk. */
export const MOST_SERIES = 100_000;
/** Series that are found without asking the store; 300 bytes each. */
const REMEMBERED_SERIES = 20_000;
/** Seconds: the time of a series' newest data is written no more often. */
const TOUCH_EVERY = 300;

/** What waits to be written, of one series. */
export interface Waiting {
  /** Tells its series from all others. */
  readonly id: string;
  readonly key: SeriesKey;
  readonly points: Points;
}

interface Known {
  /** In the store. */
  readonly number: number;
  /** Seconds: when its newest data is, as the store was told. */
  readonly lastAt: number;
}

/** What is learned of series in one transaction; true only once that is committed. */
export type Learned = Map<string, Known>;

/**
 * Knows the numbers that the store gives series, and gives new series theirs as long as there is room. The store is asked
 * only for what is new or not remembered, and told of newer data once in a while.
 */
export class KnownSeries {
  readonly #store: Store;
  readonly #logger: Logger;
  readonly #known: Learned = new Map();
  #count: number | undefined;
  #generation = 0;

  constructor(store: Store, logger: Logger) {
    this.#store = store;
    this.#logger = logger;
  }

  /** Becomes another number when series come or go. */
  get generation(): number {
    return this.#generation;
  }

  /** Whether a series that is not there yet would be refused. */
  async isFull(): Promise<boolean> {
    return (await this.count(this.#store)) >= MOST_SERIES;
  }

  /** How many series there are. */
  async count({ metricSeries }: Pick<Transaction, 'metricSeries'>): Promise<number> {
    return (this.#count ??= await metricSeries.count());
  }

  /** Whether the store need neither be asked for the series nor told of newer data. */
  isKnown({ id, points }: Waiting): boolean {
    const known = this.#known.get(id);
    return known !== undefined && known.lastAt >= roundedEnd(points);
  }

  numberOf(id: string): number | undefined {
    return this.#known.get(id)?.number;
  }

  /** Finds or gives the number of a series, noting when its newest data is; `undefined` when there are too many. */
  async findOrAdd(tx: Transaction, { id, key, points }: Waiting, learned: Learned): Promise<number | undefined> {
    const known = this.#known.get(id);
    const rounded = roundedEnd(points);
    if (known && known.lastAt >= rounded) return known.number;
    if (known) {
      await tx.metricSeries.touch(known.number, rounded);
      learned.set(id, { number: known.number, lastAt: rounded });
      return known.number;
    }
    const [kept] = await tx.metricSeries.find(key, key);
    if (!kept && (this.#count ?? 0) >= MOST_SERIES) {
      this.#logger.warn('a metric was dropped: there are too many', { namespace: key.namespace, name: key.name });
      return undefined;
    }
    const added = await tx.metricSeries.add(key, rounded);
    if (!kept) {
      this.#count = (this.#count ?? 0) + 1;
      this.#generation += 1;
    }
    learned.set(id, { number: added, lastAt: Math.max(rounded, kept?.lastAt ?? 0) });
    return added;
  }

  learn(learned: Learned): void {
    if (this.#known.size + learned.size > REMEMBERED_SERIES) this.#known.clear();
    for (const [id, known] of learned) this.#known.set(id, known);
  }

  /** To be called inside the transaction that removed series. */
  forget(): void {
    this.#known.clear();
    this.#count = undefined;
    this.#generation += 1;
  }
}

const roundedEnd = (points: Points): number => {
  let last = -Infinity;
  for (const at of points.keys()) last = Math.max(last, at);
  return floorTo(last / 1000, TOUCH_EVERY);
};
