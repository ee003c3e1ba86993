import type { ListRoleTagsCommand, Tag, TagRoleCommand, UntagRoleCommand } from '@aws-sdk/client-iam';
import type { Store } from '../../../store/store.ts';
import { ApiError } from '../../../wire/api-error.ts';
import type { Action } from '../../../wire/types.ts';
import { pageOf } from '../paging.ts';
import { changeRole, requireRole, type RoleRecord } from '../records.ts';
import { shownTags } from '../shown.ts';

const MAX_TAGS = 50;

export const tagRole =
  (store: Store): Action<typeof TagRoleCommand> =>
  async (input, ctx) => {
    const given = input.Tags;
    await changeRole(store, ctx, input.RoleName, (record) => ({ ...record, tags: withTags(record.tags, given) }));
  };

export const untagRole =
  (store: Store): Action<typeof UntagRoleCommand> =>
  async (input, ctx) => {
    const gone = new Set(input.TagKeys.map((key) => key.toLowerCase()));
    await changeRole(store, ctx, input.RoleName, (record) => ({
      ...record,
      tags: Object.fromEntries(Object.entries(record.tags).filter(([key]) => !gone.has(key.toLowerCase()))),
    }));
  };

export const listRoleTags =
  (store: Store): Action<typeof ListRoleTagsCommand> =>
  async (input, ctx) => {
    const { tags } = await requireRole(store, ctx, input.RoleName);
    const { items, ...page } = pageOf(shownTags(tags), (tag) => tag.Key ?? '', input);
    return { Tags: items, ...page };
  };

/** Tags with others added; IAM's keys are the same whatever their case, and the newest spelling stays. */
export function withTags(tags: RoleRecord['tags'], given: readonly Tag[]): RoleRecord['tags'] {
  const keys = given.map(({ Key = '' }) => Key.toLowerCase());
  if (new Set(keys).size < keys.length) {
    throw new ApiError('InvalidInput', 'Duplicate tag keys found. Please note that Tag keys are case insensitive.');
  }
  const kept = Object.entries(tags).filter(([key]) => !keys.includes(key.toLowerCase()));
  const all = [...kept, ...given.map(({ Key = '', Value = '' }) => [Key, Value] as const)];
  if (all.length > MAX_TAGS)
    throw new ApiError('LimitExceeded', `Cannot exceed quota for TagsPerRole: ${MAX_TAGS}`, 409);
  return Object.fromEntries(all);
}
