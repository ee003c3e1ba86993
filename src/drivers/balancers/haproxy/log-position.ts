import { closeSync, ftruncateSync, openSync, readFileSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { identify } from '../process-identity.ts';
import type { Places } from './places.ts';

const NAME = /^read-(\d+)$/;
const WIDTH = 20;

/** Which line of a worker was read last: in a file, so that the next Teal goes on behind it. */
export class LogPosition {
  readonly #file: string;
  #descriptor: number | undefined;
  #id: string | undefined;

  constructor({ folder }: Places, worker: number) {
    this.#file = join(folder, `read-${worker}`);
    // A later process may have the number of this one.
    const startedAs = identify(worker)?.startedAs ?? '';
    const before = readOr(this.#file);
    if (before.slice(WIDTH) === startedAs) this.#id = before.slice(0, WIDTH).trim() || undefined;
    this.#descriptor = openSync(this.#file, before === '' ? 'w' : 'r+', 0o600);
    if (before.slice(WIDTH) === startedAs) return;
    ftruncateSync(this.#descriptor);
    writeSync(this.#descriptor, ''.padEnd(WIDTH) + startedAs, 0);
  }

  get id(): string | undefined {
    return this.#id;
  }

  /** One write of a few bytes in place, some 3 µs, because it is done for every packet of lines. */
  set(id: string): void {
    this.#id = id;
    if (this.#descriptor !== undefined) writeSync(this.#descriptor, id.padEnd(WIDTH), 0);
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  /** Forgets workers that are gone. */
  static keep({ folder }: Places, workers: ReadonlySet<number>): void {
    for (const name of readdirSync(folder)) {
      const [, worker] = NAME.exec(name) ?? [];
      if (worker !== undefined && !workers.has(Number(worker))) rmSync(join(folder, name), { force: true });
    }
  }
}

function readOr(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
