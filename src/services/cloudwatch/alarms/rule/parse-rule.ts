import type { StateValue } from '../records.ts';

/** What a composite alarm asks of others. */
export type Rule =
  | { readonly is: 'constant'; readonly value: boolean }
  | { readonly is: 'state'; readonly value: StateValue; readonly alarm: string }
  | { readonly is: 'not'; readonly rule: Rule }
  | { readonly is: 'and' | 'or'; readonly left: Rule; readonly right: Rule };

export class RuleError extends Error {
  override readonly name = 'RuleError';
}

/** Deeper ones could exhaust the stack: a rule has up to 10,240 characters. */
const DEEPEST = 200;

type Token = { readonly text: string; readonly at: number; readonly name?: string };

/**
 * Reads an AlarmRule: `ALARM("name or ARN")`, `OK(…)`, `INSUFFICIENT_DATA(…)`, `TRUE`, `FALSE`, `NOT`, `AND`, `OR` and
 * parentheses. NOT binds strongest, then AND, then OR; names without blanks and parentheses need no quotes.
 *
 * @returns the rule; alarms are named as it names them
 * @throws {RuleError} saying what was found where
 * Source: CloudWatch API Reference, PutCompositeAlarm.
 */
export function parseRule(text: string): Rule {
  const tokens = tokenize(text);
  let next = 0;
  let depth = 0;
  const peek = (): string => (tokens[next]?.name === undefined ? (tokens[next]?.text ?? '') : '');
  const refuse = (expected: string): never => {
    const found = tokens[next];
    throw new RuleError(
      found
        ? `expected ${expected} at character ${found.at + 1}, found '${found.text}'`
        : `expected ${expected} at the end`,
    );
  };
  const take = (text: string): void => {
    if (peek() !== text) refuse(`'${text}'`);
    next += 1;
  };
  const join = (word: 'AND' | 'OR', part: () => Rule): Rule => {
    let left = part();
    while (peek() === word) {
      next += 1;
      left = { is: word === 'AND' ? 'and' : 'or', left, right: part() };
    }
    return left;
  };
  const or = (): Rule => join('OR', and);
  const and = (): Rule => join('AND', not);
  const not = (): Rule => {
    if (depth >= DEEPEST) throw new RuleError(`it is nested more than ${DEEPEST} deep`);
    depth += 1;
    const rule = unary();
    depth -= 1;
    return rule;
  };
  const unary = (): Rule => {
    switch (peek()) {
      case 'NOT':
        next += 1;
        return { is: 'not', rule: not() };
      case '(': {
        next += 1;
        const inner = or();
        take(')');
        return inner;
      }
      case 'TRUE':
      case 'FALSE':
        return { is: 'constant', value: tokens[next++]?.text === 'TRUE' };
      case 'ALARM':
      case 'OK':
      case 'INSUFFICIENT_DATA':
        return state(peek() as StateValue);
      default:
        return refuse('a function, TRUE, FALSE, NOT or (');
    }
  };
  const state = (value: StateValue): Rule => {
    next += 1;
    take('(');
    const token = tokens[next];
    const alarm = token?.name ?? token?.text ?? '';
    if (alarm === '' || alarm === '(' || alarm === ')') refuse('the name of an alarm');
    next += 1;
    take(')');
    return { is: 'state', value, alarm };
  };
  const rule = or();
  if (next < tokens.length) refuse('AND, OR or the end');
  return rule;
}

function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  const pattern = /\s*(?:([()])|"((?:[^"\\]|\\.)*)"|([^\s()"]+))/gy;
  while (pattern.lastIndex < text.trimEnd().length) {
    const at = pattern.lastIndex;
    const match = pattern.exec(text);
    if (!match) throw new RuleError(`a quotation mark at character ${text.indexOf('"', at) + 1} is not closed`);
    const [, bracket, quoted, word] = match;
    const found = { text: bracket ?? word ?? `"${quoted ?? ''}"`, at: match.index + match[0].search(/\S/) };
    tokens.push(quoted === undefined ? found : { ...found, name: quoted.replace(/\\(.)/g, '$1') });
  }
  return tokens;
}
