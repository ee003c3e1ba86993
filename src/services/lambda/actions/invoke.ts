import type { InvokeCommand } from '@aws-sdk/client-lambda';
import { ApiError } from '../../../wire/api-error.ts';
import type { Action } from '../../../wire/types.ts';
import { refuseUnmade } from '../checks.ts';
import { readClientContext } from '../client-context.ts';
import type { LambdaTools } from '../deps.ts';
import { acceptEvent } from '../events/accept-event.ts';
import { readFunctionName } from '../function-name.ts';
import { rateExceeded, run } from '../invoking/run.ts';
import { requireQualified, weighted } from '../qualified.ts';

/** Bytes of a payload. Source: Lambda quotas. */
const LIMIT = { RequestResponse: 6_291_456, Event: 1_048_576, DryRun: 6_291_456 };

export const invoke =
  (tools: LambdaTools): Action<typeof InvokeCommand> =>
  async (input, ctx) => {
    const kind = input.InvocationType ?? 'RequestResponse';
    const name = readFunctionName(input.FunctionName, ctx, input.Qualifier);
    const called = await requireQualified(tools.store, ctx, name, weighted(Math.random()));
    refuseUnmade(input);
    const payload = readPayload(input.Payload, kind);
    if (kind === 'DryRun') return { StatusCode: 204 };
    const clientContext = readClientContext(input.ClientContext);
    const call = { payload, requestId: ctx.requestId, clientContext };
    if (kind === 'Event') {
      await acceptEvent(tools, ctx, called, call);
      return { StatusCode: 202 };
    }
    const ran = await run(tools, ctx, called, call);
    if (ran.refused !== undefined) throw rateExceeded(ran.refused);
    const { result } = ran;
    return {
      StatusCode: 200,
      ExecutedVersion: called.version,
      ...(result.functionError ? { FunctionError: result.functionError } : {}),
      ...(input.LogType === 'Tail' ? { LogResult: Buffer.from(result.logTail).toString('base64') } : {}),
      Payload: result.payload,
    };
  };

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
