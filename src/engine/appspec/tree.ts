import { AppSpecError, shown } from './app-spec-error.ts';

/** A mapping whose keys are found whatever their case; `path` is how messages name it. */
export interface Branch {
  readonly path: string;
  readonly keys: readonly string[];
  find(key: string): unknown;
}

/** @throws {AppSpecError} when the value is no mapping, or names one key twice in different case */
export function branch(value: unknown, path: string): Branch {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new AppSpecError(`${path} must be a mapping, found ${shown(value)}`);
  const values = new Map<string, unknown>();
  for (const [key, member] of Object.entries(value)) {
    if (values.has(key.toLowerCase())) throw new AppSpecError(`${path} has the key '${key}' more than once`);
    values.set(key.toLowerCase(), member);
  }
  return { path, keys: Object.keys(value), find: (key) => values.get(key.toLowerCase()) ?? undefined };
}

/** @throws {AppSpecError} when the member is missing or no mapping */
export function requireBranch(from: Branch, key: string): Branch {
  const value = from.find(key);
  if (value === undefined) throw new AppSpecError(`${from.path} must have ${key}`);
  return branch(value, `${from.path}.${key}`);
}

/** @throws {AppSpecError} when the member is missing, empty or no text */
export function requireText(from: Branch, key: string): string {
  const value = from.find(key);
  if (value === undefined || value === '') throw new AppSpecError(`${from.path} must have ${key}`);
  if (typeof value !== 'string') throw new AppSpecError(`${from.path}.${key} must be a string, found ${shown(value)}`);
  return value;
}

/** @throws {AppSpecError} when the value is no whole number in the range; numbers written as text are accepted */
export function wholeNumber(value: unknown, path: string, least: number, most: number): number {
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isInteger(number) || number < least || number > most)
    throw new AppSpecError(`${path} must be a whole number from ${least} to ${most}, found ${shown(value)}`);
  return number;
}

/** @throws {AppSpecError} when the value is no list of non-empty strings */
export function textList(value: unknown, path: string): readonly string[] {
  if (!Array.isArray(value) || !value.every((item): item is string => typeof item === 'string' && item !== ''))
    throw new AppSpecError(`${path} must be a list of strings, found ${shown(value)}`);
  return value;
}
