import type { Millis } from '../../kernel/span.ts';

/** Code from a zip, run by a runtime. */
export interface ZipPackage {
  readonly kind: 'zip';
  /** The unzipped code. */
  readonly folder: string;
  /** The unzipped layers; a later one hides what an earlier one has too. */
  readonly layers: readonly string[];
  /** `nodejs20.x`, `python3.12`, `provided.al2023`, … */
  readonly runtime: string;
  /** `file.export`. */
  readonly handler: string;
}

/** A container image that brings code and runtime. What is undefined the image says itself. */
export interface ImagePackage {
  readonly kind: 'image';
  readonly uri: string;
  /** What the URI stood for when it was given: another image under the same tag changes nothing. */
  readonly id: string;
  readonly entryPoint?: readonly string[];
  readonly command?: readonly string[];
  readonly workingDirectory?: string;
}

/** One version of a function, ready to run. */
export interface FunctionSpec {
  readonly arn: string;
  readonly name: string;
  readonly version: string;
  readonly package: ZipPackage | ImagePackage;
  /** The user's variables and Teal's own (`AWS_ENDPOINT_URL`, credentials, region). */
  readonly environment: Readonly<Record<string, string>>;
  /** Real time. */
  readonly timeout: Millis;
  /** What the timeout is called in messages: configured seconds. */
  readonly timeoutSeconds: number;
  /** A function that holds more is ended. */
  readonly memoryMiB: number;
  /** What it may write to its folder for temporary files. */
  readonly ephemeralStorageMiB: number;
  /** Where its lines go; `/aws/lambda/NAME` unless given. */
  readonly logGroup?: string;
}

/** What a caller may send beside the event. */
export interface InvocationContext {
  /** JSON text. */
  readonly clientContext?: string;
  /** An X-Ray trace header; one is made up where it is missing. */
  readonly traceId?: string;
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

export type ResolvedImage =
  | {
      /** `sha256:` and 64 hexadecimal digits. */
      readonly id: string;
      readonly refused?: undefined;
    }
  | { readonly refused: string };

/** Runs functions. Whatever a function does, it never harms Teal. */
export interface Functions {
  readonly name: FunctionsName;
  /** Says why this machine cannot run the runtime (no `python3`, unknown name), or `undefined`. */
  refuse(runtime: string): string | undefined;
  /** Finds a container image on this machine, or pulls it; says why it cannot be run. */
  resolveImage(uri: string): Promise<ResolvedImage>;
  invoke(
    spec: FunctionSpec,
    payload: string,
    requestId: string,
    print?: Print,
    context?: InvocationContext,
  ): Promise<InvocationResult>;
  /** Ends every sandbox; resolves when they have ended. */
  close(): Promise<void>;
}

export type FunctionsName = 'process';
