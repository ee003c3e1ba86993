import { DuplicateTagKeysException, TooManyTagsException } from '@aws-sdk/client-elastic-load-balancing-v2';
import { fault } from '../../../wire/api-error.ts';
import { validationError } from '../faults.ts';
import type { TagSet } from '../records.ts';

export interface Tag {
  Key: string | undefined;
  Value?: string | undefined;
}

const MOST = 50;

/** The tags as they are kept. @throws {DuplicateTagKeysException} and others when they are not valid */
export function checkedTags(tags: readonly Tag[] = []): TagSet {
  const keys = tags.map((tag) => tag.Key ?? '');
  if (new Set(keys).size < keys.length) throw fault(DuplicateTagKeysException, 'Duplicate tag keys found');
  for (const key of keys)
    if (key.toLowerCase().startsWith('aws:')) throw validationError('Tags that begin with aws: are reserved for AWS');
  return limited(Object.fromEntries(tags.map((tag) => [tag.Key ?? '', tag.Value ?? ''])));
}

/** @throws {TooManyTagsException} */
export const addedTags = (current: TagSet, more: TagSet): TagSet => limited({ ...current, ...more });

export const withoutTags = (current: TagSet, keys: readonly string[]): TagSet =>
  Object.fromEntries(Object.entries(current).filter(([key]) => !keys.includes(key)));

export const shownTags = (tags: TagSet) => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

function limited(tags: TagSet): TagSet {
  if (Object.keys(tags).length > MOST) throw fault(TooManyTagsException, `A resource can have at most ${MOST} tags`);
  return tags;
}
