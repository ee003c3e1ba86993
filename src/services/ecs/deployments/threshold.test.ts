import { expect, it } from 'vitest';
import { thresholdOf } from './threshold.ts';

const breaker = (type: 'BOUNDED_PERCENT' | 'UNBOUNDED_PERCENT' | 'COUNT', value: number) => ({
  enable: true,
  rollback: true,
  thresholdConfiguration: { type, value },
});

it('takes half of the desired count, between 3 and 200', () => {
  expect([1, 6, 7, 25, 400, 1000].map((desired) => thresholdOf(undefined, desired))).toEqual([3, 3, 4, 13, 200, 200]);
});

it('takes a count as it is, and an unbounded share as it comes', () => {
  expect(thresholdOf(breaker('COUNT', 1), 100)).toBe(1);
  expect(thresholdOf(breaker('UNBOUNDED_PERCENT', 10), 5)).toBe(1);
  expect(thresholdOf(breaker('UNBOUNDED_PERCENT', 100), 500)).toBe(500);
  expect(thresholdOf(breaker('UNBOUNDED_PERCENT', 50), 0)).toBe(1);
});
