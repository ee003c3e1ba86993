import { setTimeout as pause } from 'node:timers/promises';

/**
 * Asks again until the answer is defined, and gives it.
 *
 * @throws after `limit` milliseconds, saying what it waited for
 */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T | undefined> | T | undefined,
  limit = 60_000,
): Promise<T> {
  const until = performance.now() + limit;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > until) throw new Error(`waited ${limit} ms in vain for ${what}`);
    await pause(20);
  }
}
