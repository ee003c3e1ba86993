import {
  type CloudWatchLogsClient,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  type FilteredLogEvent,
} from '@aws-sdk/client-cloudwatch-logs';
import { GetFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import type { HookLog } from '../engine/ports.ts';
import type { Scope } from '../kernel/scope.ts';
import type { AwsClients } from './clients.ts';
import { callPort, toPortError } from './port-error.ts';

/** What CodeDeploy shows of a log, in bytes. Source: CodeDeploy API Reference, Diagnostics. */
const SHOWN_BYTES = 4096;

/** The end of what a function printed in one invocation, from its log group. */
export const readHookLog = (
  clients: Pick<AwsClients, 'lambda' | 'logs'>,
  scope: Scope,
  functionName: string,
  since: number,
  requestId: string | undefined,
): Promise<HookLog | undefined> =>
  callPort(async () => {
    const logs = await clients.logs(scope);
    const group = await logGroup(clients, scope, functionName);
    const start = await findStart(logs, group, since, requestId).catch(unlessMissing);
    if (start?.logStreamName === undefined) return undefined;
    const { logStreamName, timestamp } = start;
    const { events = [] } = await logs.send(
      new GetLogEventsCommand({ logGroupName: group, logStreamName, startTime: timestamp ?? since }),
    );
    return cut(
      events.map(({ message = '' }) => message),
      start.message ?? '',
    );
  });

/** Where the function prints to; AWS lets CodeDeploy's role read no configuration, so then where functions print by default. */
async function logGroup(clients: Pick<AwsClients, 'lambda'>, scope: Scope, functionName: string): Promise<string> {
  const command = new GetFunctionConfigurationCommand({ FunctionName: functionName });
  const found = await clients
    .lambda(scope)
    .send(command)
    .catch(() => undefined);
  return found?.LoggingConfig?.LogGroup ?? `/aws/lambda/${plainName(functionName)}`;
}

/** Of `arn:aws:lambda:REGION:ACCOUNT:function:NAME:QUALIFIER`, `ACCOUNT:function:NAME`, `NAME:QUALIFIER` and `NAME`. */
function plainName(functionName: string): string {
  const parts = functionName.split(':');
  return parts[parts.lastIndexOf('function') + 1] ?? functionName;
}

/** The newest START line: Lambda tries an invocation that failed again, under the same id. */
async function findStart(
  logs: CloudWatchLogsClient,
  logGroupName: string,
  startTime: number,
  requestId: string | undefined,
): Promise<FilteredLogEvent | undefined> {
  const filterPattern = `"START RequestId: ${requestId ?? ''}"`;
  let newest: FilteredLogEvent | undefined;
  let nextToken: string | undefined;
  do {
    const page = await logs.send(
      new FilterLogEventsCommand({ logGroupName, startTime, filterPattern, ...(nextToken && { nextToken }) }),
    );
    newest = page.events?.findLast(({ message = '' }) => message.startsWith('START')) ?? newest;
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return newest;
}

/** What stands from START to REPORT, as far as it has come. */
function cut(lines: readonly string[], startLine: string): HookLog {
  const first = Math.max(0, lines.indexOf(startLine));
  const last = lines.findIndex((line, index) => index > first && line.startsWith('REPORT RequestId:'));
  const mine = lines.slice(first, last < 0 ? undefined : last + 1).map((line) => line.replace(/\n?$/, '\n'));
  return { tail: lastBytes(mine.join('')), isWhole: last >= 0 };
}

/** A character that the cut would split is left out. */
function lastBytes(text: string): string {
  const bytes = Buffer.from(text);
  let from = Math.max(0, bytes.length - SHOWN_BYTES);
  while (from > 0 && from < bytes.length && ((bytes[from] ?? 0) & 0xc0) === 0x80) from += 1;
  return bytes.subarray(from).toString();
}

/** A function that has not printed yet has no log group. */
function unlessMissing(cause: unknown): undefined {
  if (toPortError(cause).fault === 'missing') return undefined;
  throw cause;
}
