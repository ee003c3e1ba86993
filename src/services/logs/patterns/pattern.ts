import { columnsPattern } from './columns.ts';
import { jsonPattern } from './json.ts';
import { invalidPattern } from './invalid-pattern.ts';
import type { Match } from './match.ts';
import { termsPattern } from './terms.ts';

export interface Pattern {
  readonly kind: 'all' | 'terms' | 'json' | 'columns';
  match(message: string): Match | undefined;
}

const NOTHING: Match = { values: {}, find: () => undefined };

/**
 * Compiles a filter pattern: words, `{ JSON selectors }`, or `[columns]`.
 *
 * @throws {InvalidParameterException} for one that is none
 * Source: CloudWatch Logs User Guide, filter pattern syntax.
 */
export function compilePattern(text = ''): Pattern {
  const trimmed = text.trim();
  if (trimmed === '') return { kind: 'all', match: () => NOTHING };
  if (trimmed.startsWith('{')) return { kind: 'json', match: jsonPattern(inside(trimmed, '{', '}')) };
  if (trimmed.startsWith('[')) return { kind: 'columns', match: columnsPattern(inside(trimmed, '[', ']')) };
  const matches = termsPattern(trimmed);
  return { kind: 'terms', match: (message) => (matches(message) ? NOTHING : undefined) };
}

function inside(text: string, open: string, close: string): string {
  if (!text.endsWith(close) || text.length < 2)
    throw invalidPattern(`If a filter pattern starts with '${open}' it must end with '${close}'`);
  return text.slice(1, -1);
}
