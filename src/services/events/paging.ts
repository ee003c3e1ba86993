import { validation } from './faults.ts';

interface PageInput {
  readonly NextToken?: string | undefined;
  readonly Limit?: number | undefined;
}

/** One page of a list, told apart by key, so that what is added or removed between two pages shifts nothing. */
export function pageOf<T>(
  all: readonly T[],
  keyOf: (item: T) => string,
  { NextToken: token, Limit: limit = 100 }: PageInput,
): { readonly items: T[]; readonly NextToken?: string } {
  const after = token === undefined ? undefined : readToken(token);
  const rest = all
    .filter((item) => after === undefined || keyOf(item) > after)
    .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const items = rest.slice(0, limit);
  const last = items.at(-1);
  if (last === undefined || items.length === rest.length) return { items };
  return { items, NextToken: Buffer.from(`after:${keyOf(last)}`).toString('base64') };
}

function readToken(token: string): string {
  const [, key] = /^after:(.*)$/s.exec(Buffer.from(token, 'base64').toString()) ?? [];
  if (key === undefined) throw validation('The token is not valid.');
  return key;
}
