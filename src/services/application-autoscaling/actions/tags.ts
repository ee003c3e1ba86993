import type {
  ListTagsForResourceCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-application-auto-scaling';
import type { Scope } from '../../../kernel/scope.ts';
import type { Action } from '../../../wire/types.ts';
import type { AutoscalingDeps } from '../deps.ts';
import { resourceNotFound } from '../faults.ts';
import { targetsIn, type TargetRecord } from '../records.ts';

/** Only scalable targets have tags. */
export const listTagsForResource =
  ({ store }: AutoscalingDeps): Action<typeof ListTagsForResourceCommand> =>
  async ({ ResourceARN }, ctx) => ({ Tags: (await requireTagged(store, ctx, ResourceARN)).tags });

export const tagResource =
  ({ store }: AutoscalingDeps): Action<typeof TagResourceCommand> =>
  async ({ ResourceARN, Tags }, ctx) => {
    const { resourceId } = await requireTagged(store, ctx, ResourceARN);
    await targetsIn(store).change(ctx, resourceId, (target) => ({ ...target, tags: { ...target.tags, ...Tags } }));
    return {};
  };

export const untagResource =
  ({ store }: AutoscalingDeps): Action<typeof UntagResourceCommand> =>
  async ({ ResourceARN, TagKeys }, ctx) => {
    const { resourceId } = await requireTagged(store, ctx, ResourceARN);
    await targetsIn(store).change(ctx, resourceId, (target) => ({
      ...target,
      tags: Object.fromEntries(Object.entries(target.tags).filter(([key]) => !TagKeys.includes(key))),
    }));
    return {};
  };

async function requireTagged(store: AutoscalingDeps['store'], scope: Scope, arn: string): Promise<TargetRecord> {
  const found = (await targetsIn(store).list(scope)).find((target) => target.arn === arn);
  if (!found) throw resourceNotFound(arn);
  return found;
}
