import type { ClientListener } from '../messages.ts';
import { ChunkedBody } from './chunked-body.ts';
import type { ParsedRequest } from './request-parser.ts';

/** The body of one request while it is being read. */
export class RequestBody {
  #remaining: number;
  readonly #chunks: ChunkedBody | undefined;

  constructor(head: ParsedRequest) {
    this.#remaining = head.contentLength;
    this.#chunks = head.body === 'stream' ? new ChunkedBody() : undefined;
  }

  /**
   * Hands the body's parts on.
   *
   * @returns where it ended in `bytes`, -1 when it goes on, -2 when it is malformed
   */
  read(bytes: Buffer, listener: ClientListener): number {
    if (this.#chunks) return this.#readChunks(this.#chunks, bytes, listener);
    const length = Math.min(this.#remaining, bytes.length);
    this.#remaining -= length;
    if (length > 0) listener.data(length === bytes.length ? bytes : bytes.subarray(0, length));
    if (this.#remaining > 0) return -1;
    listener.dataEnd(undefined);
    return length;
  }

  #readChunks(chunks: ChunkedBody, bytes: Buffer, listener: ClientListener): number {
    const parts: Buffer[] = [];
    const end = chunks.read(bytes, parts);
    if (end === -2) return -2;
    for (const part of parts) listener.data(part);
    if (end >= 0) listener.dataEnd(chunks.trailers);
    return end;
  }
}
