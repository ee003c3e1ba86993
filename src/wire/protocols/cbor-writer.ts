import { identityOf, kindOf, membersOf, type Shape } from '../schema.ts';
import { CborBytes } from './cbor-bytes.ts';
import type { Fields } from './protocol.ts';

type Write = (value: unknown, out: CborBytes) => void;

/** Turns an output into CBOR; members that the model lacks are dropped, and so is `undefined`. */
export type CborWriter = (shape: Shape, value: Fields, more?: Readonly<Record<string, string>>) => Uint8Array;

/**
 * Makes a writer; writers are built once per structure. The SDK's own encoder cannot be used: it writes 5.0 as an
 * integer, which the Go SDK refuses where the model has a double.
 *
 * @param integers - names of the members that are integers
 */
export function createCborWriter(integers: ReadonlySet<string>): CborWriter {
  const structures = new WeakMap<object, readonly Planned[]>();
  const writerOf = (shape: Shape, member: string): Write => {
    switch (kindOf(shape)) {
      case 'structure':
        return (value, out) => writeMap(membersIn(shape, value as Fields), out);
      case 'list': {
        const item = writerOf(shape.getValueSchema(), member);
        return (value, out) => writeList(item, value as readonly unknown[], out);
      }
      case 'map': {
        const held = writerOf(shape.getValueSchema(), member);
        return (value, out) =>
          writeMap(
            Object.entries(value as Fields)
              .filter(([, one]) => one != null)
              .map(([key, one]) => [key, held, one]),
            out,
          );
      }
      case 'timestamp':
        return (value, out) => out.instant(value as Date);
      case 'blob':
        return (value, out) => out.bytes(value as Uint8Array);
      case 'number':
        return integers.has(member)
          ? (value, out) => out.integer(value as number)
          : (value, out) => out.double(value as number);
      case 'boolean':
        return (value, out) => out.boolean(value as boolean);
      default:
        return (value, out) => out.text(String(value));
    }
  };
  const planOf = (shape: Shape): readonly Planned[] => {
    const known = structures.get(identityOf(shape));
    if (known) return known;
    const plan: Planned[] = [];
    // Before the members: structures may hold themselves.
    structures.set(identityOf(shape), plan);
    for (const { name, shape: member } of membersOf(shape)) plan.push({ name, write: writerOf(member, name) });
    return plan;
  };
  const membersIn = (shape: Shape, value: Fields): Entry[] =>
    planOf(shape)
      .filter(({ name }) => value[name] != null)
      .map(({ name, write }) => [name, write, value[name]]);
  return (shape, value, more = {}) => {
    const out = new CborBytes();
    const extra = Object.entries(more).map(([name, text]): Entry => [name, writeText, text]);
    writeMap([...extra, ...(kindOf(shape) === 'unit' ? [] : membersIn(shape, value))], out);
    return out.taken();
  };
}

interface Planned {
  readonly name: string;
  readonly write: Write;
}

type Entry = readonly [key: string, write: Write, value: unknown];

const writeText: Write = (value, out) => out.text(String(value));

function writeMap(entries: readonly Entry[], out: CborBytes): void {
  out.mapOf(entries.length);
  for (const [key, write, value] of entries) {
    out.text(key);
    write(value, out);
  }
}

function writeList(item: Write, values: readonly unknown[], out: CborBytes): void {
  const held = values.filter((value) => value != null);
  out.listOf(held.length);
  for (const value of held) item(value, out);
}
