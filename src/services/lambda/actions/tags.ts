import type { ListTagsCommand, TagResourceCommand, UntagResourceCommand } from '@aws-sdk/client-lambda';
import type { Scope } from '../../../kernel/scope.ts';
import type { Action } from '../../../wire/types.ts';
import type { LambdaTools } from '../deps.ts';
import { functionNotFound, invalidParameter, resourceNotFound } from '../faults.ts';
import { readFunctionName } from '../function-name.ts';
import { functionsIn, requireFunction, type FunctionRecord } from '../records.ts';

const MAX_TAGS = 50;

export const listTags =
  ({ store }: LambdaTools): Action<typeof ListTagsCommand> =>
  async (input, ctx) => {
    const record = await requireFunction(store, ctx, readResource(input.Resource, ctx));
    return { Tags: { ...record.tags } };
  };

export const tagResource =
  (tools: LambdaTools): Action<typeof TagResourceCommand> =>
  (input, ctx) =>
    changeTags(tools, ctx, input.Resource, (tags) => ({ ...tags, ...input.Tags }));

export const untagResource =
  (tools: LambdaTools): Action<typeof UntagResourceCommand> =>
  (input, ctx) =>
    changeTags(tools, ctx, input.Resource, (tags) =>
      Object.fromEntries(Object.entries(tags).filter(([key]) => !input.TagKeys.includes(key))),
    );

async function changeTags(
  { store }: LambdaTools,
  scope: Scope,
  resource: string,
  change: (tags: FunctionRecord['tags']) => FunctionRecord['tags'],
): Promise<void> {
  const name = readResource(resource, scope);
  await requireFunction(store, scope, name);
  const changed = await functionsIn(store).change(scope, name.name, (record) => {
    const tags = change(record.tags);
    if (Object.keys(tags).length > MAX_TAGS) throw invalidParameter(`A function has at most ${MAX_TAGS} tags`);
    return { ...record, tags };
  });
  if (!changed) throw functionNotFound(name.arn);
}

function readResource(resource: string, scope: Scope) {
  if (!/:lambda:[^:]*:\d{12}:function:/.test(resource)) throw resourceNotFound(`Resource not found: ${resource}`);
  const name = readFunctionName(resource, scope);
  if (name.qualifier !== undefined) {
    throw invalidParameter('Tags on function aliases and versions are not supported. Please specify a function ARN.');
  }
  return name;
}
