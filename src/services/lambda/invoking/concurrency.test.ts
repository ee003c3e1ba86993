import { expect, it } from 'vitest';
import { createConcurrency, type Taken } from './concurrency.ts';

const scope = { account: '123456789012', region: 'eu-west-1' };
const other = { ...scope, region: 'us-east-1' };
const RESERVED = 'ReservedFunctionConcurrentInvocationLimitExceeded';
const ALL = 'ConcurrentInvocationLimitExceeded';

it('gives a function as many places as it has reserved, and each again when it is free', () => {
  const concurrency = createConcurrency();
  const first = concurrency.take(scope, 'f', 2, 0) as Taken;
  const second = concurrency.take(scope, 'f', 2, 0) as Taken;

  expect([first.now.function, second.now.function]).toEqual([1, 2]);
  expect(concurrency.take(scope, 'f', 2, 0)).toBe(RESERVED);
  first.release();
  first.release();
  expect(concurrency.take(scope, 'f', 2, 0)).toMatchObject({ now: { function: 2, all: 2 } });
  expect(concurrency.take(scope, 'f', 2, 0)).toBe(RESERVED);
});

it('shares what is not reserved between all other functions of an account and region', () => {
  const concurrency = createConcurrency();
  const first = concurrency.take(scope, 'f', undefined, 2) as Taken;
  concurrency.take(scope, 'g', undefined, 2);

  expect(concurrency.unreservedNow(scope)).toBe(2);
  expect(concurrency.take(scope, 'h', undefined, 2)).toBe(ALL);
  expect(concurrency.take(other, 'h', undefined, 2)).toMatchObject({ now: { all: 1 } });
  expect(concurrency.take(scope, 'reserved', 1, 2)).toMatchObject({ now: { function: 1, all: 3 } });
  first.release();
  expect(concurrency.take(scope, 'h', undefined, 2)).toMatchObject({ now: { function: 1 } });
});
