import type { Constraint, ConstraintTable } from './constraint-table.ts';
import { identityOf, kindOf, membersOf, nameOf, requiredNames, type Shape } from './schema.ts';

export interface PlannedMember {
  readonly name: string;
  /** As paths have it. */
  readonly shown: string;
  readonly shape: Shape;
  readonly constraint: Constraint | undefined;
  readonly isRequired: boolean;
}

/** What is looked at in each value of a structure; with data in thousands it counts that this is found once. */
export function planOf(shape: Shape, table: ConstraintTable): readonly PlannedMember[] {
  if (kindOf(shape) === 'unit') return [];
  return table.remember(identityOf(shape), () => {
    const [required, structure] = [new Set(requiredNames(shape)), nameOf(shape)];
    return membersOf(shape).map(({ name, shape: member }) => ({
      name,
      shown: lowerFirst(name),
      shape: member,
      constraint: table.find(structure, name),
      isRequired: required.has(name) && !member.isIdempotencyToken(),
    }));
  });
}

const lowerFirst = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);
