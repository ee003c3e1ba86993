import type { Scope } from './scope.ts';

/** A metric as the platform itself measures it. */
export interface MetricDatum {
  readonly name: string;
  /** Names to values, in any order. */
  readonly dimensions: Readonly<Record<string, string>>;
  /** As CloudWatch spells it: `Count`, `Seconds`, `Bytes`, `Percent`, `None`, … */
  readonly unit: string;
  /** When it was measured. */
  readonly at: Date;
  /** Each value and how often it was seen. */
  readonly values: readonly (readonly [value: number, count: number])[];
}

/** Takes what the platform publishes under AWS's own namespaces, such as `AWS/ApplicationELB`. Never fails the caller. */
export type PublishMetrics = (scope: Scope, namespace: string, data: readonly MetricDatum[]) => void;

/** The same, for what must not be lost: resolves when it is stored; rejects when it could not be. */
export type PublishDurably = (scope: Scope, namespace: string, data: readonly MetricDatum[]) => Promise<void>;
