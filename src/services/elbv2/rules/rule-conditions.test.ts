import type { RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2';
import { expect, it } from 'vitest';
import { checkedConditions } from './rule-conditions.ts';
import { shownCondition } from './shown-condition.ts';

const path = (...Values: string[]) => ({ Field: 'path-pattern', Values });
const host = (...Values: string[]) => ({ Field: 'host-header', HostHeaderConfig: { Values } });
const header = (HttpHeaderName: string, ...Values: string[]) => ({
  Field: 'http-header',
  HttpHeaderConfig: { HttpHeaderName, Values },
});
const query = (...Values: { Key?: string; Value?: string }[]) => ({
  Field: 'query-string',
  QueryStringConfig: { Values },
});
const method = (...Values: string[]) => ({ Field: 'http-request-method', HttpRequestMethodConfig: { Values } });
const source = (...Values: string[]) => ({ Field: 'source-ip', SourceIpConfig: { Values } });

const shown = (condition: RuleCondition) => checkedConditions([condition]).map(shownCondition)[0];

it('shows the values of hosts and paths beside the field and in its config, however they were given', () => {
  const both = {
    Field: 'host-header',
    Values: ['*.example.com'],
    HostHeaderConfig: { Values: ['*.example.com'] },
  };

  expect(shown(host('*.example.com'))).toEqual(both);
  expect(shown({ Field: 'host-header', Values: ['*.example.com'] })).toEqual(both);
  expect(shown(both)).toEqual(both);
});

it.each<RuleCondition>([
  header('X-Canary', 'yes', 'on*'),
  { Field: 'http-header', HttpHeaderConfig: { HttpHeaderName: 'User-Agent', RegexValues: ['^curl/'] } },
  method('GET', 'PURGE'),
  query({ Key: 'version', Value: 'v?' }, { Value: 'beta' }),
  source('10.0.0.0/8', '2001:db8::/32'),
  { Field: 'path-pattern', RegexValues: ['^/a+$'], PathPatternConfig: { RegexValues: ['^/a+$'] } },
])('shows %o as it was given', (condition) => {
  expect(shown(condition)).toEqual(condition);
});

it('takes several conditions on headers and query strings', () => {
  expect(checkedConditions([header('a', '1'), header('b', '2'), query({ Value: '3' }), query({ Value: '4' })])).toEqual(
    [
      { field: 'http-header', name: 'a', values: ['1'] },
      { field: 'http-header', name: 'b', values: ['2'] },
      { field: 'query-string', pairs: [{ value: '3' }] },
      { field: 'query-string', pairs: [{ value: '4' }] },
    ],
  );
});

it('counts an escaped wildcard of a query string as a character', () => {
  expect(() => checkedConditions([query({ Value: '\\*\\*\\*\\?\\?\\?' })])).not.toThrow();
});

it.each<[string, RuleCondition[], string]>([
  ['none', [], 'A condition must be specified'],
  ['two of one field', [path('/a'), path('/b')], "A rule can only have one 'path-pattern' condition"],
  ['two of one method', [method('GET'), method('PUT')], "A rule can only have one 'http-request-method' condition"],
  ['two of one source', [source('10.0.0.0/8'), source('10.0.0.0/8')], "A rule can only have one 'source-ip' condition"],
  [
    'six values',
    [path('/1', '/2', '/3'), query({ Value: '1' }, { Value: '2' }, { Value: '3' })],
    "A rule can only have '5' condition values and regex values",
  ],
  [
    'six values, regular expressions among them',
    [header('a', '1', '2', '3', '4', '5'), { Field: 'path-pattern', RegexValues: ['^/a'] }],
    "A rule can only have '5' condition values and regex values",
  ],
  ['an unknown field', [{ Field: 'colour', Values: ['red'] }], "Condition field 'colour' must be one of"],
  [
    'values in the wrong place',
    [{ Field: 'source-ip', Values: ['10.0.0.0/8'] }],
    "The 'Values' field is not compatible",
  ],
  [
    'the config of another field',
    [{ Field: 'path-pattern', HostHeaderConfig: { Values: ['a.example'] } }],
    "The 'HostHeaderConfig' field is not compatible with 'path-pattern'",
  ],
  ['a config that is missing', [{ Field: 'http-header' }], "the following fields: 'HttpHeaderConfig'"],
  ['no values', [{ Field: 'path-pattern' }], "fields: 'Values or RegexValues or PathPatternConfig'"],
  [
    'an empty config',
    [host()],
    "You must provide exactly one of the following: ['Values' 'RegexValues'] for config of type 'HostHeaderConfig'",
  ],
  [
    'values beside regular expressions',
    [{ Field: 'path-pattern', PathPatternConfig: { Values: ['/a'], RegexValues: ['^/a'] } }],
    "You must provide exactly one of the following: ['Values' 'RegexValues'] for config of type 'PathPatternConfig'",
  ],
  ['a bad regular expression', [{ Field: 'path-pattern', RegexValues: ['('] }], "The regex value '('"],
  [
    'a long value',
    [path(`/${'a'.repeat(128)}`)],
    "Condition value for 'path-pattern' cannot contain more than 128 characters",
  ],
  ['a bad host', [host('exa_mple.com')], "Condition value 'exa_mple.com' contains a character that is not valid"],
  ['a host without a dot', [host('localhost')], "Condition value 'localhost' must have a dot"],
  [
    'too many wildcards',
    [path('/*/*/*'), query({ Key: '*', Value: '?*' })],
    "A rule can only have '5' condition wildcards",
  ],
  ['a long header name', [header('a'.repeat(41), 'b')], 'cannot contain more than 40 characters'],
  ['a header name with a space', [header('a b', 'c')], "'a b' contains a character that is not valid"],
  ['a condition on the header Host', [header('Host', 'a.example')], "use a condition of type 'host-header'"],
  ['a method in lower case', [method('get')], "Condition value 'get' contains a character that is not valid"],
  ['a pair without a value', [query({ Key: 'a' })], "A 'Value' must be specified in 'QueryStringKeyValuePair'"],
  ['an address without a prefix', [source('10.0.0.1')], "The specified value '10.0.0.1' is not a valid CIDR block"],
  ['a prefix that is too long', [source('10.0.0.0/33')], "'10.0.0.0/33' is not a valid CIDR block"],
  ['an IPv6 prefix that is too long', [source('::/129')], "'::/129' is not a valid CIDR block"],
  ['the broadcast address', [source('255.255.255.255/32')], "'255.255.255.255/32' is not a valid CIDR block"],
])('refuses %s', (_what, conditions, message) => {
  expect(() => checkedConditions(conditions)).toThrow(message);
});

it.each(['^/(a|b)/[*+]+$', '^/v\\d+/(?:users|orders)$', '(/x)+', '\\(a+\\)+', '^/a{2,3}(b)?$'])('takes %s', (regex) => {
  expect(() => checkedConditions([{ Field: 'path-pattern', RegexValues: [regex] }])).not.toThrow();
});

it.each(['(a+)+$', '(a|a)*$', '((a*)b){9}', '(?=a)', '(?<!a)b', '(a)\\1'])(
  'refuses %s, which one request could keep the balancer busy with',
  (regex) => {
    expect(() => checkedConditions([{ Field: 'path-pattern', RegexValues: [regex] }])).toThrow('is not supported');
  },
);
