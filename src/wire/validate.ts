import { lengthFault, numberFaults, sizeFaults, textFaults } from './constraint-faults.ts';
import type { Constraint, ConstraintTable } from './constraint-table.ts';
import { kindOf, traitsOf, type Shape } from './schema.ts';
import { isInteger, isSound } from './sound.ts';
import type { Violation } from './types.ts';
import { planOf } from './validation-plan.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Where a value stands: the path that AWS prints, and what the model asks of it. */
interface Place {
  readonly path: string;
  readonly constraint: Constraint | undefined;
}

/**
 * Lists what an input lacks or breaks, in the order of the model's members.
 *
 * The value's types are right already: the readers see to that. At most 100 violations are collected.
 *
 * @throws {NotAnInteger} for a fraction, or a number too large, where the model has an integer
 */
export function validate(shape: Shape, input: Fields, table: ConstraintTable): readonly Violation[] {
  // Nearly all are: what they would lack is worked out only for those that are not.
  if (isSound(shape, input, table)) return [];
  const found: Violation[] = [];
  checkStructure(shape, input, '', table, found);
  return found.slice(0, MOST_VIOLATIONS);
}

const MOST_VIOLATIONS = 100;

/** A wrong type that the schemas do not show: they know only numbers. Each protocol has its own code for it. */
export class NotAnInteger extends Error {
  override readonly name = 'NotAnInteger';
  constructor(path: string, type: 'integer' | 'long') {
    super(`${path}: NUMBER_VALUE can not be converted to ${type === 'long' ? 'a Long' : 'an Integer'}`);
  }
}

function checkStructure(shape: Shape, value: Fields, path: string, table: ConstraintTable, found: Violation[]): void {
  for (const member of planOf(shape, table)) {
    const held = value[member.name];
    if (held !== undefined) {
      const place = { path: join(path, member.shown), constraint: member.constraint };
      check(member.shape, held, place, table, found);
    } else if (member.isRequired) {
      found.push(missing(join(path, member.shown)));
    }
    if (found.length >= MOST_VIOLATIONS) return;
  }
}

function check(shape: Shape, value: unknown, place: Place, table: ConstraintTable, found: Violation[]): void {
  switch (kindOf(shape)) {
    case 'structure':
      return checkStructure(shape, value as Fields, place.path, table, found);
    case 'list':
      return checkList(shape, value as readonly unknown[], place, table, found);
    case 'map':
      return checkMap(shape, value as Fields, place, table, found);
    default:
      if (place.constraint)
        breaks(found, place, quote(shape, value), scalarFaults(value, place.constraint, place.path));
  }
}

function checkList(shape: Shape, value: readonly unknown[], place: Place, table: ConstraintTable, found: Violation[]) {
  const { path, constraint } = place;
  if (constraint) breaks(found, place, quote(shape, value), sizeFaults(value.length, constraint));
  const item = shape.getValueSchema();
  if (isScalar(item)) {
    const faults = firstFaults(value, constraint?.item, path);
    if (faults) breaks(found, place, quote(shape, value), [`satisfy constraint: [${faults.join(', ')}]`]);
    return;
  }
  for (const [index, element] of value.entries()) {
    check(item, element, { path: `${path}.${index + 1}.member`, constraint: constraint?.item }, table, found);
    if (found.length >= MOST_VIOLATIONS) return;
  }
}

function checkMap(shape: Shape, value: Fields, place: Place, table: ConstraintTable, found: Violation[]): void {
  const { path, constraint } = place;
  const keys = Object.keys(value);
  if (constraint) breaks(found, place, quote(shape, value), sizeFaults(keys.length, constraint));
  const keyFaults = firstFaults(keys, constraint?.key, path);
  if (keyFaults) raw(found, path, `Map keys must satisfy constraint: [${keyFaults.join(', ')}]`);
  const held = shape.getValueSchema();
  if (isScalar(held)) {
    const faults = firstFaults(Object.values(value), constraint?.value, path);
    if (faults) raw(found, path, `Map value must satisfy constraint: [${faults.join(', ')}]`);
    return;
  }
  for (const key of keys) {
    check(held, value[key], { path: `${path}.${key}.member`, constraint: constraint?.value }, table, found);
    if (found.length >= MOST_VIOLATIONS) return;
  }
}

/** The faults of the first broken element, as "Member must …", which is how AWS words lists and maps of plain values. */
function firstFaults(values: readonly unknown[], constraint: Constraint | undefined, path: string) {
  if (!constraint) return undefined;
  for (const value of values) {
    const faults = scalarFaults(value, constraint, path);
    if (faults.length > 0) return faults.map((fault) => `Member must ${fault}`);
  }
  return undefined;
}

function scalarFaults(value: unknown, constraint: Constraint, path: string): readonly string[] {
  if (typeof value === 'string') return textFaults(value, constraint);
  if (value instanceof Uint8Array) return lengthFault(value.byteLength, constraint);
  if (typeof value !== 'number') return [];
  if (constraint.integer && !isInteger(value, constraint.integer)) throw new NotAnInteger(path, constraint.integer);
  return numberFaults(value, constraint);
}

const isScalar = (shape: Shape): boolean => !['structure', 'list', 'map', 'document'].includes(kindOf(shape));

const missing = (path: string): Violation => ({
  path,
  kind: 'missing',
  message: `Value null at '${path}' failed to satisfy constraint: Member must not be null`,
});

const breaks = (found: Violation[], place: Place, value: string, faults: readonly string[]): void => {
  for (const fault of faults) {
    const message = `${value} at '${place.path}' failed to satisfy constraint: Member must ${fault}`;
    found.push({ path: place.path, kind: 'constraint', message });
  }
};

const raw = (found: Violation[], path: string, fault: string): void => {
  found.push({ path, kind: 'constraint', message: `Value at '${path}' failed to satisfy constraint: ${fault}` });
};

const LONGEST_QUOTE = 1024;

/** `Value 'x'` as AWS prints it, or `Value` alone where it is secret or binary. */
function quote(shape: Shape, value: unknown): string {
  if (traitsOf(shape).sensitive) return 'Value';
  if (typeof value === 'string' || typeof value === 'number') return `Value '${cut(String(value))}'`;
  if (!Array.isArray(value) || !isScalar(shape.getValueSchema())) return 'Value';
  return `Value '${cut(`[${value.slice(0, LONGEST_QUOTE).map(String).join(', ')}]`)}'`;
}

const cut = (text: string): string => (text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text);
const join = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);
