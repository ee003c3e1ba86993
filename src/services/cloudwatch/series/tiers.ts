/** How finely data of some age is kept. Source: platform.md §12.2. */
export interface Tier {
  /** By which blocks in the store are told apart. */
  readonly id: number;
  /** Seconds that a point stands for. */
  readonly seconds: number;
  /** Milliseconds that offsets within a block are counted in. */
  readonly unit: number;
  /** Seconds of one block. */
  readonly span: number;
  /** Seconds after which points go to the next tier, or away. */
  readonly keptFor: number;
  /** Different values that a point keeps exactly. */
  readonly exactValues: number;
  /** Steps of the grid that a value is moved by when there are more: 1 is at most 2.2 %, 2 is 4.4 %. */
  readonly coarseness: number;
  readonly packing: 'rows' | 'deflated rows' | 'columns';
}

const HOUR = 3600;
const DAY = 24 * HOUR;

const EXACT = { exactValues: 150, coarseness: 1 } as const;
const COARSE = { exactValues: 16, coarseness: 2 } as const;

/**
 * Finest first. A datum is in one tier only, so that nothing is counted twice. Minutes are in two: by the hour, which
 * is what is read most, until half a day of them is packed together.
 */
export const TIERS = [
  { id: 1, seconds: 1, unit: 10, span: 60, keptFor: 3 * HOUR, ...EXACT, packing: 'rows' },
  { id: 60, seconds: 60, unit: 60_000, span: HOUR, keptFor: 4 * HOUR, ...COARSE, packing: 'deflated rows' },
  { id: 61, seconds: 60, unit: 60_000, span: 12 * HOUR, keptFor: 15 * DAY, ...COARSE, packing: 'columns' },
  { id: 301, seconds: 300, unit: 300_000, span: DAY, keptFor: 63 * DAY, ...COARSE, packing: 'columns' },
  { id: 3601, seconds: HOUR, unit: HOUR * 1000, span: 16 * DAY, keptFor: 455 * DAY, ...COARSE, packing: 'columns' },
] as const satisfies readonly Tier[];

/** What earlier versions wrote; it goes to the tier of the next id. */
export const FORMER_TIERS = [
  { id: 300, seconds: 300, unit: 300_000, span: 4 * HOUR, keptFor: 0, ...COARSE, packing: 'deflated rows' },
  { id: HOUR, seconds: HOUR, unit: HOUR * 1000, span: 2 * DAY, keptFor: 0, ...COARSE, packing: 'deflated rows' },
] as const satisfies readonly Tier[];

/** Every tier that the store may hold blocks of. */
export const ALL_TIERS: readonly Tier[] = [...TIERS, ...FORMER_TIERS];

export const tierOfId = (id: number): Tier | undefined => ALL_TIERS.find((tier) => tier.id === id);

/** The tier for data of an age in seconds; `undefined` when it is too old to be kept. */
export const tierOfAge = (age: number): Tier | undefined => TIERS.find(({ keptFor }) => age < keptFor);

/** The greatest multiple of `step` that is not above `value`. */
export const floorTo = (value: number, step: number): number => Math.floor(value / step) * step;
