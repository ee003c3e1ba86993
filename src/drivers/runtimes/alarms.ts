/** One timer for each task, of its own kind; setting it again replaces it. They keep no process alive. */
export class Alarms {
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #ring: (taskId: string) => void;

  constructor(ring: (taskId: string) => void) {
    this.#ring = ring;
  }

  /** @param at - epoch milliseconds; `undefined` for never */
  set(taskId: string, at: number | undefined): void {
    this.clear(taskId);
    if (at === undefined) return;
    const timer = setTimeout(() => this.#ring(taskId), Math.max(1, at - Date.now()));
    this.#timers.set(taskId, timer.unref());
  }

  clear(taskId: string): void {
    clearTimeout(this.#timers.get(taskId));
    this.#timers.delete(taskId);
  }

  close(): void {
    for (const taskId of [...this.#timers.keys()]) this.clear(taskId);
  }
}
