import type { Constraint } from './constraint-table.ts';

/** Longer text is not held against a pattern: a few of AWS's take quadratic time. */
const LONGEST_MATCHED = 4096;

/** Whether a text breaks nothing. */
export function isSoundText(value: string, constraint: Constraint): boolean {
  const { min, max, pattern, allowed } = constraint;
  if ((max !== undefined && value.length > max) || (min !== undefined && value.length < min))
    return textFaults(value, constraint).length === 0;
  if (pattern && value.length <= LONGEST_MATCHED && !pattern.expression.test(value)) return false;
  return !allowed || allowed.has(value);
}

/** What a text breaks, each to be read after "Member must". Source: recordings of validation errors. */
export function textFaults(value: string, constraint: Constraint): readonly string[] {
  const faults = [...lengthFault(characters(value, constraint), constraint)];
  const { pattern, allowed } = constraint;
  if (pattern && value.length <= LONGEST_MATCHED && !pattern.expression.test(value)) {
    faults.push(`satisfy regular expression pattern: ${pattern.source}`);
  }
  if (allowed && !allowed.has(value)) faults.push(`satisfy enum value set: [${[...allowed].join(', ')}]`);
  return faults;
}

export function numberFaults(value: number, { min, max }: Constraint): readonly string[] {
  if (max !== undefined && value > max) return [`have value less than or equal to ${max}`];
  if (min !== undefined && value < min) return [`have value greater than or equal to ${min}`];
  return [];
}

export function lengthFault(length: number, { min, max }: Constraint): readonly string[] {
  if (max !== undefined && length > max) return [`have length less than or equal to ${max}`];
  if (min !== undefined && length < min) return [`have length greater than or equal to ${min}`];
  return [];
}

/** The faults of a list's or a map's own size. */
export const sizeFaults = lengthFault;

/** AWS counts characters; UTF-16 units are never fewer, so they are counted apart only where it can matter. */
const characters = (value: string, { max }: Constraint): number =>
  max !== undefined && value.length > max && value.length <= 2 * max ? [...value].length : value.length;
