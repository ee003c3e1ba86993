import type { Block } from '../../../store/metric-series.ts';
import type { Store, Transaction } from '../../../store/store.ts';
import { unpackBlock } from './block-codec.ts';
import type { Ingest } from './ingest.ts';
import { addPoint, mergeInto, type Open } from './merge-into.ts';
import { floorTo, FORMER_TIERS, TIERS, tierOfId, type Tier } from './tiers.ts';

/** Beyond this many bytes of blocks data goes to coarser tiers sooner. */
export const MOST_BYTES = 2 * 1024 ** 3;
/** Blocks of the next tier made in one transaction; clients are answered in between. One takes up to 60 blocks. */
const WINDOWS_AT_ONCE = 8;
/** Series without data are listed for two weeks. Source: API Reference, ListMetrics. */
const LISTED_FOR = 14 * 24 * 3600;

export interface RollUpOptions {
  readonly store: Store;
  readonly ingest: Pick<Ingest, 'fold' | 'forgetSeries' | 'noteBlocks' | 'rewrite'>;
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
  await ingest.fold();
  for (const former of FORMER_TIERS) await moveAged(options, former, tierOfId(former.id + 1), Number.MAX_SAFE_INTEGER);
  for (let share = 1; share > 1 / 1024; share /= 2) {
    for (const [index, tier] of TIERS.entries()) {
      const next = TIERS[index + 1];
      await moveAged(options, tier, next, now / 1000 - tier.keptFor * share);
    }
    if (signal?.aborted || (await store.metricSeries.bytes()) <= mostBytes) break;
  }
  await ingest.rewrite(async (tx) => {
    await tx.metricSeries.removeEmpty(now / 1000 - LISTED_FOR);
    ingest.forgetSeries();
  });
}

async function moveAged({ store, ingest, signal }: RollUpOptions, tier: Tier, next: Tier | undefined, before: number) {
  // Only whole blocks of the next tier are made, so that each is written once.
  const span = next?.span ?? tier.span;
  const windows = await store.metricSeries.aged(tier.id, floorTo(before, span), span);
  for (let at = 0; at < windows.length && !signal?.aborted; at += WINDOWS_AT_ONCE)
    await ingest.rewrite(async (tx) => {
      const blocks: Block[] = [];
      for (const { series, from } of windows.slice(at, at + WINDOWS_AT_ONCE))
        blocks.push(...(await tx.metricSeries.ranges([series], [{ tier: tier.id, from, to: from + span }])));
      if (next) await move(tx, ingest, blocks, tier, next);
      await tx.metricSeries.remove(blocks);
    });
}

async function move(
  tx: Transaction,
  ingest: RollUpOptions['ingest'],
  blocks: readonly Block[],
  tier: Tier,
  next: Tier,
): Promise<void> {
  const targets = new Map<string, Open>();
  for (const { series, start, data } of blocks) {
    const at = floorTo(start, next.span);
    const key = `${series}/${at}`;
    const target = targets.get(key) ?? { series, tier: next.id, start: at, of: next, points: new Map() };
    targets.set(key, target);
    for (const [point, summary] of unpackBlock(tier, start, data))
      addPoint(target.points, floorTo(point, next.unit), summary);
  }
  ingest.noteBlocks([...targets.values()]);
  await mergeInto(tx, [...targets.values()]);
}
