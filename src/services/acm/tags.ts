import { InvalidTagException, TooManyTagsException, type Tag } from '@aws-sdk/client-acm';
import { fault } from '../../wire/api-error.ts';

export type TagSet = Readonly<Record<string, string>>;

const MOST = 50;

/** Tags as they are kept. @throws {InvalidTagException} @throws {TooManyTagsException} */
export function checkedTags(tags: readonly Tag[] = [], current: TagSet = {}): TagSet {
  for (const { Key: key = '' } of tags)
    if (key.toLowerCase().startsWith('aws:'))
      throw fault(InvalidTagException, `The tag key '${key}' begins with aws:, which is reserved.`);
  const all = { ...current, ...Object.fromEntries(tags.map(({ Key = '', Value = '' }) => [Key, Value])) };
  if (Object.keys(all).length > MOST) throw fault(TooManyTagsException, `A certificate can have at most ${MOST} tags.`);
  return all;
}

/** Without those named; one that is named with a value only where it has that value. */
export const withoutTags = (current: TagSet, tags: readonly Tag[]): TagSet =>
  Object.fromEntries(
    Object.entries(current).filter(
      ([key, value]) => !tags.some((tag) => tag.Key === key && (tag.Value === undefined || tag.Value === value)),
    ),
  );

export const shownTags = (tags: TagSet): Tag[] => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
