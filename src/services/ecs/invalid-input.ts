import type { Violation } from '../../wire/types.ts';
import { clientError, invalidParameter } from './faults.ts';

/** What ECS says of a member that is missing. Source: spec; the pattern of the others is assumed. */
const MISSING: Readonly<Record<string, string>> = {
  family: 'Family should not be null or empty.',
  containerDefinitions: 'Container list cannot be empty.',
  taskDefinition: 'Family should not be null or empty.',
  tasks: 'Tasks cannot be empty.',
  services: 'Services cannot be empty.',
};

/** Words missing members and enum violations as ECS does. */
export function onInvalidInput(operation: string, [first]: readonly Violation[]): Error | undefined {
  if (!first) return undefined;
  const error = operation === 'RegisterTaskDefinition' && first.kind === 'missing' ? clientError : invalidParameter;
  const field = first.path.slice(first.path.lastIndexOf('.') + 1);
  if (first.kind === 'missing') return error(MISSING[field] ?? `${capital(field)} cannot be empty.`);
  const values = /enum value set: \[([^\]]*)\]/.exec(first.message)?.[1];
  return error(values === undefined ? first.message : `${field} should be one of [${values.replaceAll(', ', ',')}]`);
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
