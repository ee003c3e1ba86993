import { invalidValue } from './faults.ts';

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
