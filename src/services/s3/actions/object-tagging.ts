import type { DeleteObjectTaggingCommand, GetObjectTaggingCommand, PutObjectTaggingCommand } from '@aws-sdk/client-s3';
import type { Action, CallContext } from '../../../wire/types.ts';
import type { S3Deps } from '../deps.ts';
import { requireVersion } from '../find-object.ts';
import { globalScope, objectId, objects } from '../records.ts';
import { shownVersionId } from '../store-version.ts';
import { readTags, shownTags } from '../tags.ts';

type Meant = Parameters<typeof requireVersion>[2];

export const getObjectTagging =
  ({ store }: S3Deps): Action<typeof GetObjectTaggingCommand> =>
  async (input, ctx) => {
    const { bucket, version } = await requireVersion(store, ctx, input);
    return { TagSet: shownTags(version.tags), VersionId: shownVersionId(bucket, version.versionId) };
  };

export const putObjectTagging =
  (deps: S3Deps): Action<typeof PutObjectTaggingCommand> =>
  async (input, ctx) =>
    setTags(deps, ctx, input, readTags(input.Tagging?.TagSet ?? [], 'object'));

export const deleteObjectTagging =
  (deps: S3Deps): Action<typeof DeleteObjectTaggingCommand> =>
  async (input, ctx) =>
    setTags(deps, ctx, input, {});

function setTags({ store }: S3Deps, ctx: CallContext, input: Meant, tags: Readonly<Record<string, string>>) {
  return store.transaction(async (tx) => {
    const { bucket, version } = await requireVersion(tx, ctx, input);
    await objects(tx).change(globalScope(ctx), objectId(bucket.name, input.Key ?? ''), (record) => ({
      ...record,
      versions: record.versions.map((one) => (one.versionId === version.versionId ? { ...version, tags } : one)),
    }));
    return { VersionId: shownVersionId(bucket, version.versionId) };
  });
}
