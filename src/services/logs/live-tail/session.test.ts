import { SessionTimeoutException } from '@aws-sdk/client-cloudwatch-logs';
import { expect, it } from 'vitest';
import type { Clock } from '../../../kernel/clock.ts';
import { sessionEvents } from './session.ts';

/** A clock whose time moves by what is slept. */
function sleepingClock(): Clock {
  let now = 0;
  return {
    timeScale: 1,
    now: () => new Date(now),
    scaled: (span) => span,
    sleep: async (real) => void (now += real),
  };
}

it('ends with SessionTimeoutException after three hours of updates each second', async () => {
  const kinds: string[] = [];
  const watch = async () => {
    const events = sessionEvents(sleepingClock(), {}, () => ({}), new AbortController().signal);
    for await (const event of events) kinds.push(...Object.keys(event));
  };

  await expect(watch()).rejects.toBeInstanceOf(SessionTimeoutException);
  expect(kinds[0]).toBe('sessionStart');
  expect(kinds.slice(1)).toEqual(Array(3 * 3600 - 1).fill('sessionUpdate'));
});
