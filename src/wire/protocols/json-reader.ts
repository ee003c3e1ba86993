import { NumericValue } from '@smithy/core/serde';
import { ApiError } from '../api-error.ts';
import { identityOf, kindOf, membersOf, traitsOf, type Shape } from '../schema.ts';
import type { Fields } from './protocol.ts';

/** Reads one value; `path` says where it stands, for the refusal. */
export type Read = (raw: unknown, path: string) => unknown;

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
    const read: Read = (raw, path) => {
      const fields = requireObject(raw, path, 'Structure');
      const out: Record<string, unknown> = {};
      for (const member of plan) {
        const value = Object.hasOwn(fields, member.wire) ? fields[member.wire] : undefined;
        if (value != null) out[member.name] = member.read(value, path === '' ? member.name : `${path}.${member.name}`);
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
  return (shape, raw) => readerOf(shape)(raw, '') as Fields;
}

const listReader =
  (item: Read): Read =>
  (raw, path) => {
    if (!Array.isArray(raw)) throw mismatch(path, 'List', raw);
    return raw.flatMap((value: unknown, index) => (value === null ? [] : [item(value, `${path}.${index + 1}`)]));
  };

const mapReader =
  (value: Read): Read =>
  (raw, path) => {
    const entries = Object.entries(requireObject(raw, path, 'Map')).filter(([, held]) => held !== null);
    // fromEntries defines its keys, so that a key named `__proto__` is a key like any other.
    return Object.fromEntries(entries.map(([key, held]) => [key, value(held, `${path}.${key}`)]));
  };

/** Reads text, truth, numbers, instants, bytes and documents as JSON writes them. */
export function jsonScalar(shape: Shape): Read {
  const kind = kindOf(shape);
  if (kind === 'string' || kind === 'boolean') {
    return (raw, path) => {
      if (typeof raw !== kind) throw mismatch(path, kind === 'string' ? 'String' : 'Boolean', raw);
      return raw;
    };
  }
  if (kind === 'number') return readNumber;
  if (kind === 'timestamp') return readTimestamp;
  if (kind === 'blob') return readBlob;
  if (kind === 'bigInteger') return (raw, path) => BigInt(readNumber(raw, path));
  if (kind === 'bigDecimal') return (raw, path) => new NumericValue(String(readNumber(raw, path)), 'bigDecimal');
  return (raw) => raw;
}

const NOT_FINITE = new Set<unknown>(['NaN', 'Infinity', '-Infinity']);

function readNumber(raw: unknown, path: string): number {
  if (typeof raw === 'number') return raw;
  if (NOT_FINITE.has(raw)) return Number(raw);
  throw mismatch(path, 'Number', raw);
}

/** Epoch seconds; some clients send ISO text, which AWS takes too. */
function readTimestamp(raw: unknown, path: string): Date {
  if (typeof raw !== 'number' && typeof raw !== 'string') throw mismatch(path, 'Timestamp', raw);
  const read = typeof raw === 'number' ? new Date(Math.round(raw * 1000)) : new Date(raw);
  if (Number.isNaN(read.getTime())) throw mismatch(path, 'Timestamp', raw);
  return read;
}

function readBlob(raw: unknown, path: string): Uint8Array {
  if (typeof raw !== 'string' || !/^[A-Za-z0-9+/]*={0,2}$/.test(raw)) throw mismatch(path, 'Blob', raw);
  return new Uint8Array(Buffer.from(raw, 'base64'));
}

function requireObject(raw: unknown, path: string, want: string): Fields {
  if (raw === null || typeof raw !== 'object' || Array.isArray(raw)) throw mismatch(path, want, raw);
  return raw as Fields;
}

/** Source: AWS's `STRING_VALUE can not be converted to an Integer`, as recorded in platform tests. */
export function mismatch(path: string, want: string, found: unknown): ApiError {
  const kind = found === null ? 'null' : Array.isArray(found) ? 'list' : typeof found;
  const where = path === '' ? '' : `${path}: `;
  return new ApiError('SerializationException', `${where}${kind.toUpperCase()}_VALUE can not be converted to ${want}`);
}
