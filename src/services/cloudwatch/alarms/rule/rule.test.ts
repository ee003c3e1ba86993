import { expect, it } from 'vitest';
import { holds, namedIn } from './evaluate-rule.ts';
import { parseRule, RuleError } from './parse-rule.ts';

const STATES = { a: 'ALARM', b: 'OK', c: 'INSUFFICIENT_DATA', 'with space (and more)': 'ALARM' } as const;

it.each([
  ['ALARM(a)', true],
  ['ALARM("a")', true],
  ['ALARM(arn:aws:cloudwatch:eu-west-1:123456789012:alarm:a)', true],
  ['OK(a)', false],
  ['INSUFFICIENT_DATA(c)', true],
  ['ALARM("with space (and more)")', true],
  ['TRUE', true],
  ['FALSE', false],
  ['NOT ALARM(a)', false],
  ['NOT NOT ALARM(a)', true],
  ['ALARM(a) AND ALARM(b)', false],
  ['ALARM(a) OR ALARM(b)', true],
  // AND binds before OR, NOT before both.
  ['TRUE OR TRUE AND FALSE', true],
  ['(TRUE OR TRUE) AND FALSE', false],
  ['NOT FALSE OR TRUE', true],
  ['NOT (FALSE OR TRUE)', false],
  ['ALARM( a )AND(OK(b))', true],
  ['ALARM(nowhere) OR OK(nowhere) OR INSUFFICIENT_DATA(nowhere)', false],
  ['ALARM(constructor)', false],
])('reads %s', (text, expected) => {
  expect(holds(parseRule(text), STATES)).toBe(expected);
});

it('lists each alarm once, as the rule names it', () => {
  expect(namedIn(parseRule('ALARM(a) AND (OK("b") OR NOT ALARM(a))'))).toEqual(['a', 'b']);
});

it.each([
  ['', 'expected a function, TRUE, FALSE, NOT or ( at the end'],
  ['ALARM(a) AND', 'expected a function, TRUE, FALSE, NOT or ( at the end'],
  ['ALARM(a', "expected ')' at the end"],
  ['ALARM()', "expected the name of an alarm at character 7, found ')'"],
  ['ALARM(a) XOR OK(b)', "expected AND, OR or the end at character 10, found 'XOR'"],
  ['alarm(a)', "expected a function, TRUE, FALSE, NOT or ( at character 1, found 'alarm'"],
  ['ALARM("a)', 'a quotation mark at character 7 is not closed'],
  ['NOT '.repeat(500) + 'TRUE', 'it is nested more than 200 deep'],
  ['('.repeat(5000), 'it is nested more than 200 deep'],
])('refuses %s', (text, words) => {
  expect(() => parseRule(text)).toThrow(new RuleError(words));
});
