import type { BlockKey } from '../../../store/metric-series.ts';
import type { Store, Transaction } from '../../../store/store.ts';
import { unpackBlock, type Points } from './block-codec.ts';
import { addPoint, mergeInto, type Ingest } from './ingest.ts';
import { floorTo, TIERS, type Tier } from './tiers.ts';

/** Beyond this many bytes of blocks data goes to coarser tiers sooner. */
export const MOST_BYTES = 2 * 1024 ** 3;
/** Blocks of one transaction, which takes 10 to 20 ms; clients are answered in between. */
const BLOCKS_AT_ONCE = 500;
/** Series without data are listed for two weeks. Source: API Reference, ListMetrics. */
const LISTED_FOR = 14 * 24 * 3600;

export interface RollUpOptions {
  readonly store: Store;
  readonly ingest: Pick<Ingest, 'forgetSeries'>;
  /** Bytes; by default {@link MOST_BYTES}. */
  readonly mostBytes?: number;
  readonly signal?: AbortSignal;
}

/**
 * Moves what has grown old into coarser tiers, and lets go what has left the last.
 *
 * When all blocks together take too much, the same is done as if time had gone on: at half the age, a quarter, …,
 * until they fit. So detail is lost before history is, and the newest minutes last.
 *
 * @param now - epoch milliseconds
 */
export async function rollUp(options: RollUpOptions, now: number): Promise<void> {
  const { store, ingest, mostBytes = MOST_BYTES, signal } = options;
  for (let share = 1; share > 1 / 1024; share /= 2) {
    for (const [index, tier] of TIERS.entries()) {
      const next = TIERS[index + 1];
      while (!signal?.aborted && (await moveSome(store, tier, next, now / 1000 - tier.keptFor * share)));
    }
    if (signal?.aborted || (await store.metricSeries.bytes()) <= mostBytes) break;
  }
  await store.transaction(async (tx) => {
    await tx.metricSeries.removeEmpty(now / 1000 - LISTED_FOR);
    ingest.forgetSeries();
  });
}

/** @returns whether there may be more */
async function moveSome(store: Store, tier: Tier, next: Tier | undefined, before: number): Promise<boolean> {
  // Only whole blocks of the next tier are made, so that each is written once.
  const cutoff = floorTo(before, next?.span ?? tier.span);
  return store.transaction(async (tx) => {
    const keys = await tx.metricSeries.aged(tier.seconds, cutoff, BLOCKS_AT_ONCE);
    if (next) await move(tx, keys, tier, next);
    await tx.metricSeries.remove(keys);
    return keys.length === BLOCKS_AT_ONCE;
  });
}

async function move(tx: Transaction, keys: readonly BlockKey[], tier: Tier, next: Tier): Promise<void> {
  const targets = new Map<string, BlockKey & { readonly of: Tier; readonly points: Points }>();
  for (const { series, start, data } of await tx.metricSeries.blocks(keys)) {
    const at = floorTo(start, next.span);
    const key = `${series}/${at}`;
    const target = targets.get(key) ?? { series, tier: next.seconds, start: at, of: next, points: new Map() };
    targets.set(key, target);
    for (const [point, summary] of unpackBlock(tier, start, data))
      addPoint(target.points, floorTo(point, next.unit), summary);
  }
  await mergeInto(tx, [...targets.values()]);
}
