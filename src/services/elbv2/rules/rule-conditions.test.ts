import { expect, it } from 'vitest';
import { checkedConditions, shownCondition } from './rule-conditions.ts';

const path = (...Values: string[]) => ({ Field: 'path-pattern', Values });
const host = (...Values: string[]) => ({ Field: 'host-header', HostHeaderConfig: { Values } });

it('shows the values beside the field and in its config, however they were given', () => {
  const [shown] = checkedConditions([host('*.example.com')]).map(shownCondition);

  expect(shown).toEqual({
    Field: 'host-header',
    Values: ['*.example.com'],
    HostHeaderConfig: { Values: ['*.example.com'] },
  });
});

it.each([
  ['none', [], 'A condition must be specified'],
  ['two of one field', [path('/a'), path('/b')], "A rule can only have one 'path-pattern' condition"],
  [
    'six values',
    [path('/1', '/2', '/3'), host('a.example', 'b.example', 'c.example')],
    "A rule can only have '5' condition values and regex values",
  ],
  ['an unknown field', [{ Field: 'colour', Values: ['red'] }], "Condition field 'colour' must be one of"],
  ['a field that is not served', [{ Field: 'source-ip', Values: ['10.0.0.0/8'] }], "'source-ip' is not served by Teal"],
  ['regular expressions', [{ Field: 'path-pattern', RegexValues: ['^/a'] }], 'RegexValues is not served'],
  ['no values', [{ Field: 'path-pattern' }], "fields: 'Values or RegexValues or PathPatternConfig'"],
  [
    'an empty config',
    [host()],
    "You must provide exactly one of the following: ['Values' 'RegexValues'] for config of type 'HostHeaderConfig'",
  ],
  [
    'a long value',
    [path(`/${'a'.repeat(128)}`)],
    "Condition value for 'path-pattern' cannot contain more than 128 characters",
  ],
  ['a bad host', [host('exa_mple.com')], "Condition value 'exa_mple.com' contains a character that is not valid"],
  ['a host without a dot', [host('localhost')], "Condition value 'localhost' must have a dot"],
  ['too many wildcards', [path('/*/*/*/*/*/*')], "A rule can only have '5' condition wildcards"],
])('refuses %s', (_what, conditions, message) => {
  expect(() => checkedConditions(conditions)).toThrow(message);
});
