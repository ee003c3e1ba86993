import type { Millis } from '../../../kernel/span.ts';
import type { Failure } from './error-payload.ts';

export interface Report {
  readonly requestId: string;
  readonly duration: Millis;
  /** In MiB. */
  readonly memorySize: number;
  /** In MiB. */
  readonly memoryUsed: number;
  /** Only after a cold start. */
  readonly initDuration?: Millis;
  /** What ended the sandbox. */
  readonly failure?: Failure;
}

/** The line that opens an invocation's log. */
export const startLine = (requestId: string, version: string): string =>
  `START RequestId: ${requestId} Version: ${version}\n`;

/** The line that says what ended a sandbox. Source: recorded logs, Lambda. */
export function failureLines(requestId: string, { errorType, errorMessage }: Failure, now: Date): string {
  if (errorType === 'Sandbox.Timedout') return `${now.toISOString()} ${requestId} ${errorMessage}\n\n`;
  return `RequestId: ${requestId} Error: ${errorMessage}\n${errorType}\n`;
}

/** The lines that close an invocation's log. Source: recorded logs, Lambda. */
export function reportLines(report: Report): string {
  const fields = [
    `REPORT RequestId: ${report.requestId}`,
    `Duration: ${report.duration.toFixed(2)} ms`,
    `Billed Duration: ${Math.max(1, Math.ceil(report.duration))} ms`,
    `Memory Size: ${report.memorySize} MB`,
    `Max Memory Used: ${Math.min(report.memoryUsed, report.memorySize)} MB`,
    ...(report.initDuration === undefined ? [] : [`Init Duration: ${report.initDuration.toFixed(2)} ms`]),
    ...statusFields(report.failure),
  ];
  return `END RequestId: ${report.requestId}\n${fields.join('\t')}\n`;
}

function statusFields(failure: Failure | undefined): string[] {
  if (!failure) return [];
  if (failure.errorType === 'Sandbox.Timedout') return ['Status: timeout'];
  return ['Status: error', `Error Type: ${failure.errorType}`];
}
