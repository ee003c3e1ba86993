import type { Millis } from '../../../kernel/span.ts';

export interface Report {
  readonly requestId: string;
  readonly duration: Millis;
  /** In MiB. */
  readonly memorySize: number;
  /** In MiB. */
  readonly memoryUsed: number;
  /** Only after a cold start. */
  readonly initDuration?: Millis;
  readonly status?: string;
}

/** The line that opens an invocation's log. */
export const startLine = (requestId: string, version: string): string =>
  `START RequestId: ${requestId} Version: ${version}\n`;

/** The lines that close an invocation's log. Source: recorded logs, Lambda. */
export function reportLines(report: Report): string {
  const fields = [
    `REPORT RequestId: ${report.requestId}`,
    `Duration: ${report.duration.toFixed(2)} ms`,
    `Billed Duration: ${Math.max(1, Math.ceil(report.duration))} ms`,
    `Memory Size: ${report.memorySize} MB`,
    `Max Memory Used: ${report.memoryUsed} MB`,
    ...(report.initDuration === undefined ? [] : [`Init Duration: ${report.initDuration.toFixed(2)} ms`]),
    ...(report.status ? [`Status: ${report.status}`] : []),
  ];
  return `END RequestId: ${report.requestId}\n${fields.join('\t')}\n`;
}
