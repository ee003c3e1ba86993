import { invalidParameter } from './faults.ts';

type Order = (a: string, b: string) => number;

interface Paging {
  readonly nextToken?: string | undefined;
  readonly maxResults?: number | undefined;
}

const byText: Order = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

/**
 * One page of sorted names. The token names the last one given: the next page begins with what comes after it, also when
 * it is not listed any more, as when each page is deregistered before the next is asked for.
 *
 * @param order - that the names are sorted by
 * @throws {InvalidParameterException} for a token that is none
 */
export function page(
  names: readonly string[],
  { nextToken, maxResults }: Paging,
  { usual = 100, most = 100, order = byText }: { usual?: number; most?: number; order?: Order } = {},
) {
  const size = maxResults ?? usual;
  if (size < 1 || size > most) throw invalidParameter(`maxResults must be between 1 and ${most}.`);
  const begin = nextToken ? after(names, lastIn(nextToken), order) : 0;
  const shown = names.slice(begin, begin + size);
  const last = shown.at(-1);
  const more = last !== undefined && begin + shown.length < names.length;
  return { shown, nextToken: more ? Buffer.from(JSON.stringify([last])).toString('base64url') : undefined };
}

function lastIn(token: string): string {
  const [, last] = /^\["([^"\\]+)"\]$/.exec(Buffer.from(token, 'base64url').toString()) ?? [];
  if (last === undefined) throw invalidParameter('Invalid token');
  return last;
}

function after(names: readonly string[], last: string, order: Order): number {
  const index = names.findIndex((name) => order(name, last) > 0);
  return index < 0 ? names.length : index;
}
