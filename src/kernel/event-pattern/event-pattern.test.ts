import { expect, it } from 'vitest';
import { matchesPattern } from './matches-pattern.ts';
import { readPattern } from './read-pattern.ts';

const matches = (pattern: unknown, event: unknown) => matchesPattern(readPattern(JSON.stringify(pattern)), event);

/** A pattern, events that match it, and events that do not. */
const CASES: readonly (readonly [what: string, pattern: unknown, yes: readonly unknown[], no: readonly unknown[]])[] = [
  ['a value', { a: ['x'] }, [{ a: 'x', b: 1 }, { a: ['y', 'x'] }], [{ a: 'y' }, {}, { a: { x: 'x' } }, { a: [] }]],
  [
    'one of several values',
    { a: ['x', 1, null, true] },
    [{ a: 1 }, { a: null }, { a: true }],
    [{ a: '1' }, { a: false }],
  ],
  ['all fields', { a: ['x'], b: { c: [2] } }, [{ a: 'x', b: { c: 2 } }], [{ a: 'x' }, { a: 'x', b: { c: 3 } }]],
  ['names that objects inherit', { constructor: ['x'] }, [{ constructor: 'x' }], [{}]],
  ['prefix', { a: [{ prefix: 'ab' }] }, [{ a: 'abc' }, { a: 'ab' }], [{ a: 'Abc' }, { a: 'b' }, { a: 1 }]],
  ['prefix of any case', { a: [{ prefix: { 'equals-ignore-case': 'AB' } }] }, [{ a: 'abc' }], [{ a: 'ba' }]],
  ['suffix', { a: [{ suffix: '.png' }] }, [{ a: 'x.png' }], [{ a: 'x.PNG' }, { a: 'png' }]],
  ['suffix of any case', { a: [{ suffix: { 'equals-ignore-case': '.png' } }] }, [{ a: 'x.PNG' }], [{ a: 'x.jpg' }]],
  ['equals-ignore-case', { a: [{ 'equals-ignore-case': 'Alice' }] }, [{ a: 'aLICE' }], [{ a: 'alicea' }]],
  ['wildcard', { a: [{ wildcard: 'a*b*c' }] }, [{ a: 'abc' }, { a: 'a1b2bc' }], [{ a: 'acb' }, { a: 'ab' }]],
  ['wildcard at the ends', { a: [{ wildcard: '*.txt' }] }, [{ a: '.txt' }, { a: 'a.txt' }], [{ a: 'a.txt1' }]],
  ['wildcard that may not overlap', { a: [{ wildcard: 'ab*ba' }] }, [{ a: 'abba' }], [{ a: 'aba' }]],
  ['wildcard escaped', { a: [{ wildcard: 'a\\*b\\\\*' }] }, [{ a: 'a*b\\c' }], [{ a: 'aab\\c' }, { a: 'a*bc' }]],
  ['numeric =', { a: [{ numeric: ['=', 3] }] }, [{ a: 3 }, { a: 3.0 }], [{ a: '3' }, { a: 4 }]],
  ['numeric range', { a: [{ numeric: ['>', 0, '<=', 5] }] }, [{ a: 5 }, { a: 0.1 }], [{ a: 0 }, { a: 5.1 }, {}]],
  ['exists', { a: [{ exists: true }] }, [{ a: null }, { a: '' }], [{}, { a: { b: 1 } }, { a: [] }]],
  ['does not exist', { a: { b: [{ exists: false }] } }, [{}, { a: 1 }, { a: { c: 1 } }], [{ a: { b: null } }]],
  ['cidr', { a: [{ cidr: '10.0.0.0/24' }] }, [{ a: '10.0.0.255' }], [{ a: '10.0.1.0' }, { a: 'x' }, { a: '::1' }]],
  ['cidr of IPv6', { a: [{ cidr: '2001:db8::/32' }] }, [{ a: '2001:db8::5' }], [{ a: '2001:db9::5' }]],
  ['anything-but', { a: [{ 'anything-but': 'x' }] }, [{ a: 'y' }, { a: 1 }, { a: ['x', 'y'] }], [{ a: 'x' }, {}]],
  ['anything-but a list', { a: [{ 'anything-but': [1, 2] }] }, [{ a: 3 }, { a: '1' }], [{ a: 1 }, { a: 2 }]],
  ['anything-but prefix', { a: [{ 'anything-but': { prefix: 'x' } }] }, [{ a: 'y' }], [{ a: 'xy' }, {}]],
  [
    'anything-but suffixes',
    { a: [{ 'anything-but': { suffix: ['a', 'b'] } }] },
    [{ a: 'c' }],
    [{ a: 'xa' }, { a: 'xb' }],
  ],
  ['anything-but wildcard', { a: [{ 'anything-but': { wildcard: '*/x/*' } }] }, [{ a: '/y/' }], [{ a: 'a/x/b' }]],
  [
    'anything-but of any case',
    { a: [{ 'anything-but': { 'equals-ignore-case': ['x', 'y'] } }] },
    [{ a: 'z' }],
    [{ a: 'X' }, { a: 'y' }],
  ],
  [
    '$or',
    { s: ['x'], $or: [{ a: [1] }, { b: [2], c: [3] }] },
    [
      { s: 'x', a: 1 },
      { s: 'x', b: 2, c: 3 },
    ],
    [{ s: 'x', b: 2 }, { a: 1 }],
  ],
  ['nested $or', { d: { $or: [{ a: [1] }, { b: [2] }] } }, [{ d: { b: 2 } }], [{ b: 2 }]],
  ['a field called $or', { $or: ['x'] }, [{ $or: 'x' }], [{}]],
  [
    'objects in lists, each for itself',
    { l: { a: [1], b: [2] } },
    [{ l: [{ a: 0 }, { a: 1, b: 2 }] }],
    [{ l: [{ a: 1 }, { b: 2 }] }, { l: [] }],
  ],
];

