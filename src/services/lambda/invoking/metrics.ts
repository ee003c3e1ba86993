import type { MetricDatum, PublishMetrics } from '../../../kernel/metrics.ts';
import type { Scope } from '../../../kernel/scope.ts';
import type { Qualified } from '../qualified.ts';

const NAMESPACE = 'AWS/Lambda';

export interface Measured {
  readonly name: string;
  readonly value: number;
  readonly unit?: 'Count' | 'Milliseconds';
  /** What is told of all functions together, where that is another value. */
  readonly ofAll?: number;
}

type Dimensions = MetricDatum['dimensions'];

/** What is called, as metrics tell it: the function, and the resource `NAME` or `NAME:QUALIFIER`. */
export interface Resource {
  readonly functionName: string;
  readonly qualifier?: string | undefined;
  /** Only of an alias that sends to two versions. */
  readonly executedVersion?: string;
}

/** Publishes one value each, for all functions together, the function and its resource. Source: Lambda, metrics. */
export function publishFor(
  { publish }: { readonly publish: PublishMetrics },
  scope: Scope,
  at: Date,
  resource: Resource,
  measured: readonly Measured[],
): void {
  const data = dimensionsOf(resource).flatMap((dimensions) => measured.map((one) => datum(one, dimensions, at)));
  publish(scope, NAMESPACE, data);
}

/** Publishes what is told of an account and region as a whole. */
export const publishForAll = (
  { publish }: { readonly publish: PublishMetrics },
  scope: Scope,
  at: Date,
  measured: readonly Measured[],
): void =>
  publish(
    scope,
    NAMESPACE,
    measured.map((one) => datum(one, {}, at)),
  );

export const resourceOf = ({ latest, qualifier, alias, version }: Qualified): Resource => ({
  functionName: latest.name,
  qualifier,
  ...(alias?.additional && { executedVersion: version }),
});

function dimensionsOf({ functionName, qualifier, executedVersion }: Resource): Dimensions[] {
  const FunctionName = functionName;
  const Resource = qualifier === undefined ? functionName : `${functionName}:${qualifier}`;
  return [
    {},
    { FunctionName },
    { FunctionName, Resource },
    ...(executedVersion === undefined ? [] : [{ FunctionName, Resource, ExecutedVersion: executedVersion }]),
  ];
}

function datum(
  { name, value, ofAll = value, unit = 'Count' }: Measured,
  dimensions: Dimensions,
  at: Date,
): MetricDatum {
  const told = Object.keys(dimensions).length === 0 ? ofAll : value;
  return { name, dimensions, unit, at, values: [[told, 1]] };
}
