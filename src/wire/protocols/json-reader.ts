import { NumericValue } from '@smithy/core/serde';
import { ApiError } from '../api-error.ts';
import { identityOf, kindOf, membersOf, traitsOf, type Shape } from '../schema.ts';
import type { Fields } from './protocol.ts';

/** Reads one value. @throws {Mismatch} */
export type Read = (raw: unknown) => unknown;

/** Turns parsed JSON into an operation's input. */
export type JsonReader = (shape: Shape, raw: unknown) => Fields;

/**
 * Makes a reader that trusts nobody: a wrong type is refused, members that the model lacks are dropped, and `null`
 * counts as absent. Readers are built once per structure.
 *
 * @param scalarReader - reads what is no structure, list or map; by default as JSON writes it
 *
 * @throws {ApiError} `SerializationException`, naming the path and both types
 */
export function createJsonReader(scalarReader: (shape: Shape) => Read = jsonScalar): JsonReader {
  const structures = new WeakMap<object, Read>();
  const readerOf = (shape: Shape): Read => {
    switch (kindOf(shape)) {
      case 'structure':
        return structureReader(shape);
      case 'list':
        return listReader(readerOf(shape.getValueSchema()));
      case 'map':
        return mapReader(readerOf(shape.getValueSchema()));
      case 'unit':
        return () => ({});
      case 'string':
      case 'boolean':
      case 'number':
      case 'timestamp':
      case 'blob':
      case 'bigInteger':
      case 'bigDecimal':
      case 'document':
        return scalarReader(shape);
    }
  };
  const structureReader = (shape: Shape): Read => {
    const known = structures.get(identityOf(shape));
    if (known) return known;
    const plan: { name: string; wire: string; read: Read }[] = [];
    const read: Read = (raw) => {
      const fields = requireObject(raw, 'Structure');
      const out: Record<string, unknown> = {};
      let at = '';
      try {
        for (const member of plan) {
          const value = Object.hasOwn(fields, member.wire) ? fields[member.wire] : undefined;
          at = member.name;
          if (value != null) out[member.name] = member.read(value);
        }
      } catch (cause) {
        throw within(at, cause);
      }
      return out;
    };
    // Before the members: structures may hold themselves.
    structures.set(identityOf(shape), read);
    for (const { name, shape: member } of membersOf(shape)) {
      plan.push({ name, wire: traitsOf(member).jsonName ?? name, read: readerOf(member) });
    }
    return read;
  };
  const readers = new WeakMap<Shape, Read>();
  return (shape, raw) => {
    const read = readers.get(shape) ?? readerOf(shape);
    readers.set(shape, read);
    try {
      return read(raw) as Fields;
    } catch (cause) {
      throw cause instanceof Mismatch ? refusal(cause) : cause;
    }
  };
}

const listReader =
  (item: Read): Read =>
  (raw) => {
    if (!Array.isArray(raw)) throw mismatch('List', raw);
    const items: unknown[] = [];
    let at = 0;
    try {
      for (; at < raw.length; at += 1) if (raw[at] !== null) items.push(item(raw[at]));
    } catch (cause) {
      throw within(String(at + 1), cause);
    }
    return items;
  };

const mapReader =
  (value: Read): Read =>
  (raw) => {
    const entries = Object.entries(requireObject(raw, 'Map')).filter(([, held]) => held !== null);
    // fromEntries defines its keys, so that a key named `__proto__` is a key like any other.
    return Object.fromEntries(entries.map(([key, held]) => [key, readAt(key, value, held)]));
  };

function readAt(step: string, read: Read, raw: unknown): unknown {
  try {
    return read(raw);
  } catch (cause) {
    throw within(step, cause);
  }
}

/** Reads text, truth, numbers, instants, bytes and documents as JSON writes them. */
export function jsonScalar(shape: Shape): Read {
  const kind = kindOf(shape);
  if (kind === 'string' || kind === 'boolean') {
    return (raw) => {
      if (typeof raw !== kind) throw mismatch(kind === 'string' ? 'String' : 'Boolean', raw);
      return raw;
    };
  }
  if (kind === 'number') return readNumber;
  if (kind === 'timestamp') return readTimestamp;
  if (kind === 'blob') return readBlob;
  if (kind === 'bigInteger') return (raw) => BigInt(readNumber(raw));
  if (kind === 'bigDecimal') return (raw) => new NumericValue(String(readNumber(raw)), 'bigDecimal');
  return (raw) => raw;
}

const NOT_FINITE = new Set<unknown>(['NaN', 'Infinity', '-Infinity']);

function readNumber(raw: unknown): number {
  if (typeof raw === 'number') return raw;
  if (NOT_FINITE.has(raw)) return Number(raw);
  throw mismatch('Number', raw);
}

/** Epoch seconds; some clients send ISO text, which AWS takes too. */
function readTimestamp(raw: unknown): Date {
  if (typeof raw !== 'number' && typeof raw !== 'string') throw mismatch('Timestamp', raw);
  const read = typeof raw === 'number' ? new Date(Math.round(raw * 1000)) : new Date(raw);
  if (Number.isNaN(read.getTime())) throw mismatch('Timestamp', raw);
  return read;
}

function readBlob(raw: unknown): Uint8Array {
  if (typeof raw !== 'string' || !/^[A-Za-z0-9+/]*={0,2}$/.test(raw)) throw mismatch('Blob', raw);
  return new Uint8Array(Buffer.from(raw, 'base64'));
}

function requireObject(raw: unknown, want: string): Fields {
  if (raw === null || typeof raw !== 'object' || Array.isArray(raw)) throw mismatch(want, raw);
  return raw as Fields;
}

/** A value of the wrong type, and the way to it: kept apart until it is needed, for most requests have none. */
class Mismatch extends Error {
  override readonly name = 'Mismatch';
  /** Names of members and numbers of items, the innermost first. */
  readonly steps: string[] = [];
}

export const mismatch = (want: string, found: unknown): Error => {
  const kind = found === null ? 'null' : Array.isArray(found) ? 'list' : typeof found;
  return new Mismatch(`${kind.toUpperCase()}_VALUE can not be converted to ${want}`);
};

function within(step: string, cause: unknown): unknown {
  if (cause instanceof Mismatch) cause.steps.push(step);
  return cause;
}

/** Source: AWS's `STRING_VALUE can not be converted to an Integer`, as recorded in platform tests. */
function refusal({ steps, message }: Mismatch): ApiError {
  const where = steps.length === 0 ? '' : `${steps.reverse().join('.')}: `;
  return new ApiError('SerializationException', `${where}${message}`);
}
