import type { Tag } from '@aws-sdk/client-ecs';
import { invalidParameter } from '../faults.ts';

/** Lengths, characters and the number of tags are checked with the shapes. The words are assumed. */
export function checkTags(tags: readonly Tag[] | undefined): void {
  if (!tags) return;
  if (tags.some(({ key }) => !key)) throw invalidParameter('Tag.key should not be null or empty.');
  if (tags.some(({ key }) => key?.toLowerCase().startsWith('aws:')))
    throw invalidParameter('Tag keys cannot begin with aws:, which is reserved for AWS.');
  if (new Set(tags.map(({ key }) => key)).size < tags.length)
    throw invalidParameter('Duplicate tag keys found. Each tag key must be unique.');
}
