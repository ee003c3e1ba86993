import { parseCondition } from './condition.ts';
import type { Match } from './match.ts';
import { tokensOf } from './tokens.ts';

/** Messages that are JSON and meet a condition, such as `$.level = "ERROR" && $.code >= 500`. */
export function jsonPattern(text: string): (message: string) => Match | undefined {
  const tokens = tokensOf(text);
  const condition = parseCondition(tokens, ({ kind }) => kind === 'selector');
  const selectors = [...new Set(tokens.filter(({ kind }) => kind === 'selector').map((token) => token.text))];
  return (message) => {
    const document = parsed(message);
    if (document === undefined || !condition((selector) => select(document, selector))) return undefined;
    const find = (selector: string) => shown(select(document, selector)[0]);
    return { find, values: Object.fromEntries(selectors.map((selector) => [selector, find(selector) ?? ''])) };
  };
}

/** AWS reads JSON events only; a line of prose is none. */
function parsed(message: string): unknown {
  if (!/^\s*[{[]/.test(message)) return undefined;
  try {
    return JSON.parse(message) as unknown;
  } catch {
    return undefined;
  }
}

const STEP = /\.([^.[\]]+)|\[(\d+|\*)\]|\['([^']*)'\]|\["([^"]*)"\]/g;

/** Everything a selector such as `$.items[*].id` names. */
function select(document: unknown, selector: string): readonly unknown[] {
  let found = [document];
  for (const [, property, index, quoted, doubleQuoted] of selector.matchAll(STEP)) {
    const key = property ?? quoted ?? doubleQuoted;
    found = found.flatMap((value) => (key === undefined ? elements(value, index ?? '*') : member(value, key)));
  }
  return found;
}

function elements(value: unknown, index: string): readonly unknown[] {
  if (!Array.isArray(value)) return [];
  return index === '*' ? (value as unknown[]) : (value as unknown[]).slice(Number(index), Number(index) + 1);
}

function member(value: unknown, key: string): readonly unknown[] {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? [(value as Record<string, unknown>)[key]]
    : [];
}

const shown = (value: unknown): string | undefined =>
  value === undefined || typeof value === 'string' ? value : JSON.stringify(value);
