import { stopwatch, type Clock } from '../kernel/clock.ts';
import type { Family } from '../kernel/readings.ts';
import { Histogram } from './histogram.ts';

const SECONDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];

/** Counts how much later than they asked for loops wake. */
export class Timers {
  readonly #late = new Histogram(
    'teal_loop_lateness_seconds',
    'How much later than asked for a loop woke from a wait that nothing ended early.',
    SECONDS,
  );

  /** The same clock, whose waits are counted for one part of Teal. */
  watch(clock: Clock, part: string): Clock {
    const labels = { part };
    return {
      timeScale: clock.timeScale,
      now: () => clock.now(),
      scaled: (configured) => clock.scaled(configured),
      sleep: async (real, signal) => {
        const elapsed = stopwatch();
        await clock.sleep(real, signal);
        if (!signal?.aborted) this.#late.add(labels, Math.max(0, elapsed() - real / 1000));
      },
    };
  }

  families = (): Family[] => [this.#late.family()];
}
