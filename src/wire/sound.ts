import { isSoundText, lengthFault, numberFaults } from './constraint-faults.ts';
import type { Constraint, ConstraintTable } from './constraint-table.ts';
import { kindOf, type Shape } from './schema.ts';
import { planOf } from './validation-plan.ts';

type Fields = Readonly<Record<string, unknown>>;
type Check = (value: unknown) => boolean;

/** Whether an input lacks and breaks nothing. Says the same as `validate`, in a tenth of the time. */
export const isSound = (shape: Shape, input: Fields, table: ConstraintTable): boolean =>
  kindOf(shape) === 'unit' || structureCheck(shape, table)(input);

export const isInteger = (value: number, type: 'integer' | 'long'): boolean =>
  Number.isInteger(value) && (type === 'long' || Math.abs(value) < 2 ** 31);

/** Built once for each structure; made with its first value, for structures may hold themselves. */
function structureCheck(shape: Shape, table: ConstraintTable): Check {
  const { check } = table.remember(planOf(shape, table), () => ({ check: buildStructure(shape, table) }));
  return check;
}

function buildStructure(shape: Shape, table: ConstraintTable): Check {
  let members: readonly { readonly name: string; readonly isRequired: boolean; readonly check: Check | undefined }[];
  return (value) => {
    members ??= planOf(shape, table).map(({ name, isRequired, shape: of, constraint }) => ({
      name,
      isRequired,
      check: checkOf(of, constraint, table),
    }));
    const fields = value as Fields;
    for (const { name, isRequired, check } of members) {
      const held = fields[name];
      if (held === undefined ? isRequired : check && !check(held)) return false;
    }
    return true;
  };
}

/** `undefined` where any value will do. */
function checkOf(shape: Shape, constraint: Constraint | undefined, table: ConstraintTable): Check | undefined {
  switch (kindOf(shape)) {
    case 'structure':
      return structureCheck(shape, table);
    case 'list': {
      const item = checkOf(shape.getValueSchema(), constraint?.item, table);
      return (value) => hasSize((value as readonly unknown[]).length, constraint) && areAll(value as unknown[], item);
    }
    case 'map': {
      const key = constraint?.key && scalarCheck(constraint.key);
      const held = checkOf(shape.getValueSchema(), constraint?.value, table);
      return (value) => {
        const keys = Object.keys(value as Fields);
        return hasSize(keys.length, constraint) && areAll(keys, key) && areAll(Object.values(value as Fields), held);
      };
    }
    default:
      return constraint && scalarCheck(constraint);
  }
}

const hasSize = (size: number, constraint: Constraint | undefined): boolean =>
  !constraint || lengthFault(size, constraint).length === 0;

function areAll(values: readonly unknown[], check: Check | undefined): boolean {
  if (check) for (const value of values) if (!check(value)) return false;
  return true;
}

const scalarCheck =
  (constraint: Constraint): Check =>
  (value) => {
    if (typeof value === 'string') return isSoundText(value, constraint);
    if (value instanceof Uint8Array) return lengthFault(value.byteLength, constraint).length === 0;
    if (typeof value !== 'number') return true;
    if (constraint.integer && !isInteger(value, constraint.integer)) return false;
    return numberFaults(value, constraint).length === 0;
  };
