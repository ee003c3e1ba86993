import { invalidNextToken } from './faults.ts';

interface Asked {
  readonly NextToken?: string | undefined;
  readonly MaxRecords?: number | undefined;
}

/**
 * One page of sorted items; the token names the last one given, so one that is gone meanwhile loses nothing.
 *
 * @param key - by which the items are sorted, each having its own
 * @param order - how two keys stand; by default ascending
 * @throws {InvalidNextToken}
 */
export function page<T>(
  items: readonly T[],
  key: (item: T) => string,
  { NextToken: token, MaxRecords: size }: Asked,
  usual: number,
  isAfter: (key: string, last: string) => boolean = (key, last) => key > last,
): { readonly shown: readonly T[]; readonly nextToken: string | undefined } {
  const last = token === undefined || token === '' ? undefined : read(token);
  const rest = last === undefined ? items : items.filter((item) => isAfter(key(item), last));
  const shown = rest.slice(0, size ?? usual);
  const end = shown.at(-1);
  return { shown, nextToken: end !== undefined && shown.length < rest.length ? write(key(end)) : undefined };
}

const MARK = 'teal:';

const write = (key: string): string => Buffer.from(`${MARK}${key}`).toString('base64url');

function read(token: string): string {
  const text = Buffer.from(token, 'base64url').toString();
  if (!text.startsWith(MARK)) throw invalidNextToken();
  return text.slice(MARK.length);
}
