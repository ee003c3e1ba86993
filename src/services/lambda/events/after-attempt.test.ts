import { expect, it } from 'vitest';
import type { InvocationRecord } from '../records.ts';
import { seconds } from '../../../kernel/span.ts';
import { afterAttempt, USUAL_LIMITS, type Ended, type EventLimits } from './after-attempt.ts';

const MINUTE = 60_000;
const EVENT: InvocationRecord = {
  requestId: 'r',
  functionName: 'f',
  payload: '{}',
  failures: 0,
  refusals: 0,
  acceptedAt: 0,
  dueAt: 0,
};

/** Attempts that all end the same way, until the event has ended. @returns when it was tried, and how it ended */
function play(ended: Ended, limits: EventLimits = USUAL_LIMITS) {
  const triedAt: number[] = [];
  for (let event = EVENT; ;) {
    triedAt.push(event.dueAt);
    const next = afterAttempt(event, ended, limits, event.dueAt, (configured) => configured);
    if (next.do === 'end') return { triedAt, condition: next.condition };
    event = next.record;
  }
}

it('tries a failed event again after one minute and after two more', () => {
  expect(play('failed')).toEqual({ triedAt: [0, MINUTE, 3 * MINUTE], condition: 'RetriesExhausted' });
});

it('tries it as often as the configuration says', () => {
  expect(play('failed', { ...USUAL_LIMITS, retries: 1 }).triedAt).toEqual([0, MINUTE]);
  expect(play('failed', { ...USUAL_LIMITS, retries: 0 }).triedAt).toEqual([0]);
});

it('does not try again what would be too old by then', () => {
  const played = play('failed', { retries: 2, age: seconds(120) });

  expect(played).toEqual({ triedAt: [0, MINUTE], condition: 'EventAgeExceeded' });
});

it('waits longer and longer, up to five minutes, while the function cannot be run, for six hours', () => {
  const { triedAt, condition } = play('not-run');
  const waits = triedAt.slice(1).map((at, index) => (at - (triedAt[index] ?? 0)) / 1000);

  expect(waits.slice(0, 10)).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300]);
  expect(waits.at(-1)).toBe(300);
  expect(triedAt.at(-1)).toBeGreaterThan(355 * MINUTE);
  expect(condition).toBe('EventAgeExceeded');
});

it('counts failures and refusals apart', () => {
  const refused = { ...EVENT, refusals: 5 };
  const next = afterAttempt(refused, 'failed', USUAL_LIMITS, 0, (configured) => configured);

  expect(next).toMatchObject({ do: 'again', record: { failures: 1, refusals: 0, dueAt: MINUTE } });
});

it('ends at once when it succeeded, and when the function never runs', () => {
  expect(play('succeeded').condition).toBe('Success');
  expect(play('never-runs')).toEqual({ triedAt: [0], condition: 'ZeroReservedConcurrency' });
});
