import type { Clock } from '../kernel/clock.ts';
import { millis } from '../kernel/span.ts';

export interface FakeClock extends Clock {
  /** Lets everything that can run do so, then moves time to the next timer; `false` when there is none. */
  step(): Promise<boolean>;
}

/** A clock whose time moves only when a test steps it. */
export function fakeClock(startedAt = 1_000_000): FakeClock {
  let now = startedAt;
  const timers = new Set<{ readonly at: number; readonly fire: () => void }>();
  return {
    timeScale: 1,
    now: () => new Date(now),
    scaled: (span) => span,
    sleep: (real, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const fire = () => {
          timers.delete(timer);
          signal?.removeEventListener('abort', fire);
          resolve();
        };
        const timer = { at: now + millis(real), fire };
        timers.add(timer);
        signal?.addEventListener('abort', fire);
      }),
    async step() {
      await new Promise((resolve) => setImmediate(resolve)); // all promises of the fake world have run by then
      const next = [...timers].sort((a, b) => a.at - b.at)[0];
      if (!next) return false;
      now = Math.max(now, next.at);
      next.fire();
      await new Promise((resolve) => setImmediate(resolve));
      return true;
    },
  };
}
