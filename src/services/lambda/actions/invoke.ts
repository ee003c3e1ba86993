import type { InvokeCommand } from '@aws-sdk/client-lambda';
import { ApiError } from '../../../wire/api-error.ts';
import type { Action, ActionOutput, CallContext } from '../../../wire/types.ts';
import type { LambdaTools } from '../deps.ts';
import { functionSpec } from '../function-spec.ts';
import { readFunctionName } from '../function-name.ts';
import { printTo } from '../print-to.ts';
import { invocationsIn, requireFunction, type FunctionRecord } from '../records.ts';

/** Bytes of a payload. Source: Lambda quotas. */
const LIMIT = { RequestResponse: 6_291_456, Event: 1_048_576, DryRun: 6_291_456 };

export const invoke =
  (tools: LambdaTools): Action<typeof InvokeCommand> =>
  async (input, ctx) => {
    const kind = input.InvocationType ?? 'RequestResponse';
    const record = await requireFunction(tools.store, ctx, readFunctionName(input.FunctionName, ctx, input.Qualifier));
    const payload = readPayload(input.Payload, kind);
    if (kind === 'DryRun') return { StatusCode: 204 };
    if (kind === 'Event') return acceptEvent(tools, ctx, record, payload);
    const spec = await functionSpec(tools, ctx, record);
    const result = await tools.functions.invoke(spec, payload, ctx.requestId, printTo(tools, ctx, record));
    return {
      StatusCode: 200,
      ExecutedVersion: '$LATEST',
      ...(result.functionError ? { FunctionError: result.functionError } : {}),
      ...(input.LogType === 'Tail' ? { LogResult: Buffer.from(result.logTail).toString('base64') } : {}),
      Payload: result.payload,
    };
  };

/** Promises the invocation: it is kept before the caller hears of it, and the loop performs it. */
async function acceptEvent(
  { store, clock, ring }: LambdaTools,
  ctx: CallContext,
  record: FunctionRecord,
  payload: string,
): Promise<ActionOutput<typeof InvokeCommand>> {
  const { requestId } = ctx;
  const dueAt = clock.now().getTime();
  await invocationsIn(store).insert(ctx, requestId, {
    requestId,
    functionName: record.name,
    payload,
    failures: 0,
    dueAt,
  });
  ring();
  return { StatusCode: 202 };
}

function readPayload(bytes: Uint8Array | undefined, kind: keyof typeof LIMIT): string {
  if (!bytes || bytes.length === 0) return '{}';
  if (bytes.length > LIMIT[kind]) {
    const message = `${bytes.length} byte payload is too large for the ${kind} invocation type (limit ${LIMIT[kind]} bytes)`;
    throw new ApiError('RequestTooLargeException', message, 413);
  }
  const text = Buffer.from(bytes).toString();
  try {
    JSON.parse(text);
    return text;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ApiError('InvalidRequestContentException', `Could not parse request body into json: ${reason}`);
  }
}
