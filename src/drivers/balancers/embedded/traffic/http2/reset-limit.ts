const BURST = 500;
const PER_SECOND = 50;

/**
 * Bounds how often streams of one connection end before their answers do: each costs work at a target and nothing to
 * the client (CVE-2023-44487). Browsers stay far below.
 */
export class ResetLimit {
  #left = BURST;
  #countedAt = 0;

  /** Counts one. @param now - epoch milliseconds */
  exceededBy(now: number): boolean {
    const elapsed = Math.max(0, now - this.#countedAt);
    this.#countedAt = now;
    this.#left = Math.min(BURST, this.#left + (elapsed * PER_SECOND) / 1000) - 1;
    return this.#left < 0;
  }
}
