import {
  ArnNotSupportedException,
  InvalidArnException,
  type ListTagsForResourceCommand,
  ResourceArnRequiredException,
  TagRequiredException,
  type TagResourceCommand,
  type UntagResourceCommand,
} from '@aws-sdk/client-codedeploy';
import { parseArn } from '../../../kernel/arn.ts';
import type { Scope } from '../../../kernel/scope.ts';
import type { Transaction } from '../../../store/store.ts';
import { fault } from '../../../wire/api-error.ts';
import type { Action } from '../../../wire/types.ts';
import type { CodeDeployDeps } from '../deps.ts';
import { requireApplication, requireConfig, requireGroup } from '../look-ups.ts';
import { addTags, readTags, tagRecords } from '../tags.ts';

export const tagResource =
  ({ store }: CodeDeployDeps): Action<typeof TagResourceCommand> =>
  async (input, ctx) => {
    await store.transaction(async (tx) => {
      const resourceArn = await requireTaggable(tx, ctx, input.ResourceArn);
      const tags = readTags(input.Tags);
      if (tags.length === 0) throw fault(TagRequiredException, 'At least one tag is required.');
      await addTags(tx, ctx, resourceArn, tags);
    });
    return {};
  };

export const untagResource =
  ({ store }: CodeDeployDeps): Action<typeof UntagResourceCommand> =>
  async (input, ctx) => {
    await store.transaction(async (tx) => {
      const resourceArn = await requireTaggable(tx, ctx, input.ResourceArn);
      const keys: readonly string[] | undefined = input.TagKeys;
      if (!keys || keys.length === 0) throw fault(TagRequiredException, 'At least one tag key is required.');
      await tagRecords(tx).change(ctx, resourceArn, ({ tags }) => ({
        tags: tags.filter((tag) => !keys.includes(tag.Key)),
      }));
    });
    return {};
  };

/** Gives all at once, without paging, as AWS does. */
export const listTagsForResource =
  ({ store }: CodeDeployDeps): Action<typeof ListTagsForResourceCommand> =>
  async (input, ctx) => {
    const resourceArn = await requireTaggable(store, ctx, input.ResourceArn);
    return { Tags: [...((await tagRecords(store).get(ctx, resourceArn))?.tags ?? [])] };
  };

/** @throws `ResourceArnRequired`, `InvalidArn`, `ArnNotSupported`, and the …DoesNotExist of what it names */
async function requireTaggable(tx: Transaction, scope: Scope, resourceArn: string | undefined): Promise<string> {
  if (!resourceArn) throw fault(ResourceArnRequiredException, 'The ARN of a resource is required.');
  const found = parseArn(resourceArn);
  if (!found || resourceArn.length > 1011) throw fault(InvalidArnException, `'${resourceArn}' is not a valid ARN.`);
  const match = /^(application|deploymentgroup|deploymentconfig):([^/]+)(?:\/(.+))?$/.exec(found.resource);
  const [, kind, first, second] = match ?? [];
  if (found.service !== 'codedeploy' || !kind || (kind === 'deploymentgroup') !== (second !== undefined))
    throw fault(ArnNotSupportedException, `The ARN '${resourceArn}' is not one of an application or deployment group.`);
  if (found.account !== scope.account || found.region !== scope.region)
    throw fault(ArnNotSupportedException, `The ARN '${resourceArn}' is of another account or region.`);
  if (kind === 'deploymentconfig') await requireConfig(tx, scope, first);
  else await requireNamed(tx, scope, first, second);
  return resourceArn;
}

async function requireNamed(tx: Transaction, scope: Scope, name: string | undefined, group: string | undefined) {
  const application = await requireApplication(tx, scope, name);
  if (group !== undefined) await requireGroup(tx, scope, application, group);
}
