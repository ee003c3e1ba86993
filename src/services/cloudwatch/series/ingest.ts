import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../../../kernel/clock.ts';
import type { Logger } from '../../../kernel/logger.ts';
import type { Scope } from '../../../kernel/scope.ts';
import type { Block, BlockKey, BlockRange } from '../../../store/metric-series.ts';
import type { Store, Transaction } from '../../../store/store.ts';
import { KnownSeries, type Learned, type Waiting } from './known-series.ts';
import { mergeInto, type Open } from './merge-into.ts';
import { Summary } from './summary.ts';
import { floorTo } from './tiers.ts';
import { packEntries, Unfolded, unpackEntries } from './unfolded.ts';

/** What comes in for one series. */
export interface Incoming {
  readonly name: string;
  /** As `dimensionKey` writes it. */
  readonly dimensions: string;
  readonly unit: string;
  /** Epoch milliseconds. */
  readonly at: number;
  /** Seconds: 1 keeps the second, 60 the minute; both are divided by the time scale. */
  readonly resolution: number;
}

/** Seconds: blocks of the finest tier begin as often, and are written once that is so long ago. */
const BLOCK_SECONDS = 60;
const FOLD_AFTER = 5;
/** Points that are folded at once, and sooner than in time; they take 300 bytes each in memory. */
const MOST_UNFOLDED = 20_000;

/**
 * Gathers data in memory and writes all of it at once, while the next is gathered.
 *
 * What comes is appended to a journal, which takes one write however many series there are, and is kept in memory
 * beside. Once a minute that is folded into the blocks of its series, and the journal begins anew. Data of one bucket
 * is merged as it comes, so that a flood takes no more room than there are series.
 */
export class Ingest {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #series: KnownSeries;
  #waiting = new Map<string, Waiting>();
  #next: Promise<void> | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  #isLoaded = false;
  #unfolded = new Unfolded();
  /** Epoch milliseconds at which the journal is folded. */
  #foldAt = Infinity;
  #isRewriting = false;
  #rewrites = 0;
  #newest = new Map<number, number>();

  constructor(store: Store, clock: Clock, logger: Logger) {
    this.#store = store;
    this.#clock = clock;
    this.#logger = logger;
    this.#series = new KnownSeries(store, logger);
  }

  /** Becomes another number when series come or go. */
  get generation(): number {
    return this.#series.generation;
  }

