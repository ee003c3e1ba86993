import { inspect, isDeepStrictEqual } from 'node:util';

/** A value without what two ways to say the same differ in: classes of bytes and text, and members that are undefined. */
export function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return `bytes:${Buffer.from(value).toString('hex')}`;
  if (value instanceof Date || value === null || typeof value !== 'object') return value;
  if (value instanceof String) return value.toString();
  if (Array.isArray(value)) return value.map(plain);
  const entries = Object.entries(value).filter(([, held]) => held !== undefined && held !== null);
  return Object.fromEntries(entries.map(([key, held]) => [key, plain(held)]));
}

/** Says where two plain values first differ, or `undefined`. */
export function difference(want: unknown, found: unknown, path: string): string | undefined {
  if (isDeepStrictEqual(want, found)) return undefined;
  if (isFields(want) && isFields(found)) {
    for (const key of new Set([...Object.keys(want), ...Object.keys(found)])) {
      const inner = difference(want[key], found[key], `${path}.${key}`);
      if (inner) return inner;
    }
  }
  return `${path}: want ${inspect(want).slice(0, 100)}, found ${inspect(found).slice(0, 100)}`;
}

const isFields = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !(value instanceof Date);
