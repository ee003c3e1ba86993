import { PortError, type PortFault } from '../engine/ports.ts';

/** Calls AWS and turns what it throws into what the engine decides by. */
export async function callPort<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    throw toPortError(cause);
  }
}

/** Maps an error of an SDK client to a fault; the message stays AWS's own. */
export function toPortError(cause: unknown): PortError {
  if (cause instanceof PortError) return cause;
  const message = cause instanceof Error ? cause.message : String(cause);
  return new PortError(faultOf(cause), message, { cause });
}

function faultOf(cause: unknown): PortFault {
  const name = cause instanceof Error ? cause.name : '';
  const status = statusOf(cause);
  if (/thrott|TooManyRequests|RequestLimitExceeded|SlowDown/i.test(name) || status === 429) return 'throttled';
  if (/AccessDenied|Unauthorized|NotAuthorized|OperationNotPermitted/.test(name)) return 'forbidden';
  if (/NotFound/.test(name)) return 'missing';
  // 501 says that an action will not be served, however often it is asked for.
  if (status === undefined || (status >= 500 && status !== 501)) return 'unavailable';
  return 'refused';
}

/** The HTTP status of an answer; absent when there was none. */
function statusOf(cause: unknown): number | undefined {
  if (typeof cause !== 'object' || cause === null || !('$metadata' in cause)) return undefined;
  return (cause.$metadata as { readonly httpStatusCode?: number } | undefined)?.httpStatusCode;
}
