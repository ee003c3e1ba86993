import type { Tag } from '@aws-sdk/client-cloudwatch';
import { validationError } from '../faults.ts';

export type TagSet = Readonly<Record<string, string>>;

const MOST = 50;

/** Tags as they are kept. @throws ValidationError for reserved keys, or more than 50 */
export function checkedTags(tags: readonly Tag[] = [], current: TagSet = {}): TagSet {
  for (const { Key: key = '' } of tags)
    if (key.toLowerCase().startsWith('aws:'))
      throw validationError(`The tag key '${key}' begins with aws:, which is reserved.`);
  const all = { ...current, ...Object.fromEntries(tags.map(({ Key = '', Value = '' }) => [Key, Value])) };
  if (Object.keys(all).length > MOST) throw validationError(`An alarm can have at most ${MOST} tags.`);
  return all;
}
