import type { ListTagsForResourceCommand, TagResourceCommand, UntagResourceCommand } from '@aws-sdk/client-sns';
import type { Scope } from '../../../kernel/scope.ts';
import type { Transaction } from '../../../store/store.ts';
import { ApiError } from '../../../wire/api-error.ts';
import type { Action } from '../../../wire/types.ts';
import type { SnsTools } from '../deps.ts';
import { requireTopic, topicsIn, type TopicRecord } from '../records.ts';
import { withTags, type TagSet } from '../tags.ts';

export const tagResource =
  ({ store }: SnsTools): Action<typeof TagResourceCommand> =>
  (input, ctx) =>
    changeTags(store, ctx, input.ResourceArn, (tags) => withTags(tags, input.Tags));

export const untagResource =
  ({ store }: SnsTools): Action<typeof UntagResourceCommand> =>
  (input, ctx) =>
    changeTags(store, ctx, input.ResourceArn, (tags) =>
      Object.fromEntries(Object.entries(tags).filter(([key]) => !input.TagKeys.includes(key))),
    );

export const listTagsForResource =
  ({ store }: SnsTools): Action<typeof ListTagsForResourceCommand> =>
  async (input, ctx) => {
    const { tags } = await requireResource(store, ctx, input.ResourceArn);
    return { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) };
  };

async function changeTags(tx: Transaction, scope: Scope, arn: string, change: (tags: TagSet) => TagSet): Promise<void> {
  const { name } = await requireResource(tx, scope, arn);
  await topicsIn(tx).change(scope, name, (topic) => ({ ...topic, tags: change(topic.tags) }));
}

/** A topic, whose absence is worded as for any resource. @throws ResourceNotFound */
const requireResource = (tx: Transaction, scope: Scope, arn: string): Promise<TopicRecord> =>
  requireTopic(tx, scope, arn, 'ResourceArn').catch((cause: unknown) => {
    if (!(cause instanceof ApiError) || cause.code !== 'NotFound') throw cause;
    throw new ApiError('ResourceNotFound', 'Resource does not exist', 404);
  });
