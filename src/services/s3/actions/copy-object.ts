import type { CopyObjectCommand, CopyObjectCommandInput } from '@aws-sdk/client-s3';
import type { Action, ActionInput, CallContext } from '../../../wire/types.ts';
import { checkCopyConditions } from '../conditions.ts';
import type { S3Deps } from '../deps.ts';
import { invalidArgument, invalidRequest, noSuchKey } from '../faults.ts';
import { requireBucket, requireVersion } from '../find-object.ts';
import { readHead, shownChecksum } from '../object-head.ts';
import type { BucketRecord, ObjectVersion } from '../records.ts';
import { shownVersionId, storeVersion } from '../store-version.ts';
import { readTagHeader } from '../tags.ts';
import { requireAlgorithm, writeBody } from '../take-in.ts';
import { filesOf } from '../versions.ts';

/** Copies into a file of the copy's own, with an ETag of its own. */
export const copyObject =
  (deps: S3Deps): Action<typeof CopyObjectCommand> =>
  async (input, ctx) => {
    const { store, clock, files } = deps;
    const said = readHead(input);
    await requireBucket(store, ctx, input);
    const source = await requireSource(deps, ctx, input);
    const { version } = source;
    refuseSame(input, source);
    const head = input.MetadataDirective === 'REPLACE' ? said : { ...version.head, storageClass: said.storageClass };
    const tags = input.TaggingDirective === 'REPLACE' ? readTagHeader(input.Tagging) : version.tags;
    const algorithm = input.ChecksumAlgorithm ? requireAlgorithm(input.ChecksumAlgorithm) : version.checksum?.algorithm;
    const body = files.read(version.segments, 0, version.size - 1);
    const { md5, file, size, checksum: value } = await writeBody(files, body, version.size, algorithm);
    const checksum = value && { ...value, type: 'FULL_OBJECT' as const };
    const modifiedAt = clock.now().getTime();
    const made = { modifiedAt, etag: md5, size, segments: [{ file, size }], checksum, head, tags };
    const stored = await store
      .transaction((tx) => storeVersion(tx, ctx, input, made))
      .catch(async (cause: unknown) => {
        await files.remove([file]);
        throw cause;
      });
    await files.remove(filesOf(stored.dropped));
    return {
      CopyObjectResult: { ETag: `"${md5}"`, LastModified: new Date(modifiedAt), ...shownChecksum(checksum) },
      ServerSideEncryption: 'AES256',
      CopySourceVersionId: shownVersionId(source.bucket, version.versionId),
      VersionId: shownVersionId(stored.bucket, stored.version.versionId),
    };
  };

type Copy = ActionInput<typeof CopyObjectCommand>;

function refuseSame(input: Copy, { bucket, key, version }: Source): void {
  const isSame =
    bucket.name === input.Bucket && key === input.Key && sourceOf(input.CopySource).versionId === undefined;
  const changes =
    input.MetadataDirective === 'REPLACE' ||
    input.TaggingDirective === 'REPLACE' ||
    input.WebsiteRedirectLocation !== undefined ||
    input.ServerSideEncryption !== undefined ||
    (input.StorageClass !== undefined && input.StorageClass !== (version.head.storageClass ?? 'STANDARD'));
  if (isSame && !changes)
    throw invalidRequest(
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    );
}

export interface Source {
  readonly bucket: BucketRecord;
  readonly key: string;
  readonly version: ObjectVersion;
}

type SourceInput = Pick<
  CopyObjectCommandInput,
  | 'CopySourceIfMatch'
  | 'CopySourceIfNoneMatch'
  | 'CopySourceIfModifiedSince'
  | 'CopySourceIfUnmodifiedSince'
  | 'ExpectedSourceBucketOwner'
> & { readonly CopySource: string | undefined };

/** @throws as `requireVersion`, `PreconditionFailed`, `InvalidArgument`, `InvalidRequest` for a delete marker */
export async function requireSource({ store }: S3Deps, ctx: CallContext, input: SourceInput): Promise<Source> {
  const { bucket: name, key, versionId } = sourceOf(input.CopySource);
  const meant = { Bucket: name, Key: key, VersionId: versionId, ExpectedBucketOwner: input.ExpectedSourceBucketOwner };
  const { bucket, version } = await requireVersion(store, ctx, meant).catch((cause: unknown) => {
    throw (cause as { code?: string }).code === 'MethodNotAllowed'
      ? invalidRequest('The source of a copy request may not specifically refer to a delete marker by version id.')
      : (cause as { code?: string }).code === 'NoSuchKey'
        ? noSuchKey(key)
        : cause;
  });
  checkCopyConditions(
    {
      IfMatch: input.CopySourceIfMatch,
      IfNoneMatch: input.CopySourceIfNoneMatch,
      IfModifiedSince: input.CopySourceIfModifiedSince,
      IfUnmodifiedSince: input.CopySourceIfUnmodifiedSince,
    },
    version,
  );
  return { bucket, key, version };
}

/** Reads `bucket/key?versionId=…`, encoded as a URL, with or without a slash before it. */
function sourceOf(text = ''): {
  readonly bucket: string;
  readonly key: string;
  readonly versionId?: string | undefined;
} {
  const [, bucket, key, versionId] = /^\/?([^/]+)\/(.+?)(?:\?versionId=([^&]*))?$/s.exec(text) ?? [];
  try {
    if (bucket && key) return { bucket: decodeURIComponent(bucket), key: decodeURIComponent(key), versionId };
  } catch {
    // told below
  }
  throw invalidArgument(
    'Copy Source must mention the source bucket and key: sourcebucket/sourcekey',
    'x-amz-copy-source',
    text.slice(0, 256),
  );
}
