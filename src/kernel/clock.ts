import { millis, type Millis } from './span.ts';

/**
 * The one place that reads the time and sets timers.
 *
 * Configured waits (canary interval, bake, health-check interval, hook limit) are divided by `timeScale`;
 * stamps stay real, and so do real I/O limits.
 */
export interface Clock {
  /** How many configured seconds pass in one real second; 1 is real time. */
  readonly timeScale: number;
  now(): Date;
  /** Turns a configured span into the real span it takes under the time scale, at least 1 ms when it is above 0. */
  scaled(configured: Millis): Millis;
  /** Resolves after a real span, or at once when the signal aborts; it never rejects. */
  sleep(real: Millis, signal?: AbortSignal): Promise<void>;
}

export function systemClock(timeScale = 1): Clock {
  if (!(timeScale > 0)) throw new RangeError(`the time scale must be above 0, found ${timeScale}`);
  return {
    timeScale,
    now: () => new Date(),
    scaled: (configured) => (configured <= 0 ? millis(0) : millis(Math.max(1, configured / timeScale))),
    sleep: (real, signal) => sleep(real, signal),
  };
}

function sleep(real: Millis, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const finish = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', finish);
      resolve();
    };
    const timer = setTimeout(finish, real);
    signal?.addEventListener('abort', finish);
  });
}

/** Starts measuring; each call gives the real seconds since then, which no change of the system's time touches. */
export function stopwatch(): () => number {
  const startedAt = performance.now();
  return () => (performance.now() - startedAt) / 1000;
}
