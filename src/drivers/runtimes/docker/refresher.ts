import { setTimeout as pause } from 'node:timers/promises';

/** Does the same work again and again, one at a time: whoever asks while it runs gets it once more, not once each. */
export class Refresher {
  readonly #work: () => Promise<boolean>;
  readonly #restMs: number;
  readonly #closing: AbortSignal;
  #running: Promise<void> | undefined;
  #isStale = false;

  /**
   * @param work - gives whether it could be done; what cannot be done is left until it is asked for again
   * @param restMs - real milliseconds between two runs
   */
  constructor(work: () => Promise<boolean>, restMs: number, closing: AbortSignal) {
    this.#work = work;
    this.#restMs = restMs;
    this.#closing = closing;
  }

  /** Has the work done from its beginning. */
  ask(): void {
    this.#isStale = true;
    this.#running ??= this.#untilFresh().finally(() => (this.#running = undefined));
  }

  /** What is done now is too old already: it is done once more. Without effect where nothing is being done. */
  outdated(): void {
    this.#isStale = true;
  }

  /** Resolves when nothing is being done. */
  async settled(): Promise<void> {
    await this.#running;
  }

  async #untilFresh(): Promise<void> {
    while (this.#isStale && !this.#closing.aborted) {
      this.#isStale = false;
      if (!(await this.#work())) return;
      await pause(this.#restMs, undefined, { signal: this.#closing }).catch(() => undefined);
    }
  }
}
