/** Lambda's answer may not be longer, in bytes. */
export const MAX_RESPONSE_BYTES = 6_291_556;

/** What a sandbox died of, in Lambda's words. */
export interface Failure {
  readonly errorType: string;
  readonly errorMessage: string;
}

/** A function that cannot be started, and why. */
export class CannotStart extends Error {
  override readonly name = 'CannotStart';
  readonly errorType: string;
  constructor(errorType: string, message: string) {
    super(message);
    this.errorType = errorType;
  }
}

/** What Lambda answers for a function that did not answer itself. Source: recorded answers, Lambda. */
export const failures = {
  timedOut: (seconds: number): Failure => ({
    errorType: 'Sandbox.Timedout',
    errorMessage: `Task timed out after ${seconds.toFixed(2)} seconds`,
  }),
  exited: (code: number | null, signal: string | null): Failure => ({
    errorType: 'Runtime.ExitError',
    errorMessage: `Runtime exited ${howItEnded(code, signal)}`,
  }),
  cannotStart: ({ errorType, message }: CannotStart): Failure => ({ errorType, errorMessage: message }),
};

export const failurePayload = (requestId: string, { errorType, errorMessage }: Failure): string =>
  JSON.stringify({ errorType, errorMessage: `RequestId: ${requestId} Error: ${errorMessage}` });

export const tooLargePayload = (): string =>
  JSON.stringify({
    errorType: 'Function.ResponseSizeTooLarge',
    errorMessage: `Response payload size exceeded maximum allowed payload size (${MAX_RESPONSE_BYTES} bytes).`,
  });

function howItEnded(code: number | null, signal: string | null): string {
  if (signal) return `with error: signal: ${SIGNAL_WORDS[signal] ?? signal.replace(/^SIG/, '').toLowerCase()}`;
  return code ? `with error: exit status ${code}` : 'without providing a reason';
}

/** As Go names them, in which Lambda's supervisor is written. */
const SIGNAL_WORDS: Readonly<Record<string, string>> = {
  SIGABRT: 'aborted',
  SIGBUS: 'bus error',
  SIGFPE: 'floating point exception',
  SIGHUP: 'hangup',
  SIGILL: 'illegal instruction',
  SIGINT: 'interrupt',
  SIGKILL: 'killed',
  SIGPIPE: 'broken pipe',
  SIGSEGV: 'segmentation fault',
  SIGTERM: 'terminated',
  SIGXFSZ: 'file size limit exceeded',
};
