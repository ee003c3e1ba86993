import { invalidParameter } from './faults.ts';

/**
 * One page of sorted names; the token names the last one given.
 *
 * @throws {InvalidParameterException} for a token that is none
 */
export function page(
  names: readonly string[],
  { nextToken, maxResults }: { readonly nextToken?: string | undefined; readonly maxResults?: number | undefined },
  usual = 100,
  most = 100,
) {
  const size = maxResults ?? usual;
  if (size < 1 || size > most) throw invalidParameter(`maxResults must be between 1 and ${most}.`);
  const begin = nextToken ? after(names, nextToken) : 0;
  const shown = names.slice(begin, begin + size);
  const last = shown.at(-1);
  const more = last !== undefined && begin + shown.length < names.length;
  return { shown, nextToken: more ? Buffer.from(last).toString('base64url') : undefined };
}

function after(names: readonly string[], token: string): number {
  const index = names.indexOf(Buffer.from(token, 'base64url').toString());
  if (index < 0) throw invalidParameter('Invalid token');
  return index + 1;
}
