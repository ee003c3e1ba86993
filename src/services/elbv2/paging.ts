import { validationError } from './faults.ts';

export interface Page {
  readonly Marker?: string | undefined;
  readonly PageSize?: number | undefined;
}

const MOST = 400;

/**
 * One page of what a describe action found; the marker names the last item given, so that items which come or go
 * between two pages are neither skipped nor repeated. Where that very item has gone, its place is counted instead.
 *
 * @throws {ApiError} `ValidationError` for a marker that is none
 */
export function page<T>(items: readonly T[], nameOf: (item: T) => string, { Marker, PageSize = MOST }: Page) {
  const begin = Marker === undefined || Marker === '' ? 0 : after(items.map(nameOf), Marker);
  const end = begin + PageSize;
  const shown = items.slice(begin, end);
  const last = shown.at(-1);
  return { shown, ...(last !== undefined && end < items.length && { NextMarker: marker(nameOf(last), end) }) };
}

const marker = (name: string, end: number): string => Buffer.from(JSON.stringify([name, end])).toString('base64url');

function after(names: readonly string[], given: string): number {
  const [, name = '', place = ''] = /^\["([^"]*)",(\d{1,9})\]$/.exec(Buffer.from(given, 'base64url').toString()) ?? [];
  if (name === '') throw validationError(`The marker '${given}' is not valid; begin again without one.`);
  const index = names.indexOf(name);
  return index < 0 ? Number(place) - 1 : index + 1;
}
