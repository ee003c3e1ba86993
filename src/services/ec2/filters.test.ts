import { expect, it } from 'vitest';
import { filtered, matchesPattern } from './filters.ts';

it.each([
  ['172.31.0.0/16', '172.*', true],
  ['abc', 'a?c', true],
  ['abc', '*', true],
  ['', '*', true],
  ['abc', 'a*b', false],
  ['abc', 'ab', false],
  ['a.c', 'abc', false],
  ['aXbXc', 'a*b*c', true],
])('%s against the pattern %s is %s', (text, pattern, expected) => {
  expect(matchesPattern(text, pattern)).toBe(expected);
});

it('answers a pattern of many stars at once', () => {
  const startedAt = performance.now();

  expect(matchesPattern('a'.repeat(2000), `${'*a'.repeat(500)}b`)).toBe(false);
  expect(performance.now() - startedAt).toBeLessThan(1000);
});

it('wants every filter to match, each by one of its values', () => {
  const things = [
    { size: 's', colour: 'red' },
    { size: 'm', colour: 'red' },
    { size: 'l', colour: 'blue' },
  ];
  const filters = [
    { Name: 'size', Values: ['s', 'l'] },
    { Name: 'colour', Values: ['r*'] },
  ];

  const found = filtered(things, filters, ['size', 'colour'], ({ size, colour }) => ({
    size: [size],
    colour: [colour],
  }));

  expect(found).toEqual([{ size: 's', colour: 'red' }]);
});

it('refuses a filter that does not exist', () => {
  expect(() => filtered([], [{ Name: 'nonsense', Values: ['x'] }], ['size'], () => ({}))).toThrow(
    "The filter 'nonsense' is invalid",
  );
});
