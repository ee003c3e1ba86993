import type { Tag } from '@aws-sdk/client-sns';
import { ApiError } from '../../wire/api-error.ts';
import { invalidParameter } from './faults.ts';

export type TagSet = Readonly<Record<string, string>>;

const MOST = 50;

/** Tags with others added. @throws InvalidParameter, TagLimitExceeded */
export function withTags(current: TagSet, given: readonly Tag[]): TagSet {
  const keys = given.map(({ Key = '' }) => Key);
  if (new Set(keys).size < keys.length) throw invalidParameter('Duplicated keys are not allowed.');
  if (keys.some((key) => key.toLowerCase().startsWith('aws:')))
    throw invalidParameter('Tag keys that start with aws: are reserved');
  const all = { ...current, ...Object.fromEntries(given.map(({ Key = '', Value = '' }) => [Key, Value])) };
  if (Object.keys(all).length > MOST)
    throw new ApiError('TagLimitExceeded', `Could not complete request: tag quota of per resource exceeded`);
  return all;
}
