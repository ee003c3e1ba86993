import type { Clock } from '../../kernel/clock.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { Functions, FunctionsName } from './functions.ts';
import { createProcessFunctions } from './process/process-functions.ts';

export interface FunctionsOptions {
  /** The driver's own folder; made when it is missing. */
  readonly folder: string;
  /** Names this Teal among others on the machine. */
  readonly instance: string;
  readonly logger: Logger;
  readonly clock: Clock;
}

/** The one table in which a driver of functions is found. */
export const FUNCTIONS = {
  process: createProcessFunctions,
} satisfies Record<FunctionsName, (options: FunctionsOptions) => Functions>;
