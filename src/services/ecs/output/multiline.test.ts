import { expect, it } from 'vitest';
import { datetimePattern, putTogether } from './multiline.ts';

const lines = (...messages: string[]) => messages.map((message, index) => ({ message, at: index + 1 }));

it('begins an event at each line that fits, and stamps it with that line', () => {
  const { whole, open } = putTogether(lines('[1] a', ' b', ' c', '[2] d'), undefined, { pattern: '^\\[' }, 0);

  expect(whole).toEqual([{ message: '[1] a\n b\n c', at: 1 }]);
  expect(open).toEqual({ message: '[2] d', at: 4 });
});

it('goes on with an event that was left open', () => {
  const left = { message: '[0] z', at: 0 };

  expect(putTogether(lines(' y', '[1] a'), left, { pattern: '^\\[' }, 0).whole).toEqual([
    { message: '[0] z\n y', at: 0 },
  ]);
});

it('cuts an event that would be longer than CloudWatch Logs takes', () => {
  const long = 'x'.repeat(200_000);

  expect(putTogether(lines(long, long), undefined, { pattern: '^never' }, 0).whole).toEqual([{ message: long, at: 1 }]);
});

it.each([
  ['[%b %d, %Y %H:%M:%S]', '[May 01, 2017 19:00:01] hello'],
  ['%Y-%m-%dT%H:%M:%S%L%z', '2026-11-27T23:20:01.123+0000 hello'],
  ['%A %j', 'Monday 331'],
])('finds the time %s in "%s"', (format, line) => {
  expect(new RegExp(datetimePattern(format.replace(/[[\]]/g, '\\$&'))).test(line)).toBe(true);
});
