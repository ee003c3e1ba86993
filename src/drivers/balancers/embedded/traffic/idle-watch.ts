/** Something that must not be silent for too long. Milliseconds; the stamps are of `Date.now()`. */
export interface Watched {
  /** When the last byte passed; `Infinity` while silence is allowed. */
  readonly silentSince: number;
  readonly idleTimeout: number;
  fellSilent(): void;
}

const SHORTEST_ROUND = 10;
const LONGEST_ROUND = 500;

/** Watches many connections with one timer: to stamp a number per packet costs less than to move a timer. */
export class IdleWatch {
  readonly #watched = new Set<Watched>();
  #timer: NodeJS.Timeout | undefined;
  #round = LONGEST_ROUND;

  add(one: Watched): void {
    this.#watched.add(one);
    const round = Math.min(LONGEST_ROUND, Math.max(SHORTEST_ROUND, one.idleTimeout / 8));
    if (this.#timer && round >= this.#round) return;
    this.#round = this.#timer ? Math.min(round, this.#round) : round;
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#lookAfterReading(), this.#round);
  }

  delete(one: Watched): void {
    this.#watched.delete(one);
    if (this.#watched.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Timers run before sockets are read: what came while this process was busy is not silence. */
  #lookAfterReading(): void {
    setImmediate(() => this.#look());
  }

  #look(): void {
    const now = Date.now();
    for (const one of this.#watched) if (now - one.silentSince >= one.idleTimeout) one.fellSilent();
  }
}
