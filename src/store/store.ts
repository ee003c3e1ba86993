import type { Scope } from '../kernel/scope.ts';
import type { RecordKind } from './kinds.ts';
import type { LogEvents } from './log-events.ts';
import type { MetricSeries } from './metric-series.ts';

/** One record with the place it is kept at. */
export interface Kept<T> {
  readonly scope: Scope;
  readonly id: string;
  readonly record: T;
}

/** Records by their place among all, with the texts that they were read from; empty at first. */
export type Remembered<T> = Map<number, { readonly doc: string; readonly kept: Kept<T> }>;

export interface PutOptions {
  /** Groups records for `list`, such as the cluster of a service. */
  readonly parent?: string;
}

/**
 * Keeps the records of one kind as JSON documents, found by scope and id. Records are plain JSON: instants are
 * epoch milliseconds, never `Date`, and `undefined` members vanish.
 */
export interface Records<T> {
  get(scope: Scope, id: string): Promise<T | undefined>;
  /** All records of a scope, or of one parent in it, oldest first. */
  list(scope: Scope, parent?: string): Promise<T[]>;
  /**
   * All records of every scope, oldest first: for loops, at start and later.
   *
   * @param remembered - what the last call with it gave: a record that is as it was is the same object again, and is
   *   not parsed again
   */
  everywhere(remembered?: Remembered<T>): Promise<Kept<T>[]>;
  /** Adds a record. @throws {DuplicateRecord} when the id is taken */
  insert(scope: Scope, id: string, record: T, options?: PutOptions): Promise<void>;
  /** Adds or replaces; a replaced record keeps its place in lists, and its parent unless one is given. */
  put(scope: Scope, id: string, record: T, options?: PutOptions): Promise<void>;
  /**
   * Reads, changes and writes one record as one transaction. The function must be pure and synchronous; when it
   * gives `undefined` nothing is written.
   *
   * @returns the record as it now stands; `undefined` when there is none
   */
  change(scope: Scope, id: string, change: (current: T) => T | undefined): Promise<T | undefined>;
  /** @returns whether there was one */
  remove(scope: Scope, id: string): Promise<boolean>;
}

export class DuplicateRecord extends Error {
  override readonly name = 'DuplicateRecord';
}

/** A store inside one transaction: everything done through it happens wholly or not at all. */
export interface Transaction {
  records<T>(kind: RecordKind): Records<T>;
  readonly logEvents: LogEvents;
  readonly metricSeries: MetricSeries;
}

export interface Store extends Transaction {
  /** Runs the work as one transaction; use only the given transaction inside, never the outer store. */
  transaction<R>(work: (tx: Transaction) => Promise<R>): Promise<R>;
  /** Empties every kind. */
  reset(): Promise<void>;
  close(): Promise<void>;
}
