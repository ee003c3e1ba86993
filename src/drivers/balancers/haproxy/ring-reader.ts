import { connect, type Socket } from 'node:net';
import { LOG_RING, RING_BYTES } from './config/log-format.ts';
import { LogPosition } from './log-position.ts';
import { lineId } from './log-line.ts';
import { talk, type Worker } from './master.ts';
import type { Places } from './places.ts';

/** A real I/O limit, in milliseconds. */
const ANSWER_WITHIN = 10_000;

/**
 * Reads the ring of one worker, each line once: what is in it already, then what comes.
 *
 * HAProxy shows a ring from its oldest line on, so what was read before is skipped. The open connection is a job of the
 * worker, which therefore does not end before it is finished here.
 */
export class RingReader {
  readonly #places: Places;
  readonly #worker: number;
  readonly #onLine: (line: string) => void;
  readonly #position: LogPosition;
  #live: Socket | undefined;
  #isFinished = false;

  constructor(places: Places, worker: number, onLine: (line: string) => void) {
    this.#places = places;
    this.#worker = worker;
    this.#onLine = onLine;
    this.#position = new LogPosition(places, worker);
  }

  get isLive(): boolean {
    return this.#live !== undefined;
  }

  /** Reads on where it is not reading yet. */
  async open({ isOld }: Pick<Worker, 'isOld'>): Promise<void> {
    if (this.#live || this.#isFinished) return;
    await this.#readBacklog();
    const follow = `show events ${LOG_RING} -w\n`;
    // The master hangs up at every reload, but a worker keeps its connections.
    if (isOld) await this.#attach(this.#places.masterSocket, `@!${this.#worker} ${follow}`, false);
    else await this.#attach(this.#places.adminSocket, `show info;${follow}`, true);
  }

  /** Once an old worker has nothing else to do: reads its last lines, and lets it end. */
  async finishWhenIdle(): Promise<void> {
    if (this.#isFinished || (await this.#otherJobs()) > 0) return;
    this.#isFinished = true;
    this.#live?.removeAllListeners('data');
    await this.#readBacklog();
    this.#live?.destroy();
  }

  close(): void {
    this.#isFinished = true;
    this.#live?.destroy();
    this.#position.close();
  }

  /** Jobs of the worker beside the connections of this reader: of the one that follows, and of this question. */
  async #otherJobs(): Promise<number> {
    const text = await this.#ask('show info').catch(() => '');
    const number = (name: string) => Number(new RegExp(`^${name}: (\\d+)$`, 'm').exec(text)?.[1] ?? Infinity);
    return number('Jobs') - number('Unstoppable Jobs') - (this.#live ? 2 : 1);
  }

  async #readBacklog(): Promise<void> {
    const lines = (await this.#ask(`show events ${LOG_RING}`).catch(() => '')).split('\n');
    const { id } = this.#position;
    this.#take(id === undefined ? lines : lines.slice(lines.findLastIndex((line) => lineId(line) === id) + 1));
  }

  #ask(command: string): Promise<string> {
    return talk(this.#places.masterSocket, `@!${this.#worker} ${command}\nquit\n`, 'latin1');
  }

  /**
   * Resolves when lines come, or cannot for now.
   *
   * @param introduced - whether the answer begins with `show info`: two workers listen while one takes over
   */
  #attach(path: string, text: string, introduced: boolean): Promise<void> {
    return new Promise((resolve) => {
      const socket = connect(path, () => socket.write(text));
      const limit = setTimeout(() => socket.destroy(), ANSWER_WITHIN);
      const read = this.#reading();
      const begin = (rest: string) => {
        clearTimeout(limit);
        this.#live = socket;
        read(rest);
        resolve();
      };
      let info = '';
      socket.setEncoding('latin1');
      socket.on('error', () => undefined);
      socket.on('close', () => {
        clearTimeout(limit);
        this.#live = undefined;
        resolve();
      });
      socket.on('data', (part: string) => {
        if (this.#live) return read(part);
        info += part;
        const end = info.indexOf('\n\n');
        if (end >= 0 && !info.includes(`\nPid: ${this.#worker}\n`)) socket.destroy();
        else if (end >= 0) begin(info.slice(end + 2));
      });
      if (!introduced) socket.on('connect', () => begin(''));
    });
  }

  /** Makes lines of parts, and skips those that are known; if their last is gone, all of them are new. */
  #reading(): (part: string) => void {
    let known = this.#position.id;
    let pending = '';
    let held: string[] = [];
    let heldBytes = 0;
    return (part) => {
      const lines = (pending + part).split('\n');
      pending = lines.pop() ?? '';
      if (known === undefined) return this.#take(lines);
      const last = lines.findLastIndex((line) => lineId(line) === known);
      held.push(...lines);
      heldBytes += part.length;
      if (last < 0 && heldBytes <= RING_BYTES) return;
      known = undefined;
      this.#take(last < 0 ? held : lines.slice(last + 1));
      held = [];
    };
  }

  #take(lines: readonly string[]): void {
    let last: string | undefined;
    for (const line of lines) {
      last = lineId(line) ?? last;
      this.#onLine(line);
    }
    if (last !== undefined) this.#position.set(last);
  }
}
