import type { HookAnswer } from '../engine/ports.ts';
import { seconds } from '../kernel/span.ts';

const CALL_AGAIN = 30;

/** Reads what a stage hook's function answered. What cannot be read is a failure. Source: spec/platform §9.2. */
export function readHookAnswer(payload: string, functionError: string | undefined): HookAnswer {
  if (functionError !== undefined) return failed(`the function failed (${functionError}): ${payload.slice(0, 500)}`);
  const answer = parse(payload);
  const { hookStatus, callBackDelay = CALL_AGAIN, hookDetails } = answer ?? {};
  const details = hookDetails === undefined || hookDetails === null ? {} : { details: hookDetails };
  switch (hookStatus) {
    case 'SUCCEEDED':
      return { status: hookStatus, ...details };
    case 'FAILED':
      return { status: hookStatus, ...details, message: 'the function answered FAILED' };
    case 'IN_PROGRESS':
      if (typeof callBackDelay !== 'number' || !(callBackDelay >= 0))
        return failed(`callBackDelay is a number of seconds, found ${JSON.stringify(callBackDelay)}`);
      return { status: hookStatus, ...details, callAgainAfter: seconds(callBackDelay) };
    default:
      return failed(`hookStatus is SUCCEEDED, FAILED or IN_PROGRESS, found ${payload.slice(0, 200)}`);
  }
}

const failed = (message: string): HookAnswer => ({ status: 'FAILED', message });

function parse(payload: string): Partial<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(payload);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
