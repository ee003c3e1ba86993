import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../../../kernel/clock.ts';
import type { Logger } from '../../../kernel/logger.ts';
import type { Scope } from '../../../kernel/scope.ts';
import type { BlockKey, SeriesKey } from '../../../store/metric-series.ts';
import type { Store, Transaction } from '../../../store/store.ts';
import { packBlock, unpackBlock, type Points } from './block-codec.ts';
import { Summary } from './summary.ts';
import { floorTo, tierOfAge, type Tier } from './tiers.ts';

/** What comes in for one series. */
export interface Incoming {
  readonly namespace: string;
  readonly name: string;
  /** As `dimensionKey` writes it. */
  readonly dimensions: string;
  readonly unit: string;
  /** Epoch milliseconds. */
  readonly at: number;
  /** Seconds: 1 keeps the second, 60 the minute; both are divided by the time scale. */
  readonly resolution: number;
}

/** Series beyond which no new one is taken; their names take 250 bytes each on disk. */
export const MOST_SERIES = 100_000;
/** Series that are found without asking the store; 300 bytes each. */
const REMEMBERED_SERIES = 20_000;
/** Seconds: the time of a series' newest data is written no more often. */
const TOUCH_EVERY = 300;

interface Waiting {
  readonly key: SeriesKey;
  readonly points: Points;
}

interface Known {
  readonly id: number;
  lastAt: number;
}

interface Open extends BlockKey {
  readonly of: Tier;
  readonly points: Points;
}

/**
 * Gathers data in memory and writes all of it as one transaction, while the next is gathered.
 *
 * Data of one bucket is merged as it comes, so that a flood takes no more room than there are series.
 */
export class Ingest {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #waiting = new Map<string, Waiting>();
  #known = new Map<string, Known>();
  #next: Promise<void> | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #series: number | undefined;

  constructor(store: Store, clock: Clock, logger: Logger) {
    this.#store = store;
    this.#clock = clock;
    this.#logger = logger;
  }

  add(scope: Scope, incoming: Incoming, merge: (summary: Summary) => void): void {
    const { namespace, name, dimensions, unit } = incoming;
    const key = { account: scope.account, region: scope.region, namespace, name, dimensions, unit };
    const id = identityOf(key);
    const waiting = this.#waiting.get(id) ?? { key, points: new Map<number, Summary>() };
    this.#waiting.set(id, waiting);
    const at = floorTo(incoming.at, this.#stepOf(incoming.resolution));
    const summary = waiting.points.get(at) ?? new Summary();
    waiting.points.set(at, summary);
    merge(summary);
  }

  /** Writes what was added. @returns when everything added before is stored; rejects when it could not be */
  flush(): Promise<void> {
    if (this.#next) return this.#next;
    if (this.#waiting.size === 0) return this.#last.then(() => undefined);
    const writing = this.#last.then(async () => {
      // SQLite works without giving way: requests that have arrived are read first, so that one write serves them all.
      await nextTurn();
      this.#next = undefined;
      const batch = this.#waiting;
      this.#waiting = new Map();
      const written = this.#write([...batch.values()]);
      this.#last = written.catch(() => undefined);
      await written;
    });
    this.#next = writing;
    return writing;
  }

  /** Whether a series that is not there yet would be refused. */
  async isFull(): Promise<boolean> {
    this.#series ??= await this.#store.metricSeries.count();
    return this.#series >= MOST_SERIES;
  }

  /** To be called inside the transaction that removed series. */
  forgetSeries(): void {
    this.#known.clear();
    this.#series = undefined;
  }

  /** Milliseconds of a bucket; a scaled-down alarm looks at buckets that are as much smaller. */
  #stepOf(resolution: number): number {
    return Math.max(10, floorTo((resolution * 1000) / this.#clock.timeScale, 10));
  }

  async #write(batch: readonly Waiting[]): Promise<void> {
    const learned = new Map<string, Known>();
    await this.#store.transaction(async (tx) => {
      this.#series ??= await tx.metricSeries.count();
      const open = new Map<string, Open>();
      for (const { key, points } of batch) {
        const series = await this.#idOf(tx, key, Math.max(...points.keys()) / 1000, learned);
        if (series !== undefined) this.#place(series, points, open);
      }
      await mergeInto(tx, [...open.values()]);
    });
    if (this.#known.size + learned.size > REMEMBERED_SERIES) this.#known.clear();
    for (const [id, known] of learned) this.#known.set(id, known);
  }

  async #idOf(tx: Transaction, key: SeriesKey, lastAt: number, learned: Map<string, Known>) {
    const id = identityOf(key);
    const known = this.#known.get(id);
    const rounded = floorTo(lastAt, TOUCH_EVERY);
    if (known && known.lastAt >= rounded) return known.id;
    if (known) {
      await tx.metricSeries.touch(known.id, rounded);
      learned.set(id, { id: known.id, lastAt: rounded });
      return known.id;
    }
    const [kept] = await tx.metricSeries.find(key, key);
    if (!kept && (this.#series ?? 0) >= MOST_SERIES) {
      this.#logger.warn('a metric was dropped: there are too many', { namespace: key.namespace, name: key.name });
      return undefined;
    }
    const added = await tx.metricSeries.add(key, rounded);
    if (!kept) this.#series = (this.#series ?? 0) + 1;
    learned.set(id, { id: added, lastAt: Math.max(rounded, kept?.lastAt ?? 0) });
    return added;
  }

  #place(series: number, points: Points, open: Map<string, Open>): void {
    const now = this.#clock.now().getTime();
    for (const [at, summary] of points) {
      const tier = tierOfAge((now - at) / 1000);
      if (!tier) continue;
      const start = floorTo(at / 1000, tier.span);
      const key = `${series}/${tier.seconds}/${start}`;
      const block = open.get(key) ?? { series, tier: tier.seconds, start, of: tier, points: new Map() };
      open.set(key, block);
      addPoint(block.points, tier.seconds === 1 ? at : floorTo(at, tier.unit), summary);
    }
  }
}

/** Merges points into what blocks hold, and writes the blocks. */
export async function mergeInto(tx: Transaction, open: readonly Open[]): Promise<void> {
  const kept = await tx.metricSeries.blocks(open);
  const byKey = new Map(kept.map((block) => [blockKey(block), block.data]));
  const blocks = open.map(({ of, points, ...key }) => {
    const data = byKey.get(blockKey(key));
    const all: Points = data ? unpackBlock(of, key.start, data) : new Map<number, Summary>();
    for (const [at, summary] of points) addPoint(all, at, summary);
    for (const summary of all.values()) summary.limitValues(of);
    return { series: key.series, tier: key.tier, start: key.start, data: packBlock(of, key.start, all) };
  });
  await tx.metricSeries.put(blocks);
}

export function addPoint(points: Points, at: number, summary: Summary): void {
  const there = points.get(at) ?? new Summary();
  points.set(at, there);
  there.add(summary);
}

const blockKey = ({ series, tier, start }: BlockKey): string => `${series}/${tier}/${start}`;

const identityOf = ({ account, region, namespace, name, dimensions, unit }: SeriesKey): string =>
  [account, region, namespace, name, dimensions, unit].join('\n');
