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

  /** Moves values onto a grid when there are more of them than are kept exactly; totals stay exact. */
  limitValues({ exactValues, coarseness }: Limit): void {
    if (!this.values || this.values.size <= exactValues) return;
    const coarse = new Map<number, number>();
    for (const [value, count] of this.values) {
      const at = atGridStep(gridStep(value, coarseness));
      coarse.set(at, (coarse.get(at) ?? 0) + count);
    }
    this.values = coarse;
  }

  /** Whether the totals are those of the values, but for rounding. @param values - its own, sorted */
  isSumOf(values: readonly (readonly [value: number, count: number])[]): boolean {
    const derived = values.reduce((total, [value, count]) => total + value * count, 0);
    const isInside = values[0]?.[0] === this.min && values.at(-1)?.[0] === this.max;
    return isInside && Math.abs(derived - this.sum) <= Math.abs(this.sum) * 1e-12;
  }

  #addTotals(count: number, sum: number, min: number, max: number): void {
    this.count += count;
    this.sum += sum;
    this.min = Math.min(this.min, min);
    this.max = Math.max(this.max, max);
  }
}

export interface Limit {
  readonly exactValues: number;
  readonly coarseness: number;
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

/**
 * A number for a value's place on the grid, in the order of values; zero has one of its own.
 *
 * @param coarseness - of which the step is a multiple
 */
export function gridStep(value: number, coarseness = 1): number {
  if (value === 0) return 0;
  const nearest = Math.round((Math.log2(Math.abs(value)) * STEPS) / coarseness) * coarseness;
  const step = Math.max(1, nearest - LOWEST_STEP);
  return value > 0 ? step : -step;
}

/** Values of the steps above zero: to look one up takes a tenth of the time that 2 ** x takes. */
const GRID = Float64Array.from({ length: 2 * -LOWEST_STEP }, (_, step) => 2 ** ((step + LOWEST_STEP) / STEPS));

export function atGridStep(step: number): number {
  if (step === 0) return 0;
  const size = GRID[Math.abs(step)] ?? Infinity;
  return step > 0 ? size : -size;
}