  add(scope: Scope, namespace: string, incoming: Incoming, merge: (summary: Summary) => void): void {
    const { name, dimensions, unit } = incoming;
    const id = `${scope.account}\n${scope.region}\n${namespace}\n${name}\n${dimensions}\n${unit}`;
    let waiting = this.#waiting.get(id);
    if (!waiting) {
      const key = { account: scope.account, region: scope.region, namespace, name, dimensions, unit };
      waiting = { id, key, points: new Map<number, Summary>() };
      this.#waiting.set(id, waiting);
    }
    const at = floorTo(incoming.at, this.#stepOf(incoming.resolution));
    let summary = waiting.points.get(at);
    if (!summary) waiting.points.set(at, (summary = new Summary()));
    merge(summary);
  }

  /** Writes what was added. @returns when everything added before is stored; rejects when it could not be */
  flush(): Promise<void> {
    if (this.#next) return this.#next;
    if (this.#waiting.size === 0) return this.#inTurn(async () => undefined);
    this.#next = this.#inTurn(async () => {
      // SQLite works without giving way: requests that have arrived are read first, so that one write serves them all.
      await nextTurn();
      this.#next = undefined;
      const batch = this.#waiting;
      this.#waiting = new Map();
      await this.#write([...batch.values()]);
      if (this.#isFoldDue()) void this.fold();
    });
    return this.#next;
  }

  /** Writes into blocks what the journal holds. It never rejects: what could not be written stays in the journal. */
  fold(): Promise<void> {
    return this.#inTurn(() => this.#fold()).catch((cause: unknown) =>
      this.#logger.error('metrics stay in the journal', { cause }),
    );
  }

  /** The points of series in ranges: what the store's blocks hold, and what is to be added to that. */
  async read(series: readonly number[], ranges: readonly BlockRange[]): Promise<readonly (Block | Open)[]> {
    await this.flush();
    for (;;) {
      const before = this.#rewrites;
      const asked = ranges.filter(({ tier, from }) => from <= (this.#newest.get(tier) ?? -Infinity));
      const kept = asked.length === 0 ? [] : await this.#store.metricSeries.ranges(series, asked);
      // Points that moved in between would be counted twice, or not at all.
      if (before === this.#rewrites && !this.#isRewriting) return [...kept, ...this.#unfoldedIn(series, ranges)];
      await this.#inTurn(async () => undefined);
    }
  }

  /** Moves points between blocks, in one transaction; reads that it falls into begin anew. */
  rewrite(work: (tx: Transaction) => Promise<void>): Promise<void> {
    return this.#inTurn(() => this.#rewrite(work));
  }

  /** To be called before blocks are written. */
  noteBlocks(blocks: readonly Pick<BlockKey, 'tier' | 'start'>[]): void {
    for (const { tier, start } of blocks) this.#newest.set(tier, Math.max(start, this.#newest.get(tier) ?? start));
  }

  /** Whether a series that is not there yet would be refused. */
  isFull(): Promise<boolean> {
    return this.#series.isFull();
  }

  /** To be called inside the transaction that removed series. */
  forgetSeries(): void {
    this.#series.forget();
  }

  #inTurn<R>(work: () => Promise<R>): Promise<R> {
    const done = this.#queue.then(async () => {
      if (!this.#isLoaded) await this.#load();
      return work();
    });
    this.#queue = done.catch(() => undefined);
    return done;
  }

  /** Takes up what was in the journal when the last Teal ended. */
  async #load(): Promise<void> {
    const found = new Unfolded();
    for (const data of await this.#store.metricSeries.journal()) unpackEntries(data, found);
    this.noteBlocks(await this.#store.metricSeries.newest());
    this.#unfolded = found;
    if (found.size > 0) this.#foldAt = 0;
    this.#isLoaded = true;
  }

  /** Milliseconds of a bucket; a scaled-down alarm looks at buckets that are as much smaller. */
  #stepOf(resolution: number): number {
    return Math.max(10, floorTo((resolution * 1000) / this.#clock.timeScale, 10));
  }

  async #write(batch: readonly Waiting[]): Promise<void> {
    const now = this.#clock.now().getTime();
    const fresh = new Unfolded();
    const learned: Learned = new Map();
    if (batch.every((waiting) => this.#series.isKnown(waiting))) {
      for (const { id, points } of batch) fresh.place(this.#series.numberOf(id) ?? 0, points, now);
      await this.#store.metricSeries.addToJournal(packEntries(fresh));
    } else
      await this.#store.transaction(async (tx) => {
        await this.#series.count(tx);
        for (const waiting of batch) {
          const series = await this.#series.findOrAdd(tx, waiting, learned);
          if (series !== undefined) fresh.place(series, waiting.points, now);
        }
        await tx.metricSeries.addToJournal(packEntries(fresh));
      });
    this.#series.learn(learned);
    for (const open of fresh.all()) this.#unfolded.take(open);
    // On the minute, when the blocks of the last one are whole.
    this.#foldAt = Math.min(this.#foldAt, (floorTo(now / 1000, BLOCK_SECONDS) + BLOCK_SECONDS + FOLD_AFTER) * 1000);
  }

  #isFoldDue(): boolean {
    return this.#unfolded.size > MOST_UNFOLDED || this.#clock.now().getTime() >= this.#foldAt;
  }

  async #fold(): Promise<void> {
    const blocks = this.#unfolded.all();
    if (blocks.length === 0) return;
    this.noteBlocks(blocks);
    await this.#rewrite(
      async (tx) => {
        await mergeInto(tx, blocks);
        await tx.metricSeries.emptyJournal();
      },
      () => {
        this.#unfolded = new Unfolded();
        this.#foldAt = Infinity;
      },
    );
  }

  async #rewrite(work: (tx: Transaction) => Promise<void>, done: () => void = () => undefined): Promise<void> {
    this.#isRewriting = true;
    try {
      await this.#store.transaction(work);
      done();
    } finally {
      this.#isRewriting = false;
      this.#rewrites += 1;
    }
  }

  #unfoldedIn(series: readonly number[], ranges: readonly BlockRange[]): readonly Open[] {
    if (this.#unfolded.size === 0) return [];
    const tiers = new Set(ranges.map(({ tier }) => tier));
    return series.flatMap((id) => this.#unfolded.ofSeries(id).filter(({ tier }) => tiers.has(tier)));
  }
}
