/** Lambda gives back this much of a log. */
const SHOWN_BYTES = 4096;
/** An end mark is looked for in what is held, so more is held than shown. */
const HELD_BYTES = 2 * SHOWN_BYTES;

/** The end of what a function prints, in bounded memory. */
export class LogTail {
  #held: Buffer = Buffer.alloc(0);
  #mark: { readonly bytes: Buffer; readonly seen: () => void } | undefined;

  /** Starts a new invocation's log. */
  begin(firstLine: string): void {
    this.#held = Buffer.from(firstLine);
  }

  append(chunk: Buffer): void {
    this.#held = Buffer.concat([this.#held, chunk]);
    this.#takeMark();
    if (this.#held.length > HELD_BYTES) this.#held = Buffer.from(this.#held.subarray(-HELD_BYTES));
  }

  /** Resolves when the mark, printed after all else, has arrived; it is taken out. */
  until(mark: string): Promise<void> {
    return new Promise((seen) => {
      this.#mark = { bytes: Buffer.from(mark), seen };
      this.#takeMark();
    });
  }

  text(lastLines: string): string {
    return Buffer.concat([this.#held, Buffer.from(lastLines)])
      .subarray(-SHOWN_BYTES)
      .toString();
  }

  #takeMark(): void {
    const mark = this.#mark;
    const at = mark ? this.#held.indexOf(mark.bytes) : -1;
    if (!mark || at < 0) return;
    this.#held = Buffer.concat([this.#held.subarray(0, at), this.#held.subarray(at + mark.bytes.length)]);
    this.#mark = undefined;
    mark.seen();
  }
}
