import { PatternError, type EventPattern } from '../../kernel/event-pattern/pattern.ts';
import { readPattern } from '../../kernel/event-pattern/read-pattern.ts';
import { ApiError } from '../../wire/api-error.ts';

/** @throws InvalidEventPatternException */
export function requirePattern(text: string): EventPattern {
  try {
    return readPattern(text);
  } catch (cause) {
    if (!(cause instanceof PatternError)) throw cause;
    throw new ApiError('InvalidEventPatternException', `Event pattern is not valid. Reason: ${cause.message}`);
  }
}
