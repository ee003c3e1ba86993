/** A request as the wire sees it, whatever carried it. */
export interface WireRequest {
  readonly method: string;
  /** As sent: not decoded, without the query string. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /**
   * The body as sent, compressed if it was.
   *
   * @param atMost - bytes; the carrier stops reading beyond it and throws {@link BodyTooLarge}
   */
  bytes(atMost?: number): Promise<Uint8Array>;
  /** The body as sent, as it comes; instead of `bytes`, and once. It throws when the client goes away. */
  stream(): AsyncIterable<Uint8Array>;
  /** Aborts when the client goes away. */
  readonly signal: AbortSignal;
  /** Only callers inside Teal set it; the HTTP listener never does. */
  readonly principal?: string | undefined;
  /** Whether a part of Teal asks. */
  readonly isInternal?: boolean;
}

export interface WireResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** What comes instead of a body, written as it comes: the frames of an event stream, or a file. */
  readonly frames?: AsyncIterable<Uint8Array>;
}

/** The body is longer than the wire takes. */
export class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge';
}
