import type { DataPoint, MathValue, TimeSeries } from './series.ts';

/** What a part of an expression may be: texts are only arguments of functions. */
export type Value = MathValue | { readonly kind: 'text'; readonly value: string };

/** What an expression is evaluated in. */
export interface Surroundings {
  /** The series of the request's metrics with their ids, in their order. */
  readonly metrics: readonly (readonly [id: string, series: TimeSeries])[];
  /** Every instant that a series may have a point at, oldest first. @throws {TypeError} when there are too many */
  readonly grid: () => readonly number[];
  /** Milliseconds. */
  readonly period: number;
  /** What each SEARCH found, by `searchKey`. */
  readonly searched: ReadonlyMap<string, readonly TimeSeries[]>;
}

export const scalar = (value: number): MathValue => ({ kind: 'scalar', value });
export const array = (all: readonly TimeSeries[]): MathValue => ({ kind: 'array', all });
export const series = (of: TimeSeries): MathValue => ({ kind: 'series', series: of });

/** A series with other points; those that are no numbers are left out. */
export const withPoints = (of: TimeSeries, points: readonly DataPoint[]): TimeSeries => ({
  ...of,
  points: points.filter(({ value }) => Number.isFinite(value)),
});

/** Applies something to each point. */
export const mapPoints = (of: TimeSeries, change: (value: number, at: number) => number): TimeSeries =>
  withPoints(
    of,
    of.points.map(({ at, value }) => ({ at, value: change(value, at) })),
  );

/** Applies something to one series, or to each of several. */
export function eachSeries(value: Value, change: (of: TimeSeries) => TimeSeries, name: string): MathValue {
  if (value.kind === 'series') return series(change(value.series));
  if (value.kind === 'array') return array(value.all.map(change));
  throw new TypeError(`${name} needs a time series`);
}

export function seriesOf(value: Value, name: string): readonly TimeSeries[] {
  if (value.kind === 'series') return [value.series];
  if (value.kind === 'array') return value.all;
  throw new TypeError(`${name} needs a time series or an array of them`);
}

export function scalarOf(value: Value | undefined, name: string): number {
  if (value?.kind === 'scalar') return value.value;
  throw new TypeError(`${name} needs a number`);
}

export function textOf(value: Value | undefined, name: string): string {
  if (value?.kind === 'text') return value.value;
  throw new TypeError(`${name} needs a text in quotes`);
}

/** All values of some series at each instant at which one of them has any. */
export function columns(all: readonly TimeSeries[]): readonly (readonly [at: number, values: readonly number[]])[] {
  const found = new Map<number, number[]>();
  for (const { points } of all)
    for (const { at, value } of points) {
      const column = found.get(at);
      if (column) column.push(value);
      else found.set(at, [value]);
    }
  return [...found].sort(([a], [b]) => a - b);
}

/** Of what several series are made into: the smallest of their periods. */
export const sharedPeriod = (all: readonly TimeSeries[], usual: number): number =>
  all.length === 0 ? usual : Math.min(...all.map(({ period }) => period));
