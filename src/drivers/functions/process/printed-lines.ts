import type { PrintedLine, Print } from '../functions.ts';

const NEWLINE = 10;
/** Longer lines are cut. Source: Lambda cuts log lines at 256 KB. */
const LONGEST = 262_144;
/** What the bootstraps print behind everything else of an invocation. */
const MARK = '\0teal-end ';

/** Takes what a sandbox prints apart into lines and hands them on; nothing is kept once they are taken. */
export class PrintedLines {
  readonly #stream: string;
  readonly #now: () => Date;
  #print: Print | undefined;
  #open: Buffer = Buffer.alloc(0);
  /** Printed while the function was loaded, before its first invocation. */
  #early: PrintedLine[] = [];

  constructor(stream: string, now: () => Date) {
    this.#stream = stream;
    this.#now = now;
  }

  /** From now on lines belong to this one's invocation. */
  begin(print: Print | undefined, firstLine: string): void {
    this.#print = print;
    void this.#hand([...this.#early.splice(0), ...this.#lines(firstLine)]);
  }

  /** @returns when they were taken; `undefined` when there was no whole line */
  add(chunk: Buffer): Promise<void> | undefined {
    const all = this.#open.length > 0 ? Buffer.concat([this.#open, chunk]) : chunk;
    const length = all.length > LONGEST ? all.length : all.lastIndexOf(NEWLINE) + 1;
    this.#open = Buffer.from(all.subarray(length));
    return length === 0 ? undefined : this.#hand(this.#lines(all.subarray(0, length).toString()));
  }

  /** Whatever was printed last is a line by now. */
  end(lastLines: string): void {
    const open = this.#open.toString();
    this.#open = Buffer.alloc(0);
    void this.#hand([...this.#lines(open), ...this.#lines(lastLines)]);
  }

  #hand(lines: readonly PrintedLine[]): Promise<void> | undefined {
    if (this.#print) return lines.length > 0 ? this.#print(this.#stream, lines) : undefined;
    this.#early.push(...lines);
    return undefined;
  }

  #lines(text: string): PrintedLine[] {
    const at = this.#now();
    return text
      .split('\n')
      .map((line) => withoutMark(line))
      .filter((line) => line !== '')
      .map((line) => ({ at, message: `${line}\n` }));
  }
}

function withoutMark(line: string): string {
  const mark = line.indexOf(MARK);
  return mark < 0 ? line : line.slice(0, mark);
}
