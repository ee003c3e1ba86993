import type { BlockKey } from '../../../store/metric-series.ts';
import type { Transaction } from '../../../store/store.ts';
import { packBlock, unpackBlock, type Points } from './block-codec.ts';
import type { Summary } from './summary.ts';
import type { Tier } from './tiers.ts';

/** Points that belong to one block. */
export interface Open extends BlockKey {
  readonly of: Tier;
  readonly points: Points;
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

/** Adds to a point, or makes the summary the point: it belongs to the points then. */
export function addPoint(points: Points, at: number, summary: Summary): void {
  const there = points.get(at);
  if (there) there.add(summary);
  else points.set(at, summary);
}

const blockKey = ({ series, tier, start }: BlockKey): string => `${series}/${tier}/${start}`;
