import type { CatalogueEntry } from '../catalogue.ts';
import type { Fault } from '../fault.ts';
import type { Operation, ServiceModel } from '../model.ts';
import type { WireRequest, WireResponse } from '../request.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** A service as a protocol sees it. */
export interface Spoken {
  readonly entry: CatalogueEntry;
  readonly model: ServiceModel;
}

/** The operation that a request names, with its input still unread. */
export interface Asked {
  readonly operation: Operation;
  /** @throws {ApiError} for malformed text and wrong types */
  readonly read: () => Fields;
}

/** What a client may know of what an action threw amid its events. */
export type FaultOf = (thrown: unknown) => Fault;

/** One AWS wire protocol, from the server's side. */
export interface Protocol {
  /** Bytes beyond which a body is refused; documents of AWS allow less than this everywhere. */
  readonly maxBodyBytes: number;
  /** @throws {ApiError} when the request names no operation of the service */
  resolve(spoken: Spoken, request: WireRequest, body: Uint8Array): Asked;
  /**
   * Resolves an operation whose body is handed on as it comes; `undefined` when the body is to be read first.
   *
   * @throws {ApiError} as `resolve`
   */
  readonly resolveStreamed?: (spoken: Spoken, request: WireRequest) => Asked | undefined;
  write(spoken: Spoken, operation: Operation, output: Fields, requestId: string): WireResponse;
  /** Answers with a stream of events. Absent in protocols that have none here. */
  readonly writeEvents?: (operation: Operation, output: Fields, requestId: string, faultOf: FaultOf) => WireResponse;
  /** `entry` is absent when nobody knows which service was meant. */
  writeError(entry: CatalogueEntry | undefined, fault: Fault, requestId: string): WireResponse;
  /** The error for an operation that AWS has and Teal does not. */
  readonly unsupportedCode: string;
  /** The error for a value of the wrong type. */
  readonly malformedCode: string;
}

export const NO_BYTES = new Uint8Array();
export const MEBIBYTE = 1_048_576;
export const utf8 = (text: string): Uint8Array => Buffer.from(text, 'utf8');
export const textOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
