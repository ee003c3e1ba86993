import type { Family } from '../kernel/readings.ts';
import { Histogram } from './histogram.ts';

const SECONDS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.25, 1];

/** Counts what the store's statements took. */
export class Statements {
  readonly #times = new Histogram(
    'teal_store_statement_duration_seconds',
    'Time of one statement of the store; a commit writes what the statements before it changed.',
    SECONDS,
  );

  add(kind: string, seconds: number): void {
    this.#times.add({ kind }, seconds);
  }

  families = (): Family[] => [this.#times.family()];
}
