const MAX_LINE = 4096;

/** Takes a chunked body apart. A class because it holds where it is between two packets. */
export class ChunkedBody {
  #state: 'size' | 'data' | 'data-end' | 'trailers' = 'size';
  #remaining = 0;
  #line = '';

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
      if (this.#line.length > MAX_LINE) return -2;
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
    if (this.#state === 'trailers') return line === '' ? 'end' : 'more';
    if (this.#state === 'data-end') {
      this.#state = 'size';
      return line === '' ? 'more' : 'malformed';
    }
    const size = /^([0-9a-fA-F]{1,13})[ \t]*(?:;.*)?$/.exec(line)?.[1];
    if (size === undefined) return 'malformed';
    this.#remaining = Number.parseInt(size, 16);
    this.#state = this.#remaining === 0 ? 'trailers' : 'data';
    return 'more';
  }
}
