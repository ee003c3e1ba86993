import { ByteReader, ByteWriter } from './bytes.ts';
import { readPoints, writePoints, type Points } from './block-codec.ts';
import { addPoint, type Open } from './merge-into.ts';
import type { Summary } from './summary.ts';
import { floorTo, tierOfAge, tierOfId } from './tiers.ts';

/** Points by the blocks that they belong to: what the journal has and the blocks have not yet. */
export class Unfolded {
  readonly #bySeries = new Map<number, Open[]>();
  #points = 0;

  /** How many points there are. */
  get size(): number {
    return this.#points;
  }

  /** Places points of a series by their age. @param now - epoch milliseconds */
  place(series: number, points: Points, now: number): void {
    for (const [at, summary] of points) {
      const tier = tierOfAge((now - at) / 1000);
      if (!tier) continue;
      const start = floorTo(at / 1000, tier.span);
      this.#add({ series, tier: tier.id, start, of: tier, points: new Map() }, floorTo(at, tier.unit), summary);
    }
  }

  /** Takes the points of a block in addition. */
  take(block: Open): void {
    for (const [at, summary] of block.points) this.#add(block, at, summary);
  }

  ofSeries(series: number): readonly Open[] {
    return this.#bySeries.get(series) ?? [];
  }

  all(): readonly Open[] {
    return [...this.#bySeries.values()].flat();
  }

  #add(block: Open, at: number, summary: Summary): void {
    const { series, tier, start } = block;
    const opens = this.#bySeries.get(series) ?? [];
    if (opens.length === 0) this.#bySeries.set(series, opens);
    let open = opens.find((one) => one.tier === tier && one.start === start);
    if (!open) opens.push((open = { ...block, points: new Map() }));
    const before = open.points.size;
    addPoint(open.points, at, summary);
    open.points.get(at)?.limitValues(open.of);
    this.#points += open.points.size - before;
  }
}

/** Writes points as the journal keeps them. */
export function packEntries(unfolded: Unfolded): Uint8Array {
  const out = new ByteWriter();
  for (const { series, tier, start, of, points } of unfolded.all()) {
    for (const number of [series, tier, start, points.size]) out.whole(number);
    writePoints(out, of, start, points);
  }
  return out.taken();
}

/** Reads what {@link packEntries} wrote. */
export function unpackEntries(data: Uint8Array, into: Unfolded): void {
  const bytes = new ByteReader(data);
  while (!bytes.isAtEnd) {
    const [series, id, start, length] = [bytes.whole(), bytes.whole(), bytes.whole(), bytes.whole()];
    const of = tierOfId(id);
    if (!of) throw new Error(`the journal of metrics has a tier ${id}, which this Teal does not know`);
    into.take({ series, tier: id, start, of, points: readPoints(bytes, of, start, length) });
  }
}
