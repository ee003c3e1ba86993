import { ApiError } from '../../wire/api-error.ts';
import type { Violation } from '../../wire/types.ts';

/** Lambda words broken constraints as most do, but decides itself about an unknown runtime. */
export function invalidInput(_operation: string, violations: readonly Violation[]): Error | undefined {
  const broken = violations.filter((violation) => violation.path !== 'runtime');
  if (broken.length === 0) return undefined;
  const found = broken.length === 1 ? '1 validation error' : `${broken.length} validation errors`;
  return new ApiError('ValidationException', `${found} detected: ${broken.map(({ message }) => message).join('; ')}`);
}
