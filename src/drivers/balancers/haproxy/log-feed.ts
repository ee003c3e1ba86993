import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { LogPosition } from './log-position.ts';
import type { Worker } from './master.ts';
import type { Places } from './places.ts';
import { RingReader } from './ring-reader.ts';

/** A real I/O limit, in milliseconds: without the log nothing but response times is behind. */
const CAUGHT_UP_WITHIN = 2000;

/**
 * Reads the lines that workers log. They keep them while nobody reads, and then overwrite the oldest.
 *
 * No line is read twice: access logs would show a request twice, and whoever adds up counters takes one that is smaller
 * than before for one that began anew. A crash of Teal loses lines that were read but not yet written to a file.
 */
export class LogFeed {
  readonly #places: Places;
  readonly #onLine: (line: string) => void;
  readonly #readers = new Map<number, RingReader>();
  readonly #marks = new Map<string, () => void>();
  #present: RingReader | undefined;

  constructor(places: Places, onLine: (line: string) => void) {
    this.#places = places;
    this.#onLine = onLine;
  }

  /** Reads from all workers there are, from old ones to their end, and from no other. */
  async follow(workers: readonly Worker[]): Promise<void> {
    const pids = new Set(workers.map(({ pid }) => pid));
    for (const [pid, reader] of this.#readers) {
      if (pids.has(pid)) continue;
      reader.close();
      this.#readers.delete(pid);
    }
    LogPosition.keep(this.#places, pids);
    for (const worker of workers) {
      const reader = this.#readers.get(worker.pid) ?? new RingReader(this.#places, worker.pid, this.#onLine);
      this.#readers.set(worker.pid, reader);
      await reader.open(worker);
      if (worker.isOld) await reader.finishWhenIdle();
      else this.#present = reader;
    }
  }

  marked(mark: string): void {
    this.#marks.get(mark)?.();
  }

  /** Resolves when every line of the present worker's requests so far has been read, or cannot be for now. */
  async catchUp(): Promise<void> {
    if (!this.#present?.isLive) return;
    const mark = `/${randomBytes(8).toString('hex')}`;
    await new Promise<void>((resolve) => {
      const limit = setTimeout(resolve, CAUGHT_UP_WITHIN);
      const done = () => {
        clearTimeout(limit);
        resolve();
      };
      this.#marks.set(mark, done);
      const asked = request({ socketPath: this.#places.markerSocket, path: mark, agent: false }, (answer) =>
        answer.resume(),
      );
      asked.on('error', done);
      asked.end();
    });
    this.#marks.delete(mark);
  }

  close(): void {
    for (const reader of this.#readers.values()) reader.close();
    this.#readers.clear();
  }
}
