import { validationError } from './faults.ts';

interface PageInput {
  readonly Marker?: string | undefined;
  readonly MaxItems?: number | undefined;
}

export interface Page<T> {
  readonly items: T[];
  readonly IsTruncated: boolean;
  readonly Marker?: string;
}

/** One page of a list, told apart by key, so that what is added or removed between two pages shifts nothing. */
export function pageOf<T>(all: readonly T[], keyOf: (item: T) => string, input: PageInput): Page<T> {
  const after = input.Marker === undefined ? undefined : readMarker(input.Marker);
  const rest = all
    .filter((item) => after === undefined || keyOf(item) > after)
    .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const items = rest.slice(0, input.MaxItems ?? 100);
  const last = items.at(-1);
  if (last === undefined || items.length === rest.length) return { items, IsTruncated: false };
  return { items, IsTruncated: true, Marker: Buffer.from(`after:${keyOf(last)}`).toString('base64') };
}

function readMarker(marker: string): string {
  const [, key] = /^after:(.*)$/s.exec(Buffer.from(marker, 'base64').toString()) ?? [];
  if (key === undefined) throw validationError('Invalid Marker.');
  return key;
}
