import { expect, it } from 'vitest';
import { HTTP_POLICY, MANAGED_POLICY, retryWait, type RetryPolicy } from './delivery-policy.ts';

const waits = (policy: RetryPolicy) =>
  Array.from({ length: policy.numRetries + 1 }, (_, index) => retryWait(policy, index + 1)).map(
    (wait) => wait && wait / 1000,
  );

it('tries an HTTP endpoint three times more, twenty seconds apart', () => {
  expect(waits(HTTP_POLICY)).toEqual([20, 20, 20, undefined]);
});

it('waits through the four phases', () => {
  const policy = {
    ...HTTP_POLICY,
    numRetries: 9,
    numNoDelayRetries: 1,
    numMinDelayRetries: 2,
    numMaxDelayRetries: 2,
    minDelayTarget: 1,
    maxDelayTarget: 10,
  };

  expect(waits(policy)).toEqual([0, 1, 1, 1, 4, 7, 10, 10, 10, undefined]);
});

it('never waits less than before, whatever the curve', () => {
  for (const backoffFunction of ['linear', 'arithmetic', 'geometric', 'exponential'] as const) {
    const all = waits({ ...MANAGED_POLICY, backoffFunction }).filter((wait) => wait !== undefined);

    expect(all).toEqual([...all].sort((a, b) => a - b));
    expect(all.at(-1)).toBe(20);
  }
});
