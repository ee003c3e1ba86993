import type { Violation } from '../../wire/types.ts';
import { validationError } from './faults.ts';

/** Members whose absence AWS words its own way, by operation and path. */
const MISSING: Readonly<Record<string, string>> = {
  'CreateRule conditions': 'A condition must be specified',
  'CreateRule actions': 'An action must be specified',
  'CreateListener defaultActions': 'A default action must be specified',
};

/** ELB's answer to input that its model refuses: `ValidationError`, the broken constraints one after another. */
export function invalidInput(operation: string, violations: readonly Violation[]): Error | undefined {
  const [first] = violations;
  if (!first) return undefined;
  const special = first.kind === 'missing' ? MISSING[`${operation} ${first.path}`] : undefined;
  if (special !== undefined) return validationError(special);
  const count = `${violations.length} validation error${violations.length > 1 ? 's' : ''} detected`;
  return validationError(`${count}: ${violations.map((violation) => violation.message).join('; ')}`);
}
