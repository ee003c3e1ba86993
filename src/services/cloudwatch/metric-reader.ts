import type { Scope } from '../../kernel/scope.ts';

/** One statistic of one metric. */
export interface MetricQuery {
  readonly namespace: string;
  readonly name: string;
  /** All of the metric's dimensions: another set of dimensions is another metric. */
  readonly dimensions: Readonly<Record<string, string>>;
  /** Only data of this unit; without one, data of every unit together. */
  readonly unit?: string;
  /** `Sum`, `Average`, `Minimum`, `Maximum`, `SampleCount`, or an extended one such as `p99.9`, `tm90`, `PR(0:0.5)`. */
  readonly stat: string;
}

/** A statistic over one period in which there was data. */
export interface MetricPoint {
  /** Start of the period, in epoch milliseconds. */
  readonly at: number;
  readonly value: number;
  readonly sampleCount: number;
  /** Missing when data of several units came together. */
  readonly unit?: string;
}

export interface Span {
  /** Epoch milliseconds. */
  readonly from: number;
  /** Epoch milliseconds, itself outside. */
  readonly to: number;
  /** Milliseconds. */
  readonly period: number;
}

export interface MetricReader {
  /**
   * Reads the points of whole periods in [from, to), oldest first; periods start at `from`, and those without data are
   * left out.
   *
   * @throws {RangeError} when there is no such statistic
   */
  read(scope: Scope, query: MetricQuery, span: Span): Promise<readonly MetricPoint[]>;
  /** The same of many at once, in their order. */
  readAll(scope: Scope, queries: readonly MetricQuery[], span: Span): Promise<readonly (readonly MetricPoint[])[]>;
}