it.each(CASES)('matches %s', (_what, pattern, yes, no) => {
  expect(yes.filter((event) => !matches(pattern, event))).toEqual([]);
  expect(no.filter((event) => matches(pattern, event))).toEqual([]);
});

it.each([
  ['[]', 'Filter is not an object'],
  ['{', 'Filter is not an object'],
  ['{}', 'Empty objects are not allowed'],
  ['{"int":1}', '"int" must be an object or an array'],
  ['{"a":[]}', 'Empty arrays are not allowed'],
  ['{"a":{"b":"x"}}', '"b" must be an object or an array'],
  ['{"a":[{"EXISTS":true}]}', 'Unrecognized match type EXISTS'],
  ['{"a":[{"toString":true}]}', 'Unrecognized match type toString'],
  ['{"a":[{"exists":"true"}]}', 'exists match pattern must be either true or false.'],
  ['{"a":[{"prefix":1}]}', 'prefix match pattern must be a string'],
  ['{"a":[{"prefix":"a","suffix":"b"}]}', 'Only one key allowed in match expression'],
  ['{"a":[{"numeric":["<"]}]}', 'Invalid member in numeric match: bad length'],
  ['{"a":[{"numeric":["!",1]}]}', 'Unrecognized numeric range operator: !'],
  ['{"a":[{"numeric":["<","1"]}]}', 'Value of < must be numeric'],
  ['{"a":[{"wildcard":"a**b"}]}', 'Consecutive wildcard characters are not allowed'],
  ['{"a":[{"wildcard":"a\\\\b"}]}', 'Invalid escape character in wildcard pattern'],
  ['{"a":[{"anything-but":[]}]}', 'Empty arrays are not allowed'],
  ['{"a":[{"anything-but":{"numeric":["=",1]}}]}', 'Unsupported anything-but pattern: numeric'],
])('refuses %s', (text, reason) => {
  expect(() => readPattern(text)).toThrow(reason);
});
