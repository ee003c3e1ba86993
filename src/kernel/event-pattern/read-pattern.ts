import { readTest } from './leaf-tests.ts';
import { isRecord, PatternError, type EventPattern, type LeafTest } from './pattern.ts';

/** @throws {PatternError} for text that is no JSON, or a pattern that is none */
export function readPattern(text: string): EventPattern {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new PatternError('Filter is not an object');
  }
  if (!isRecord(value)) throw new PatternError('Filter is not an object');
  return readFields(value);
}

function readFields(pattern: Readonly<Record<string, unknown>>): EventPattern {
  const entries = Object.entries(pattern);
  if (entries.length === 0) throw new PatternError('Empty objects are not allowed');
  const fields = entries.filter(([name, value]) => !isOr(name, value));
  return {
    fields: fields.map(([name, value]) => [name, readField(name, value)]),
    either: entries
      .filter(([name, value]) => isOr(name, value))
      .map(([, value]) => (value as Readonly<Record<string, unknown>>[]).map(readFields)),
  };
}

/** Anything else of this name is a field. */
const isOr = (name: string, value: unknown): boolean =>
  name === '$or' && Array.isArray(value) && value.length > 1 && value.every(isRecord);

function readField(name: string, value: unknown): EventPattern | readonly LeafTest[] {
  if (isRecord(value)) return readFields(value);
  if (!Array.isArray(value)) throw new PatternError(`"${name}" must be an object or an array`);
  if (value.length === 0) throw new PatternError('Empty arrays are not allowed');
  return value.map(readTest);
}
