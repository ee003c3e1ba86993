import { validationError } from './faults.ts';

export interface Page {
  readonly Marker?: string | undefined;
  readonly PageSize?: number | undefined;
}

const MOST = 400;

/**
 * One page of what a describe action found; the marker names the last item given, so that items which come or go
 * between two pages are neither skipped nor repeated.
 *
 * @throws {ApiError} `ValidationError` for a marker that is none
 */
export function page<T>(items: readonly T[], arnOf: (item: T) => string, { Marker, PageSize = MOST }: Page) {
  const begin = Marker === undefined || Marker === '' ? 0 : after(items.map(arnOf), Marker);
  const shown = items.slice(begin, begin + PageSize);
  const last = shown.at(-1);
  const more = last !== undefined && begin + shown.length < items.length;
  return { shown, ...(more && { NextMarker: Buffer.from(arnOf(last)).toString('base64url') }) };
}

function after(arns: readonly string[], marker: string): number {
  const index = arns.indexOf(Buffer.from(marker, 'base64url').toString());
  if (index < 0) throw validationError(`The marker '${marker}' is not valid; begin again without one.`);
  return index + 1;
}
