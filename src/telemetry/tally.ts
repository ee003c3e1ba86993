import type { Family, Labels } from '../kernel/readings.ts';

/** Counts under labels; give all of them each time, in the same order. */
export class Tally {
  readonly #name: string;
  readonly #help: string;
  readonly #counts = new Map<string, { readonly labels: Labels; value: number }>();

  constructor(name: string, help: string) {
    this.#name = name;
    this.#help = help;
  }

  add(labels: Labels, value = 1): void {
    const key = labelKey(labels);
    const found = this.#counts.get(key);
    if (found) found.value += value;
    else this.#counts.set(key, { labels, value });
  }

  family(): Family {
    const samples = [...this.#counts.values()].map(({ labels, value }) => ({ labels, value }));
    return { name: this.#name, help: this.#help, type: 'counter', samples };
  }
}

export const labelKey = (labels: Labels): string => Object.values(labels).join('\n');
