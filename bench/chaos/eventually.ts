import { setTimeout as pause } from 'node:timers/promises';

/** Milliseconds; asking more often would itself be the load on a small machine. */
const PERIOD = 100;
const LIMIT = 180_000;

/**
 * Asks again until the answer is defined, and gives it.
 *
 * @throws after three minutes, saying what it waited for
 */
export async function eventually<T>(what: string, ask: () => Promise<T | undefined> | T | undefined): Promise<T> {
  const until = performance.now() + LIMIT;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > until) throw new Error(`waited ${LIMIT} ms in vain for ${what}`);
    await pause(PERIOD);
  }
}
