import type { Scope } from '../../kernel/scope.ts';
import type { Transaction } from '../../store/store.ts';
import { ApiError } from '../../wire/api-error.ts';
import { invalidArgument, noSuchBucket, noSuchKey, noSuchUpload, noSuchVersion } from './faults.ts';
import { checkBucketName, checkKey } from './names.ts';
import {
  buckets,
  globalScope,
  objectId,
  objects,
  uploads,
  type BucketRecord,
  type ObjectRecord,
  type ObjectVersion,
  type UploadRecord,
} from './records.ts';

interface Addressed {
  readonly Bucket: string | undefined;
  readonly ExpectedBucketOwner?: string | undefined;
}

/** @throws `InvalidBucketName`, `NoSuchBucket`, `AccessDenied` when another account is expected to own it */
export async function requireBucket(tx: Transaction, scope: Scope, input: Addressed): Promise<BucketRecord> {
  const { Bucket: name = '', ExpectedBucketOwner: owner } = input;
  checkBucketName(name);
  const found = await buckets(tx).get(globalScope(scope), name);
  if (!found) throw noSuchBucket(name);
  if (owner !== undefined && owner !== scope.account) throw new ApiError('AccessDenied', 'Access Denied', 403);
  return found;
}

export async function findObject(
  tx: Transaction,
  scope: Scope,
  bucket: string,
  key: string,
): Promise<ObjectRecord | undefined> {
  checkKey(key);
  return objects(tx).get(globalScope(scope), objectId(bucket, key));
}

/**
 * The version that a reader means.
 *
 * @throws `NoSuchBucket`, `NoSuchKey`, `NoSuchVersion`, `InvalidArgument`, `MethodNotAllowed` for a delete marker
 */
export async function requireVersion(
  tx: Transaction,
  scope: Scope,
  input: Addressed & { readonly Key: string | undefined; readonly VersionId?: string | undefined },
): Promise<{ readonly bucket: BucketRecord; readonly version: ObjectVersion }> {
  const { Key: key = '', VersionId: asked } = input;
  const bucket = await requireBucket(tx, scope, input);
  const record = await findObject(tx, scope, bucket.name, key);
  if (asked !== undefined) checkVersionId(asked);
  const found =
    asked === undefined ? record?.versions[0] : record?.versions.find(({ versionId }) => versionId === asked);
  if (found?.kind === 'object') return { bucket, version: found };
  if (!found) throw asked === undefined || !record ? missing(key, asked) : noSuchVersion(key, asked);
  const headers = { 'x-amz-delete-marker': 'true', 'x-amz-version-id': found.versionId };
  if (asked === undefined) throw noSuchKey(key, headers);
  throw new ApiError('MethodNotAllowed', 'The specified method is not allowed against this resource.', 405, {
    details: { Method: 'GET', ResourceType: 'DeleteMarker' },
    headers: { ...headers, 'last-modified': new Date(found.modifiedAt).toUTCString() },
  });
}

const missing = (key: string, versionId: string | undefined): ApiError =>
  versionId === undefined ? noSuchKey(key) : noSuchVersion(key, versionId);

/** @throws `InvalidArgument` for what no version can be called */
export function checkVersionId(versionId: string): void {
  if (!/^(null|[A-Za-z0-9._-]{32})$/.test(versionId))
    throw invalidArgument('Invalid version id specified', 'versionId', versionId.slice(0, 256));
}

/** @throws `NoSuchUpload` when there is none of this id for this key */
export async function requireUpload(
  tx: Transaction,
  scope: Scope,
  input: Addressed & { readonly Key: string | undefined; readonly UploadId: string | undefined },
): Promise<UploadRecord> {
  const { UploadId: uploadId = '', Key: key } = input;
  const bucket = await requireBucket(tx, scope, input);
  const found = await uploads(tx).get(globalScope(scope), objectId(bucket.name, uploadId));
  if (found?.key !== key || found === undefined) throw noSuchUpload(uploadId);
  return found;
}
