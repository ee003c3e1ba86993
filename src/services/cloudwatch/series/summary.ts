/** What is known of the data of one metric over some time. */
export class Summary {
  count = 0;
  sum = 0;
  min = Infinity;
  max = -Infinity;
  /** Each value and how often it was seen; `undefined` when that is not known of all data, so that there are no percentiles. */
  values: Map<number, number> | undefined = new Map();

  addValue(value: number, count: number): void {
    this.#addTotals(count, value * count, value, value);
    this.values?.set(value, (this.values.get(value) ?? 0) + count);
  }

  /** Adds data of which only the totals are known. */
  addTotals(totals: Totals): void {
    if (totals.count === 1 || totals.min === totals.max) {
      this.#addTotals(totals.count, totals.sum, totals.min, totals.max);
      this.values?.set(totals.min, (this.values.get(totals.min) ?? 0) + totals.count);
      return;
    }
    this.#addTotals(totals.count, totals.sum, totals.min, totals.max);
    this.values = undefined;
  }

  add(other: Summary): void {
    if (other.count === 0) return;
    this.#addTotals(other.count, other.sum, other.min, other.max);
    if (!other.values) this.values = undefined;
    else if (this.values)
      for (const [value, count] of other.values) this.values.set(value, (this.values.get(value) ?? 0) + count);
  }

  /** Moves values onto a grid when there are more of them than this; totals stay exact. */
  limitValues(most: number): void {
    if (!this.values || this.values.size <= most) return;
    const coarse = new Map<number, number>();
    for (const [value, count] of this.values) {
      const at = onGrid(value);
      coarse.set(at, (coarse.get(at) ?? 0) + count);
    }
    this.values = coarse;
  }

  #addTotals(count: number, sum: number, min: number, max: number): void {
    this.count += count;
    this.sum += sum;
    this.min = Math.min(this.min, min);
    this.max = Math.max(this.max, max);
  }
}

export interface Totals {
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
}

/** Sixteen steps to a doubling: a value moves by at most 2.2 %. */
const STEPS = 16;
/** CloudWatch takes values from 2^-360 to 2^360, which are steps from -5760 to 5760. */
const LOWEST_STEP = -6000;

/** A number for a value's place on the grid, in the order of values; zero has one of its own. */
export function gridStep(value: number): number {
  if (value === 0) return 0;
  const step = Math.max(1, Math.round(Math.log2(Math.abs(value)) * STEPS) - LOWEST_STEP);
  return value > 0 ? step : -step;
}

export const atGridStep = (step: number): number =>
  step === 0 ? 0 : Math.sign(step) * 2 ** ((Math.abs(step) + LOWEST_STEP) / STEPS);

const onGrid = (value: number): number => atGridStep(gridStep(value));
