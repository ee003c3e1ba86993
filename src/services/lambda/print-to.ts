import type { Print } from '../../drivers/functions/functions.ts';
import type { Scope } from '../../kernel/scope.ts';
import type { LambdaDeps } from './deps.ts';
import type { FunctionRecord } from './records.ts';

/** Sends what a function prints to its log group, which is made when it is missing; an invocation never fails for it. */
export const printTo =
  ({ append, logger }: Pick<LambdaDeps, 'append' | 'logger'>, scope: Scope, record: FunctionRecord): Print =>
  (stream, lines) =>
    append(scope, { group: record.logging.group, stream, mayCreateGroup: true }, lines).catch((cause: unknown) =>
      logger.warn('lines of a function could not be stored', { function: record.name, lines: lines.length, cause }),
    );
