import type {
  DeleteBucketTaggingCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  PutBucketTaggingCommand,
  PutBucketVersioningCommand,
} from '@aws-sdk/client-s3';
import { ApiError } from '../../../wire/api-error.ts';
import type { Action, CallContext } from '../../../wire/types.ts';
import type { S3Deps } from '../deps.ts';
import { malformedXml } from '../faults.ts';
import { requireBucket } from '../find-object.ts';
import { notImplemented } from '../faults.ts';
import { refuseUnserved } from '../object-head.ts';
import { buckets, globalScope, type BucketRecord } from '../records.ts';
import { readTags, shownTags } from '../tags.ts';

type Addressed = Parameters<typeof requireBucket>[2];

const change = ({ store }: S3Deps, ctx: CallContext, input: Addressed, to: (bucket: BucketRecord) => BucketRecord) =>
  store.transaction(async (tx) => {
    const bucket = await requireBucket(tx, ctx, input);
    await buckets(tx).put(globalScope(ctx), bucket.name, to(bucket));
  });

export const putBucketVersioning =
  (deps: S3Deps): Action<typeof PutBucketVersioningCommand> =>
  async (input, ctx) => {
    const { Status: versioning, MFADelete: mfa } = input.VersioningConfiguration ?? {};
    refuseUnserved(input);
    if (mfa === 'Enabled') throw notImplemented('MfaDelete');
    if (versioning !== 'Enabled' && versioning !== 'Suspended') throw malformedXml();
    await change(deps, ctx, input, (bucket) => ({ ...bucket, versioning }));
  };

export const getBucketVersioning =
  ({ store }: S3Deps): Action<typeof GetBucketVersioningCommand> =>
  async (input, ctx) => {
    const { versioning } = await requireBucket(store, ctx, input);
    return versioning ? { Status: versioning } : {};
  };

export const putBucketTagging =
  (deps: S3Deps): Action<typeof PutBucketTaggingCommand> =>
  async (input, ctx) => {
    const tags = readTags(input.Tagging?.TagSet ?? [], 'bucket');
    await change(deps, ctx, input, (bucket) => ({ ...bucket, tags }));
  };

export const getBucketTagging =
  ({ store }: S3Deps): Action<typeof GetBucketTaggingCommand> =>
  async (input, ctx) => {
    const { tags = {}, name } = await requireBucket(store, ctx, input);
    if (Object.keys(tags).length === 0)
      throw new ApiError('NoSuchTagSet', 'The TagSet does not exist', 404, { details: { BucketName: name } });
    return { TagSet: shownTags(tags) };
  };

export const deleteBucketTagging =
  (deps: S3Deps): Action<typeof DeleteBucketTaggingCommand> =>
  async (input, ctx) =>
    change(deps, ctx, input, (bucket) => ({ ...bucket, tags: {} }));
