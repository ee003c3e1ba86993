import { InvalidNextTokenException } from '@aws-sdk/client-codedeploy';
import { fault } from '../../wire/api-error.ts';

/** AWS has no input for it; assumed. */
const PAGE_SIZE = 100;

export interface Page<T> {
  readonly items: T[];
  /** Absent on the last page: an empty text makes some clients loop. */
  readonly nextToken: string | undefined;
}

/**
 * Cuts the next page from a whole list. A token names the last item given, so that items added in front (newest
 * first) shift nothing; when that item is gone, its old place is used.
 *
 * @throws `InvalidNextToken` for a token that this list did not issue
 */
export function page<T>(list: string, all: readonly T[], keyOf: (item: T) => string, token?: string): Page<T> {
  const start = token === undefined ? 0 : startOf(list, all, keyOf, token);
  const items = all.slice(start, start + PAGE_SIZE);
  const last = items.at(-1);
  const end = start + items.length;
  const nextToken =
    last === undefined || end >= all.length
      ? undefined
      : Buffer.from(JSON.stringify([list, end, keyOf(last)])).toString('base64url');
  return { items, nextToken };
}

function startOf<T>(list: string, all: readonly T[], keyOf: (item: T) => string, token: string): number {
  const [tokenList, index, key] = decode(token);
  if (tokenList !== list || !Number.isSafeInteger(index) || Number(index) < 0)
    throw fault(InvalidNextTokenException, 'The next token was specified in an invalid format.');
  const found = all.findIndex((item) => keyOf(item) === key);
  return found < 0 ? Number(index) : found + 1;
}

function decode(token: string): unknown[] {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
    return Array.isArray(parsed) ? parsed : [];
  } catch {
    return [];
  }
}
