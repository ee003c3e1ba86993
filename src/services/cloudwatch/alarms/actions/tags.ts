import type { ListTagsForResourceCommand, TagResourceCommand, UntagResourceCommand } from '@aws-sdk/client-cloudwatch';
import { parseArn } from '../../../../kernel/arn.ts';
import type { Scope } from '../../../../kernel/scope.ts';
import type { Transaction } from '../../../../store/store.ts';
import type { Action } from '../../../../wire/types.ts';
import { checkedTags, type TagSet } from '../checks/tags.ts';
import type { AlarmDeps } from '../deps.ts';
import { noSuchResource } from '../faults.ts';
import { alarmsIn, type AlarmRecord } from '../records.ts';

export const tagResource =
  (deps: AlarmDeps): Action<typeof TagResourceCommand> =>
  (input, ctx) =>
    changeTags(deps, ctx, input.ResourceARN, (tags) => checkedTags(input.Tags, tags));

export const untagResource =
  (deps: AlarmDeps): Action<typeof UntagResourceCommand> =>
  (input, ctx) =>
    changeTags(deps, ctx, input.ResourceARN, (tags) =>
      Object.fromEntries(Object.entries(tags).filter(([key]) => !input.TagKeys.includes(key))),
    );

export const listTagsForResource =
  ({ store }: AlarmDeps): Action<typeof ListTagsForResourceCommand> =>
  async (input, ctx) => {
    const { tags } = await requireAlarm(store, ctx, input.ResourceARN);
    return { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) };
  };

const changeTags = ({ store }: AlarmDeps, scope: Scope, arn: string, change: (tags: TagSet) => TagSet) =>
  store.transaction(async (tx) => {
    const alarm = await requireAlarm(tx, scope, arn);
    await alarmsIn(tx).put(scope, alarm.name, { ...alarm, tags: change(alarm.tags) });
  });

/** @throws {ResourceNotFoundException} */
async function requireAlarm(store: Transaction, scope: Scope, arn: string): Promise<AlarmRecord> {
  const name = parseArn(arn)?.resource.replace(/^alarm:/, '') ?? '';
  const alarm = await alarmsIn(store).get(scope, name);
  if (alarm?.arn !== arn) throw noSuchResource(arn);
  return alarm;
}
