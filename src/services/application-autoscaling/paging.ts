import { InvalidNextTokenException } from '@aws-sdk/client-application-auto-scaling';
import { fault } from '../../wire/api-error.ts';
import { invalid } from './faults.ts';

/** One page of records in their order; the token names the last one given. Source: MaxResults, 50 at most. */
export function page<T>(
  all: readonly T[],
  keyOf: (one: T) => string,
  { NextToken, MaxResults = 50 }: { readonly NextToken?: string | undefined; readonly MaxResults?: number | undefined },
): { readonly shown: readonly T[]; readonly next: string | undefined } {
  if (MaxResults < 1 || MaxResults > 50) throw invalid('MaxResults must be between 1 and 50.');
  const begin = NextToken === undefined ? 0 : after(all.map(keyOf), NextToken);
  const shown = all.slice(begin, begin + MaxResults);
  const last = shown.at(-1);
  const isMore = last !== undefined && begin + shown.length < all.length;
  return { shown, next: isMore ? Buffer.from(keyOf(last)).toString('base64url') : undefined };
}

function after(keys: readonly string[], token: string): number {
  const index = keys.indexOf(Buffer.from(token, 'base64url').toString());
  if (index < 0) throw fault(InvalidNextTokenException, 'The next token is not valid.');
  return index + 1;
}
