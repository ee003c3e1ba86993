import { readFields } from './field-lines.ts';

const MAX_LINE = 4096;
const MAX_TRAILERS = 64 * 1024;
const TRAILER_LIMITS = { line: 16 * 1024 };
const SIZE = /^([0-9a-fA-F]{1,13})(.*)$/;
const EXTENSIONS =
  /^(?:;[!#$%&'*+\-.^_`|~0-9A-Za-z]+(?:=(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+|"(?:[^"\\\0-\x08\x0a-\x1f\x7f]|\\[\t\x20-\x7e])*"))?)*$/;

/** Takes a chunked body apart. A class because it holds where it is between two packets. */
export class ChunkedBody {
  /** Name, value, name, value; there once the body has ended, if it has any. */
  trailers: string[] | undefined;
  #state: 'size' | 'data' | 'data-end' | 'trailers' = 'size';
  #remaining = 0;
  #line = '';
  #trailerText = '';

  /**
   * Reads on.
   *
   * @param out - receives the parts of the body found
   * @returns where the body ended in `bytes`, -1 when it goes on, -2 when it is malformed
   */
  read(bytes: Buffer, out: Buffer[]): number {
    let at = 0;
    while (at < bytes.length) {
      if (this.#state === 'data') {
        const take = Math.min(this.#remaining, bytes.length - at);
        out.push(bytes.subarray(at, at + take));
        at += take;
        this.#remaining -= take;
        if (this.#remaining === 0) this.#state = 'data-end';
        continue;
      }
      const newline = bytes.indexOf(10, at);
      this.#line += bytes.toString('latin1', at, newline < 0 ? bytes.length : newline);
      if (this.#line.length > (this.#state === 'trailers' ? TRAILER_LIMITS.line : MAX_LINE)) return -2;
      if (newline < 0) return -1;
      at = newline + 1;
      const after = this.#endLine();
      if (after !== 'more') return after === 'end' ? at : -2;
    }
    return -1;
  }

  #endLine(): 'more' | 'end' | 'malformed' {
    const line = this.#line.endsWith('\r') ? this.#line.slice(0, -1) : undefined;
    this.#line = '';
    if (line === undefined) return 'malformed';
    if (this.#state === 'trailers') return this.#trailer(line);
    if (this.#state === 'data-end') {
      this.#state = 'size';
      return line === '' ? 'more' : 'malformed';
    }
    const size = SIZE.exec(line);
    if (!size || (size[2] !== '' && !EXTENSIONS.test(size[2] ?? ''))) return 'malformed';
    this.#remaining = Number.parseInt(size[1] ?? '', 16);
    this.#state = this.#remaining === 0 ? 'trailers' : 'data';
    return 'more';
  }

  #trailer(line: string): 'more' | 'end' | 'malformed' {
    if (line !== '') {
      this.#trailerText += this.#trailerText === '' ? line : `\r\n${line}`;
      return this.#trailerText.length > MAX_TRAILERS ? 'malformed' : 'more';
    }
    if (this.#trailerText === '') return 'end';
    const trailers: string[] = [];
    if (readFields(this.#trailerText, 0, trailers, TRAILER_LIMITS) < 0) return 'malformed';
    this.trailers = trailers;
    return 'end';
  }
}
