/** Lambda's answer may not be longer, in bytes. */
export const MAX_RESPONSE_BYTES = 6_291_556;

const error = (errorType: string, errorMessage: string): string => JSON.stringify({ errorType, errorMessage });

/** What Lambda answers for a function that did not answer itself. Source: recorded answers, Lambda. */
export const errorPayload = {
  timedOut: (requestId: string, seconds: number): string =>
    error('Sandbox.Timedout', `RequestId: ${requestId} Error: Task timed out after ${seconds.toFixed(2)} seconds`),
  exited: (requestId: string, code: number | null, signal: string | null): string =>
    error('Runtime.ExitError', `RequestId: ${requestId} Error: Runtime exited ${howItEnded(code, signal)}`),
  tooLarge: (): string =>
    error(
      'Function.ResponseSizeTooLarge',
      `Response payload size exceeded maximum allowed payload size (${MAX_RESPONSE_BYTES} bytes).`,
    ),
  cannotStart: (requestId: string, reason: string): string =>
    error('Runtime.InvalidEntrypoint', `RequestId: ${requestId} Error: ${reason}`),
};

function howItEnded(code: number | null, signal: string | null): string {
  if (signal) return `with error: signal: ${signal.replace(/^SIG/, '').toLowerCase()}`;
  return code ? `with error: exit status ${code}` : 'without providing a reason';
}
