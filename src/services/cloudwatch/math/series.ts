import type { MetricQuery } from '../metric-reader.ts';

export interface DataPoint {
  /** Start of the period, in epoch milliseconds. */
  readonly at: number;
  readonly value: number;
}

/** A metric, or what an expression makes of metrics, over time. */
export interface TimeSeries {
  readonly label: string;
  /** Milliseconds; the points of a series stand on multiples of it, counted from the span's start. */
  readonly period: number;
  /** Oldest first; missing data has no point. */
  readonly points: readonly DataPoint[];
  /** The metric that it is, or was made of. */
  readonly of?: MetricQuery & { readonly seconds: number };
}

/** Names one SEARCH: what it found is read before anything is evaluated. */
export const searchKey = (text: string, stat: string, period: number | undefined): string =>
  [text, stat, period ?? ''].join('\n');

/** What an expression results in: one number for all of time, a time series, or several. */
export type MathValue =
  | { readonly kind: 'scalar'; readonly value: number }
  | { readonly kind: 'series'; readonly series: TimeSeries }
  | { readonly kind: 'array'; readonly all: readonly TimeSeries[] };

/** One of the queries of a request or an alarm. */
export interface MathQuery {
  readonly id: string;
  /** Missing for a metric, whose series is read. */
  readonly expression?: string | undefined;
  /** Of the result of an expression; by default its id. */
  readonly label?: string | undefined;
  /** Milliseconds, of what an expression results in where it has no metric to take it from. */
  readonly period?: number | undefined;
}

/** Reads the series of the metric query with this id. */
export type ReadSeries = (id: string) => Promise<TimeSeries>;

/** Bounds what is filled or made up: `[from, to)` in epoch milliseconds. */
export interface MathSpan {
  readonly from: number;
  readonly to: number;
}

/**
 * An expression that cannot be parsed, names what is not there, or puts together what does not fit.
 *
 * The signature of the evaluator:
 * `evaluateMath(queries: readonly MathQuery[], readSeries: ReadSeries, span: MathSpan): Promise<ReadonlyMap<string, MathValue>>`
 */
export class MathError extends Error {
  override readonly name = 'MathError';
  /** The id of the query. */
  readonly id: string;
  constructor(id: string, reason: string) {
    super(`Error in expression '${id}': ${reason}`);
    this.id = id;
  }
}
