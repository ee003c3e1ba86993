import { invalidPattern } from './invalid-pattern.ts';
import { regexOf } from './text-match.ts';

const TERM = /([-?]?)(?:"((?:[^"\\]|\\.)*)"|%((?:[^%\\]|\\.)*)%|([^\s"%]+))(?=\s|$)\s*/y;

type Test = (message: string) => boolean;

/**
 * Words that must all occur, `-word` that must not, `?word` of which one must. Beside other words, those with a
 * question mark count for nothing. Source: User Guide, filter patterns for unstructured log events.
 */
export function termsPattern(text: string): Test {
  const groups: Record<'' | '-' | '?', Test[]> = { '': [], '-': [], '?': [] };
  TERM.lastIndex = 0;
  while (TERM.lastIndex < text.length) {
    const at = TERM.lastIndex;
    const found = TERM.exec(text);
    if (!found) throw invalidPattern(at === 0 ? undefined : `Invalid character(s) in term '${text.slice(at)}'`);
    const [, sign = '', quoted, regex, word] = found;
    groups[sign as '' | '-' | '?'].push(testOf(quoted, regex, word));
  }
  const { '': all, '-': none, '?': any } = groups;
  if (all.length === 0 && none.length === 0) return (message) => any.some((test) => test(message));
  return (message) => all.every((test) => test(message)) && !none.some((test) => test(message));
}

function testOf(quoted: string | undefined, regex: string | undefined, word = ''): Test {
  if (regex !== undefined) {
    const expression = regexOf(regex);
    return (message) => expression.test(message);
  }
  if (quoted === undefined && !/^[\p{L}\p{N}_]+$/u.test(word))
    throw invalidPattern(`Invalid character(s) in term '${word}'`);
  const wanted = quoted === undefined ? word : quoted.replace(/\\(["\\])/g, '$1');
  return (message) => message.includes(wanted);
}
