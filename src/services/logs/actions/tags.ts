import type {
  ListTagsForResourceCommand,
  ListTagsLogGroupCommand,
  TagLogGroupCommand,
  TagResourceCommand,
  UntagLogGroupCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import type { Scope } from '../../../kernel/scope.ts';
import type { Action } from '../../../wire/types.ts';
import type { LogsDeps } from '../deps.ts';
import { noGroup } from '../faults.ts';
import { requireGroup } from '../find.ts';
import { groupsIn } from '../records.ts';
import { taggedGroup, withoutTags, withTags, type TagSet } from '../tags.ts';

export const tagResource =
  (deps: LogsDeps): Action<typeof TagResourceCommand> =>
  ({ resourceArn, tags }, ctx) =>
    change(deps, ctx, taggedGroup(resourceArn), (current) => withTags(current, tags));

export const untagResource =
  (deps: LogsDeps): Action<typeof UntagResourceCommand> =>
  ({ resourceArn, tagKeys }, ctx) =>
    change(deps, ctx, taggedGroup(resourceArn), (current) => withoutTags(current, tagKeys));

export const listTagsForResource =
  ({ store }: LogsDeps): Action<typeof ListTagsForResourceCommand> =>
  async ({ resourceArn }, ctx) => ({ tags: (await requireGroup(store, ctx, taggedGroup(resourceArn))).tags });

export const tagLogGroup =
  (deps: LogsDeps): Action<typeof TagLogGroupCommand> =>
  ({ logGroupName, tags }, ctx) =>
    change(deps, ctx, logGroupName, (current) => withTags(current, tags));

export const untagLogGroup =
  (deps: LogsDeps): Action<typeof UntagLogGroupCommand> =>
  ({ logGroupName, tags }, ctx) =>
    change(deps, ctx, logGroupName, (current) => withoutTags(current, tags));

export const listTagsLogGroup =
  ({ store }: LogsDeps): Action<typeof ListTagsLogGroupCommand> =>
  async ({ logGroupName }, ctx) => ({ tags: (await requireGroup(store, ctx, logGroupName)).tags });

async function change({ store }: LogsDeps, scope: Scope, name: string, update: (current: TagSet) => TagSet) {
  if (!(await groupsIn(store).change(scope, name, (group) => ({ ...group, tags: update(group.tags) }))))
    throw noGroup();
}
