import type { Tag } from '@aws-sdk/client-s3';
import { ApiError } from '../../wire/api-error.ts';
import { invalidArgument } from './faults.ts';

type Tags = Readonly<Record<string, string>>;

const MOST = { object: 10, bucket: 50 };

/** @throws `InvalidTag`, `BadRequest` when there are too many */
export function readTags(set: readonly Tag[], of: keyof typeof MOST): Tags {
  if (set.length > MOST[of])
    throw new ApiError(
      'BadRequest',
      `${of === 'object' ? 'Object' : 'Bucket'} tags cannot be greater than ${MOST[of]}`,
    );
  const tags: Record<string, string> = {};
  for (const { Key: key = '', Value: value = '' } of set) {
    if (key === '' || key.length > 128) throw invalidTag('The TagKey you have provided is invalid');
    if (value.length > 256) throw invalidTag('The TagValue you have provided is invalid');
    if (Object.hasOwn(tags, key)) throw invalidTag('Cannot provide multiple Tags with the same key');
    tags[key] = value;
  }
  return tags;
}

/** Tags in a header: `a=b&c=d`, encoded as a query string. @throws as `readTags`, `InvalidArgument` */
export function readTagHeader(text: string | undefined): Tags {
  if (text === undefined || text === '') return {};
  const pairs = [...new URLSearchParams(text)];
  if (pairs.some(([name]) => name === ''))
    throw invalidArgument(
      "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.",
      'x-amz-tagging',
      text.slice(0, 256),
    );
  return readTags(
    pairs.map(([Key, Value]) => ({ Key, Value })),
    'object',
  );
}

export const shownTags = (tags: Tags): Tag[] => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

const invalidTag = (message: string): ApiError => new ApiError('InvalidTag', message);
