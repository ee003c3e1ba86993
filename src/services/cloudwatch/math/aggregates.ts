import type { MathValue } from './series.ts';
import { columns, scalar, series, sharedPeriod, withPoints, type Value } from './values.ts';

type Fold = (values: readonly number[]) => number;

const sum: Fold = (values) => values.reduce((total, value) => total + value, 0);
const average: Fold = (values) => sum(values) / values.length;

export const FOLDS = {
  AVG: average,
  DATAPOINT_COUNT: (values) => values.length,
  MAX: (values) => values.reduce((a, b) => Math.max(a, b), -Infinity),
  MIN: (values) => values.reduce((a, b) => Math.min(a, b), Infinity),
  STDDEV: (values) => Math.sqrt(average(values.map((value) => (value - average(values)) ** 2))),
  SUM: sum,
} as const satisfies Readonly<Record<string, Fold>>;

export type FoldName = keyof typeof FOLDS;

export const isFoldName = (name: string): name is FoldName => Object.hasOwn(FOLDS, name);

/** Of one series: one number for all of its points. Of an array: a series, over the values that there are at each instant. */
export function aggregate(name: FoldName, value: Value, usualPeriod: number): MathValue {
  const fold: Fold = FOLDS[name];
  if (value.kind === 'scalar') return scalar(fold([value.value]));
  if (value.kind === 'series') return scalar(fold(value.series.points.map((point) => point.value)));
  if (value.kind === 'text') throw new TypeError(`${name} needs a time series or an array of them`);
  const points = columns(value.all).map(([at, values]) => ({ at, value: fold(values) }));
  return series(withPoints({ label: name, period: sharedPeriod(value.all, usualPeriod), points }, points));
}
