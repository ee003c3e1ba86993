import { invalidValue } from './faults.ts';
import { dimensionKey } from './series/metric-identity.ts';

interface Dimension {
  readonly Name?: string | undefined;
  readonly Value?: string | undefined;
}

/** Names to values. @throws {InvalidParameterValue} when a name comes twice */
export function readDimensions(dimensions: readonly Dimension[] = []): Readonly<Record<string, string>> {
  const read = new Map<string, string>();
  for (const { Name: name = '', Value: value = '' } of dimensions) {
    if (read.has(name)) throw invalidValue(`The dimension ${name} must not be specified more than once.`);
    read.set(name, value);
  }
  return Object.fromEntries(read);
}

/** The same as `dimensionKey` writes it, which for one dimension takes no sorting. */
export function readDimensionKey(dimensions: readonly Dimension[] = []): string {
  const [first, second] = dimensions;
  if (!first) return '[]';
  return second ? dimensionKey(readDimensions(dimensions)) : JSON.stringify([[first.Name ?? '', first.Value ?? '']]);
}
