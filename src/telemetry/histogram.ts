import type { Family, Labels } from '../kernel/readings.ts';
import { labelKey } from './tally.ts';

interface Counted {
  readonly labels: Labels;
  /** One for each bound, and one for what is beyond the last. */
  readonly counts: number[];
  sum: number;
}

/** Spreads values over bounds, under labels; give all labels each time, in the same order. */
export class Histogram {
  readonly #name: string;
  readonly #help: string;
  readonly #bounds: readonly number[];
  readonly #counted = new Map<string, Counted>();

  /** @param bounds - ascending */
  constructor(name: string, help: string, bounds: readonly number[]) {
    this.#name = name;
    this.#help = help;
    this.#bounds = bounds;
  }

  add(labels: Labels, value: number): void {
    const key = labelKey(labels);
    const counted = this.#counted.get(key) ?? { labels, counts: [...this.#bounds, Infinity].map(() => 0), sum: 0 };
    this.#counted.set(key, counted);
    const found = this.#bounds.findIndex((bound) => value <= bound);
    const at = found < 0 ? this.#bounds.length : found;
    counted.counts[at] = (counted.counts[at] ?? 0) + 1;
    counted.sum += value;
  }

  family(): Family {
    const samples = [...this.#counted.values()].map(({ labels, counts, sum }) => ({
      labels,
      buckets: this.#bounds.map((bound, at) => [bound, counts[at] ?? 0] as const),
      sum,
      count: counts.reduce((total, one) => total + one, 0),
    }));
    return { name: this.#name, help: this.#help, type: 'histogram', samples };
  }
}
