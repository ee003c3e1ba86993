import { expect, it } from 'vitest';
import { compareKeys, listPage, urlEncoded } from './listing.ts';

const keys = (...all: string[]) => all.sort(compareKeys).map((key) => ({ key }));
const shown = (found: ReturnType<typeof listPage<{ key: string }>>) => [
  found.items.map(({ key }) => key),
  found.commonPrefixes,
  found.next,
];
const all = { prefix: '', delimiter: undefined, after: '', limit: 1000 };

it('rolls keys up to the delimiter after the prefix', () => {
  const found = listPage(keys('a/1', 'a/b/2', 'a/b/3', 'b'), { ...all, prefix: 'a/', delimiter: '/' });

  expect(shown(found)).toEqual([['a/1'], ['a/b/'], undefined]);
});

it('goes on behind a common prefix that ended a page', () => {
  const of = keys('a/1', 'a/2', 'b');
  const first = listPage(of, { ...all, delimiter: '/', limit: 1 });
  const second = listPage(of, { ...all, delimiter: '/', limit: 1, after: first.next ?? '' });

  expect([shown(first), shown(second)]).toEqual([
    [[], ['a/'], 'a/'],
    [['b'], [], undefined],
  ]);
});

it('shows the common prefix of keys behind the one that a list starts after', () => {
  const found = listPage(keys('a/1', 'a/2'), { ...all, delimiter: '/', after: 'a/1' });

  expect(shown(found)).toEqual([[], ['a/'], undefined]);
});

it('says that there is no more when the last page is full', () => {
  expect(listPage(keys('a', 'b'), { ...all, limit: 2 }).next).toBeUndefined();
  expect(listPage(keys('a', 'b'), { ...all, limit: 0 }).next).toBeUndefined();
});

it('orders keys by their bytes in UTF-8', () => {
  expect(['\u{1f600}', '\uff61', 'z', 'é'].sort(compareKeys)).toEqual(['z', 'é', '\uff61', '\u{1f600}']);
});

it('encodes keys as URLs do but for the slash', () => {
  expect(urlEncoded("a b/+ö'\u0001")).toBe('a%20b/%2B%C3%B6%27%01');
});
