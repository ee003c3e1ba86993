import { NumericValue } from '@smithy/core/serde';
import { identityOf, kindOf, membersOf, timestampFormOf, traitsOf, type Shape } from '../schema.ts';
import type { Fields } from './protocol.ts';

type Write = (value: unknown) => unknown;

/** Turns an output into what `JSON.stringify` takes; members that the model lacks are dropped, and so is `undefined`. */
export type JsonWriter = (shape: Shape, value: Fields) => unknown;

/** Makes a writer; writers are built once per structure. */
export function createJsonWriter(): JsonWriter {
  const structures = new WeakMap<object, Write>();
  const writerOf = (shape: Shape): Write => {
    switch (kindOf(shape)) {
      case 'structure':
        return structureWriter(shape);
      case 'list':
        return listWriter(writerOf(shape.getValueSchema()), Boolean(traitsOf(shape).sparse));
      case 'map':
        return mapWriter(writerOf(shape.getValueSchema()));
      case 'timestamp':
        return timestampWriter(shape);
      case 'blob':
        return base64;
      case 'number':
        return (value) => (typeof value === 'number' && !Number.isFinite(value) ? String(value) : value);
      case 'bigDecimal':
        return (value) => (value instanceof NumericValue ? Number(value.string) : value);
      case 'string':
        return String;
      case 'boolean':
      case 'bigInteger':
      case 'document':
      case 'unit':
        return (value) => value;
    }
  };
  const structureWriter = (shape: Shape): Write => {
    const known = structures.get(identityOf(shape));
    if (known) return known;
    const plan: { name: string; wire: string; write: Write }[] = [];
    const write: Write = (value) => {
      const fields = value as Fields;
      const out: Record<string, unknown> = {};
      for (const member of plan) {
        const held = fields[member.name];
        if (held != null) out[member.wire] = member.write(held);
      }
      return out;
    };
    // Before the members: structures may hold themselves.
    structures.set(identityOf(shape), write);
    for (const { name, shape: member } of membersOf(shape)) {
      plan.push({ name, wire: traitsOf(member).jsonName ?? name, write: writerOf(member) });
    }
    return write;
  };
  return (shape, value) => writerOf(shape)(value);
}

const listWriter =
  (item: Write, sparse: boolean): Write =>
  (value) =>
    (value as readonly unknown[]).flatMap((held) => (held != null ? [item(held)] : sparse ? [null] : []));

const mapWriter =
  (write: Write): Write =>
  (value) => {
    const entries = Object.entries(value as Fields).filter(([, held]) => held != null);
    return Object.fromEntries(entries.map(([key, held]) => [key, write(held)]));
  };

function timestampWriter(shape: Shape): Write {
  const form = timestampFormOf(shape);
  if (form === 'date-time') return (value) => (value as Date).toISOString().replace('.000Z', 'Z');
  if (form === 'http-date') return (value) => (value as Date).toUTCString();
  return (value) => (value as Date).getTime() / 1000;
}

const base64: Write = (value) =>
  (typeof value === 'string' ? Buffer.from(value, 'utf8') : Buffer.from(value as Uint8Array)).toString('base64');
