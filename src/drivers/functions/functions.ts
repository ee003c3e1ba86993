import type { Millis } from '../../kernel/span.ts';

/** One version of a function, ready to run. */
export interface FunctionSpec {
  readonly arn: string;
  readonly name: string;
  readonly version: string;
  /** The unzipped code. */
  readonly codeFolder: string;
  /** `nodejs20.x`, `python3.12`, … */
  readonly runtime: string;
  /** `file.export`. */
  readonly handler: string;
  /** The user's variables and Teal's own (`AWS_ENDPOINT_URL`, credentials, region). */
  readonly environment: Readonly<Record<string, string>>;
  /** Real time. */
  readonly timeout: Millis;
  /** What the timeout is called in messages: configured seconds. */
  readonly timeoutSeconds: number;
  readonly memoryMiB: number;
  /** Where its lines go; `/aws/lambda/NAME` unless given. */
  readonly logGroup?: string;
}

export interface InvocationResult {
  /** JSON text; the handler's result, or Lambda's error payload. */
  readonly payload: string;
  /** `Unhandled` when the function failed. */
  readonly functionError?: 'Unhandled';
  /** The last 4 KiB of what it printed, with START, END and REPORT lines. */
  readonly logTail: string;
}

export interface PrintedLine {
  readonly at: Date;
  /** With its newline, as Lambda's events have it. */
  readonly message: string;
}

/**
 * Takes lines that a function printed, START, END and REPORT among them. A function that prints faster than they are
 * taken waits. It never rejects.
 *
 * @param stream - one for each sandbox, named as Lambda names them
 */
export type Print = (stream: string, lines: readonly PrintedLine[]) => Promise<void>;

/** Runs functions. Whatever a function does, it never harms Teal. */
export interface Functions {
  readonly name: FunctionsName;
  /** Says why this machine cannot run the runtime (no `python3`, unknown name), or `undefined`. */
  refuse(runtime: string): string | undefined;
  invoke(spec: FunctionSpec, payload: string, requestId: string, print?: Print): Promise<InvocationResult>;
  /** Ends every function process. */
  close(): Promise<void>;
}

export type FunctionsName = 'process';
