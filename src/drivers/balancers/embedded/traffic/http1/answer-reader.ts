import { ChunkedBody } from './chunked-body.ts';
import { parseResponseHead, type ResponseHead } from './response-head.ts';

const MAX_HEAD = 32 * 1024;
const HEAD_END = Buffer.from('\r\n\r\n');

/** What is found in the bytes of a connection to a target. */
export interface AnswerFound {
  informational(status: number, headers: readonly string[]): void;
  head(head: ResponseHead): void;
  /** @returns false to have the connection paused */
  data(bytes: Buffer): boolean;
  /** @param clean - nothing came behind the answer's end */
  end(last: Buffer | undefined, trailers: readonly string[] | undefined, clean: boolean): void;
  switched(head: ResponseHead, rest: Buffer): void;
  malformed(): void;
  pause(): void;
}

/** Reads one answer after the other from a connection's bytes. */
export class AnswerReader {
  /** Of the answer whose body is being read. */
  head: ResponseHead | undefined;
  readonly #found: AnswerFound;
  #partial: Buffer | undefined;
  #bodiless = false;
  #remaining = 0;
  #chunks: ChunkedBody | undefined;

  constructor(found: AnswerFound) {
    this.#found = found;
  }

  /** @param bodiless - the request's method allows no body in the answer */
  expect(bodiless: boolean): void {
    this.#bodiless = bodiless;
    this.head = undefined;
    this.#partial = undefined;
    this.#chunks = undefined;
  }

  read(bytes: Buffer): void {
    if (this.head) return this.#body(bytes);
    const all = this.#partial ? Buffer.concat([this.#partial, bytes]) : bytes;
    this.#partial = undefined;
    this.#takeHead(all);
  }

  #takeHead(bytes: Buffer): void {
    const end = bytes.indexOf(HEAD_END);
    if (end < 0 ? bytes.length > MAX_HEAD : end > MAX_HEAD) return this.#found.malformed();
    if (end < 0) return void (this.#partial = bytes);
    const head = parseResponseHead(bytes.toString('latin1', 0, end), this.#bodiless);
    if (!head) return this.#found.malformed();
    const rest = bytes.subarray(end + 4);
    if (head.status === 101) return this.#found.switched(head, rest);
    if (head.status >= 200) return this.#begin(head, rest);
    this.#found.informational(head.status, head.headers);
    if (rest.length > 0) this.#takeHead(rest);
  }

  #begin(head: ResponseHead, rest: Buffer): void {
    this.head = head;
    this.#chunks = head.framing === 'chunks' ? new ChunkedBody() : undefined;
    this.#remaining = head.framing === 'length' ? head.follows : Infinity;
    this.#found.head(head);
    if (this.head === head) this.#body(rest);
  }

  #body(bytes: Buffer): void {
    if (this.#chunks) return this.#chunked(this.#chunks, bytes);
    if (bytes.length < this.#remaining) {
      this.#remaining -= bytes.length;
      if (bytes.length > 0 && !this.#found.data(bytes)) this.#found.pause();
      return;
    }
    const clean = bytes.length === this.#remaining;
    const last = clean ? bytes : bytes.subarray(0, this.#remaining);
    this.#found.end(last.length > 0 ? last : undefined, undefined, clean);
  }

  #chunked(chunks: ChunkedBody, bytes: Buffer): void {
    const parts: Buffer[] = [];
    const end = chunks.read(bytes, parts);
    if (end === -2) return this.#found.malformed();
    const last = end >= 0 ? parts.pop() : undefined;
    let ready = true;
    for (const part of parts) ready = this.#found.data(part) && ready;
    if (end >= 0) this.#found.end(last, chunks.trailers, end === bytes.length);
    else if (!ready) this.#found.pause();
  }
}
