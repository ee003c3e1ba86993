import type { Filter, Tag } from '@aws-sdk/client-ec2';
import { ApiError } from '../../wire/api-error.ts';

/** The values of one thing that filters are compared with, by filter name. */
export type FilterFields = Readonly<Record<string, readonly string[]>>;

/** Names by which tags are filtered. */
const TAG_FILTER = /^(tag:.+|tag-key|tag-value)$/;

/** What the tags of a thing are compared with. */
export const tagFields = (tags: readonly Tag[] = []): FilterFields => ({
  ...Object.fromEntries(tags.map(({ Key = '', Value = '' }) => [`tag:${Key}`, [Value]])),
  'tag-key': tags.map(({ Key = '' }) => Key),
  'tag-value': tags.map(({ Value = '' }) => Value),
});

/**
 * Keeps what matches every filter: one of its values, in which `*` and `?` stand for others.
 *
 * @param names - the filters that this kind of thing has, beside those on tags
 * @throws InvalidParameterValue for another filter
 */
export function filtered<T>(
  things: readonly T[],
  filters: readonly Filter[] | undefined,
  names: readonly string[],
  fieldsOf: (thing: T) => FilterFields,
): T[] {
  for (const { Name = '' } of filters ?? []) {
    if (!names.includes(Name) && !TAG_FILTER.test(Name)) {
      throw new ApiError('InvalidParameterValue', `The filter '${Name}' is invalid`);
    }
  }
  return things.filter((thing) => (filters ?? []).every((filter) => matches(fieldsOf(thing), filter)));
}

function matches(fields: FilterFields, { Name = '', Values = [] }: Filter): boolean {
  const found = fields[Name] ?? [];
  return Values.some((pattern) => found.some((value) => matchesPattern(value, pattern)));
}

/** Compares without a regular expression: a pattern of many stars must not cost more than its length times the text's. */
export function matchesPattern(text: string, pattern: string): boolean {
  let [at, from] = [0, 0];
  let star = -1;
  let resume = 0;
  while (at < text.length) {
    if (pattern[from] === '*') {
      star = from++;
      resume = at;
    } else if (from < pattern.length && (pattern[from] === '?' || pattern[from] === text[at])) {
      at++;
      from++;
    } else if (star >= 0) {
      from = star + 1;
      at = ++resume;
    } else {
      return false;
    }
  }
  while (pattern[from] === '*') from++;
  return from === pattern.length;
}
