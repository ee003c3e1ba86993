import { invalidParameter } from './faults.ts';

interface PageInput {
  readonly Marker?: string | undefined;
  readonly MaxItems?: number | undefined;
}

/** Lambda gives at most so many, however many are asked for. */
const MAX_PAGE = 50;

/** One page of a list, told apart by key, so that what is made or deleted between two pages shifts nothing. */
export function pageOf<T>(
  all: readonly T[],
  keyOf: (item: T) => string,
  { Marker: marker, MaxItems: wished = MAX_PAGE }: PageInput,
): { readonly items: T[]; readonly NextMarker?: string } {
  const after = readMarker(marker);
  const rest = all
    .map((item) => ({ item, key: keyOf(item) }))
    .filter(({ key }) => after === undefined || key > after)
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  const page = rest.slice(0, Math.min(wished, MAX_PAGE));
  const last = page.at(-1);
  const items = page.map(({ item }) => item);
  return last && page.length < rest.length ? { items, NextMarker: writeMarker(last.key) } : { items };
}

/** A key by which versions of one function stand in order, `$LATEST` first. */
export const versionKey = (name: string, version: string): string =>
  `${name}:${version.startsWith('$') ? '' : version.padStart(12, '0')}`;

const writeMarker = (key: string): string => Buffer.from(`after:${key}`).toString('base64');

function readMarker(marker: string | undefined): string | undefined {
  if (!marker) return undefined;
  const [, key] = /^after:(.+)$/.exec(Buffer.from(marker, 'base64').toString()) ?? [];
  if (key === undefined) throw invalidParameter('Invalid marker: use the NextMarker of an earlier answer');
  return key;
}
