/** A target's share of its turns while it warms up: it grows evenly from nothing to all. */
export class SlowStart {
  readonly #from: number;
  readonly #until: number;
  #credit = 0;

  /** @param now - epoch milliseconds. @param duration - milliseconds */
  constructor(now: number, duration: number) {
    this.#from = now;
    this.#until = now + duration;
  }

  isOver(now: number): boolean {
    return now >= this.#until;
  }

  /** Whether the target takes a turn that has come to it. */
  takesTurn(now: number): boolean {
    this.#credit += (now - this.#from) / (this.#until - this.#from);
    if (this.#credit < 1) return false;
    this.#credit -= 1;
    return true;
  }
}
