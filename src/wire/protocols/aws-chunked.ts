import { ApiError } from '../api-error.ts';

/** Longer than any line of AWS's: a chunk's size and signature, or a trailer. */
const LONGEST_LINE = 4096;
const [CR, LF] = [13, 10];

type State = 'size' | 'data' | 'data-end' | 'trailer' | 'done';

/**
 * Takes the frames of an `aws-chunked` body off: `SIZE[;chunk-signature=…]`, the bytes, and after a chunk of size zero the
 * trailers. Signatures of chunks are not verified.
 *
 * Source: S3 API Reference, signature calculations for chunked uploads.
 */
export class AwsChunkedDecoder {
  #state: State = 'size';
  #line = Buffer.alloc(0);
  /** Bytes of the chunk that are still to come. */
  #left = 0;
  readonly trailers: Record<string, string> = {};

  /** Gives what these bytes carry. @throws {ApiError} `IncompleteBody` for frames that are none */
  *feed(bytes: Uint8Array): Generator<Uint8Array> {
    let at = 0;
    while (at < bytes.byteLength && this.#state !== 'done') {
      if (this.#state === 'data') {
        const taken = bytes.subarray(at, at + this.#left);
        at += taken.byteLength;
        this.#left -= taken.byteLength;
        if (this.#left === 0) this.#state = 'data-end';
        yield taken;
        continue;
      }
      const end = bytes.indexOf(LF, at);
      this.#keep(bytes.subarray(at, end < 0 ? undefined : end));
      if (end < 0) return;
      at = end + 1;
      this.#endLine();
    }
  }

  /** @throws {ApiError} `IncompleteBody` when the last chunk has not come */
  end(): void {
    const isEnded = this.#state === 'done' || (this.#state === 'trailer' && this.#line.length === 0);
    if (!isEnded) throw incomplete();
  }

  #keep(part: Uint8Array): void {
    this.#line = Buffer.concat([this.#line, part]);
    if (this.#line.length > LONGEST_LINE) throw incomplete();
  }

  #endLine(): void {
    const last = this.#line.at(-1) === CR ? -1 : undefined;
    const line = this.#line.subarray(0, last).toString('latin1');
    this.#line = Buffer.alloc(0);
    if (this.#state === 'size') return this.#begin(line);
    if (this.#state === 'data-end') {
      if (line !== '') throw incomplete();
      this.#state = 'size';
      return;
    }
    if (line === '') this.#state = 'done';
    else this.#keepTrailer(line);
  }

  #begin(line: string): void {
    const size = /^([0-9a-f]{1,12})(;.*)?$/i.exec(line)?.[1];
    if (size === undefined) throw incomplete();
    this.#left = parseInt(size, 16);
    this.#state = this.#left === 0 ? 'trailer' : 'data';
  }

  #keepTrailer(line: string): void {
    const colon = line.indexOf(':');
    if (colon > 0) this.trailers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim();
  }
}

const incomplete = (): ApiError =>
  new ApiError(
    'IncompleteBody',
    'The request body terminated unexpectedly or is not framed as its Content-Encoding says',
  );
