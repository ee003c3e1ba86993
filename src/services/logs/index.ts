import type * as Sdk from '@aws-sdk/client-cloudwatch-logs';
import type { AppendLogLines } from '../../kernel/log-lines.ts';
import type { Actions, Service } from '../../wire/types.ts';
import type { LogsParts } from './deps.ts';

/*
 * CloudWatch Logs.
 */

export interface LogsService extends Service {
  readonly append: AppendLogLines;
}

export function logs(_parts: LogsParts): LogsService {
  return {
    name: 'logs',
    actions: {} satisfies Actions<typeof Sdk>,
    append: async () => undefined,
    start: async () => undefined,
    close: async () => undefined,
  };
}
