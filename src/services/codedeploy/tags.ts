import { InvalidTagsToAddException, type Tag } from '@aws-sdk/client-codedeploy';
import type { Scope } from '../../kernel/scope.ts';
import type { Records, Transaction } from '../../store/store.ts';
import { fault } from '../../wire/api-error.ts';
import type { TagsRecord } from './records.ts';

type StoredTag = TagsRecord['tags'][number];

export const tagRecords = (tx: Transaction): Records<TagsRecord> => tx.records<TagsRecord>('resource_tags');

/** @throws `InvalidTagsToAdd` for keys or values out of AWS's limits, or a key given twice */
export function readTags(tags: readonly Tag[] | undefined): readonly StoredTag[] {
  const read = (tags ?? []).map(({ Key = '', Value = '' }) => ({ Key, Value }));
  for (const { Key, Value } of read) {
    if (Key === '' || Key.length > 128)
      throw fault(InvalidTagsToAddException, `Tag keys must have 1 to 128 characters, found '${Key}'.`);
    if (Key.toLowerCase().startsWith('aws:'))
      throw fault(InvalidTagsToAddException, `Tag keys must not start with aws:, found '${Key}'.`);
    if (Value.length > 256)
      throw fault(InvalidTagsToAddException, `Tag values must have at most 256 characters, found ${Value.length}.`);
  }
  if (new Set(read.map((tag) => tag.Key)).size < read.length)
    throw fault(InvalidTagsToAddException, 'The same tag key is given more than once.');
  return read;
}

/** Adds tags to what the resource has; a key that is there gets the new value. @throws `InvalidTagsToAdd` above 50 */
export async function addTags(
  tx: Transaction,
  scope: Scope,
  resourceArn: string,
  added: readonly StoredTag[],
): Promise<void> {
  if (added.length === 0) return;
  const kept = (await tagRecords(tx).get(scope, resourceArn))?.tags ?? [];
  const tags = [...kept.filter((tag) => !added.some((other) => other.Key === tag.Key)), ...added];
  if (tags.length > 50) throw fault(InvalidTagsToAddException, 'A resource can have at most 50 tags.');
  await tagRecords(tx).put(scope, resourceArn, { tags });
}

/** Lets the tags follow a resource whose ARN changes with its name. */
export async function moveTags(tx: Transaction, scope: Scope, from: string, to: string): Promise<void> {
  const kept = await tagRecords(tx).get(scope, from);
  if (!kept || from === to) return;
  await tagRecords(tx).remove(scope, from);
  await tagRecords(tx).put(scope, to, kept);
}
