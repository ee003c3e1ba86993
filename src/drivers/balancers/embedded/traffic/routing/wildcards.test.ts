import { expect, it } from 'vitest';
import { wildcards } from './wildcards.ts';

it.each([
  ['/img/*', '/img/a/b.png', true],
  ['/img/*', '/img/', true],
  ['/img/*', '/img', false],
  ['*.test', 'a.b.test', true],
  ['*.test', 'test', false],
  ['a*b*c', 'a1b2c', true],
  ['a*b*c', 'abcb', false],
  ['ab*ba', 'aba', false],
  ['ab*ba', 'abba', true],
  ['a?c', 'abc', true],
  ['a?c', 'ac', false],
  ['*?', '', false],
  ['*?', 'x', true],
  ['**', '', true],
  ['', '', true],
  ['', 'a', false],
  ['a.c', 'abc', false],
  ['[a-z]+', 'abc', false],
])('%s and %s: %s', (pattern, text, matches) => {
  expect(wildcards(pattern)(text)).toBe(matches);
});

it('takes a backslash as itself, or as an escape where it is one', () => {
  expect([wildcards('a\\*')('a\\b'), wildcards('a\\*')('a*')]).toEqual([true, false]);
  expect([wildcards('a\\*\\?', true)('a*?'), wildcards('a\\*', true)('ab')]).toEqual([true, false]);
});

it('agrees with trying every way, on every short pattern and text', () => {
  const wrong = words('ab*?', 4).flatMap((pattern) => {
    const matches = wildcards(pattern);
    return words('ab', 5)
      .filter((text) => matches(text) !== slowly(pattern, text))
      .map((text) => `${pattern} ${text}`);
  });

  expect(wrong).toEqual([]);
});

// With a backtracking matcher none of these ends before the test's limit.
it('comes to an end on patterns and texts made to keep it busy', () => {
  const text = `${'a'.repeat(16_000)}c`;
  const patterns = [`${'a*'.repeat(60)}b`, `${'*?'.repeat(60)}b`, `${'*a'.repeat(60)}b*`, `*${'a?'.repeat(60)}b*`];

  for (const pattern of patterns) expect(wildcards(pattern)(text)).toBe(false);
});

function words(letters: string, longest: number): string[] {
  const shorter = longest === 0 ? [] : words(letters, longest - 1);
  const longer = shorter.filter(({ length }) => length === longest - 1);
  return longest === 0 ? [''] : [...shorter, ...longer.flatMap((word) => [...letters].map((letter) => word + letter))];
}

function slowly(pattern: string, text: string): boolean {
  const [first] = pattern;
  if (first === undefined) return text === '';
  if (first === '*') return slowly(pattern.slice(1), text) || (text !== '' && slowly(pattern, text.slice(1)));
  return text !== '' && (first === '?' || first === text[0]) && slowly(pattern.slice(1), text.slice(1));
}
