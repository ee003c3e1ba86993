import type { Clock } from './clock.ts';
import type { Millis } from './span.ts';

/**
 * Wakes loops early: whoever changes something rings, a loop that waits hears it.
 *
 * A ring carries no knowledge, so a missed one costs a delay and nothing else (design, decision 6).
 */
export interface Bell {
  ring(): void;
  /** Resolves at the next ring, after `atMost`, or when the signal aborts. A ring since the last wait counts. */
  wait(atMost: Millis, signal: AbortSignal): Promise<void>;
  /** Calls the listener at every ring; returns what stops that. */
  listen(listener: () => void): () => void;
}

export function createBell(clock: Clock): Bell {
  const listeners = new Set<() => void>();
  let rung = false;
  return {
    ring() {
      rung = true;
      for (const listener of [...listeners]) listener();
    },
    async wait(atMost, signal) {
      if (!rung) {
        const early = new AbortController();
        const stop = () => early.abort();
        listeners.add(stop);
        await clock.sleep(atMost, AbortSignal.any([early.signal, signal]));
        listeners.delete(stop);
      }
      rung = false;
    },
    listen(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
