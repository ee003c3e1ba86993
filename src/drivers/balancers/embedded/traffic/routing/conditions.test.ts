import { expect, it } from 'vitest';
import type { RuleCondition } from '../../../balancer.ts';
import { headOf, peerOf } from '../testing/requests.ts';
import { compileConditions } from './conditions.ts';

const meets = (condition: RuleCondition, head: Parameters<typeof headOf>[0], address = '127.0.0.1') =>
  compileConditions([condition])(headOf(head), peerOf({ address }));

it('names the regular expression that is none', () => {
  const bad: RuleCondition = { field: 'path-pattern', values: [], regex: ['^/ok$', '(/a'] };

  expect(() => compileConditions([bad])).toThrow(
    'the regular expression "(/a" of a path-pattern condition is not valid',
  );
});

it('names the address block that is none', () => {
  const bad: RuleCondition = { field: 'source-ip', values: ['10.0.0.0/99'] };

  expect(() => compileConditions([bad])).toThrow('"10.0.0.0/99" of a source-ip condition is not an address block');
});

it.each([
  ['192.168.3.4', true],
  ['192.169.0.1', false],
  ['::ffff:192.168.3.4', true],
  ['2001:db8:1::9', true],
  ['2001:db9::9', false],
  ['fe80::1%eth0', true],
  ['10.1.2.3', true],
  ['10.1.2.4', false],
])('knows whether %s is in the blocks: %s', (address, within) => {
  const values = ['192.168.0.0/16', '2001:db8::/32', 'fe80::/10', '10.1.2.3/32'];

  expect(meets({ field: 'source-ip', values }, {}, address)).toBe(within);
});

it.each([
  ['a=1&b=2', { key: 'b', value: '2' }, true],
  ['B=X', { key: 'b', value: 'x' }, true],
  ['b=2', { value: '2' }, true],
  ['2=b', { value: '2' }, false],
  ['flag', { key: 'flag', value: '' }, true],
  ['a=b=c', { key: 'a', value: 'b=c' }, true],
  ['a=%41', { key: 'a', value: 'A' }, false],
  ['a=%41', { key: 'a', value: '%41' }, true],
  ['a=1*2', { key: 'a', value: '1\\*2' }, true],
  ['a=132', { key: 'a', value: '1\\*2' }, false],
  ['key-1=x', { key: 'key-?', value: '*' }, true],
  [undefined, { value: '*' }, false],
])('finds in the query %s the pair %o: %s', (query, pair, found) => {
  expect(meets({ field: 'query-string', pairs: [pair] }, query === undefined ? {} : { query })).toBe(found);
});

it('compares every instance of a header and no other', () => {
  const condition: RuleCondition = { field: 'http-header', name: 'x-env', values: ['BETA*'], regex: ['^canary-\\d$'] };

  expect(meets(condition, { headers: ['X-Env', 'prod', 'X-ENV', 'beta-2'] })).toBe(true);
  expect(meets(condition, { headers: ['X-Env', 'Canary-7'] })).toBe(true);
  expect(meets(condition, { headers: ['X-Other', 'beta', 'X-Env', 'prod'] })).toBe(false);
});
