import { invalidToken } from './faults.ts';

/**
 * One page of what is sorted; the token names the last one given, so that what comes or goes meanwhile moves nothing.
 *
 * @throws {InvalidParameterException} for a token that is none
 */
export function page<T>(
  sorted: readonly T[],
  nameOf: (one: T) => string,
  { nextToken, limit = 50 }: { readonly nextToken?: string | undefined; readonly limit?: number | undefined },
): { readonly shown: readonly T[]; readonly nextToken: string | undefined } {
  const begin = nextToken === undefined ? 0 : after(sorted.map(nameOf), nextToken);
  const shown = sorted.slice(begin, begin + limit);
  const last = shown.at(-1);
  const more = last !== undefined && begin + shown.length < sorted.length;
  return { shown, nextToken: more ? Buffer.from(nameOf(last)).toString('base64url') : undefined };
}

function after(names: readonly string[], token: string): number {
  const index = names.indexOf(Buffer.from(token, 'base64url').toString());
  if (index < 0) throw invalidToken();
  return index + 1;
}

/** In the order of their bytes, as AWS lists names. */
export const byName = <T extends { readonly name: string }>(records: readonly T[]): T[] =>
  [...records].sort((a, b) => (a.name < b.name ? -1 : 1));
