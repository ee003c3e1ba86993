import type { DeleteObjectCommand, DeleteObjectsCommand } from '@aws-sdk/client-s3';
import type { Scope } from '../../../kernel/scope.ts';
import type { Transaction } from '../../../store/store.ts';
import { ApiError } from '../../../wire/api-error.ts';
import type { Action } from '../../../wire/types.ts';
import { checkWriteConditions } from '../conditions.ts';
import type { S3Deps } from '../deps.ts';
import { malformedXml } from '../faults.ts';
import { checkVersionId, findObject, requireBucket } from '../find-object.ts';
import { refuseUnserved } from '../object-head.ts';
import type { BucketRecord } from '../records.ts';
import { keepChanged, newVersionId } from '../store-version.ts';
import { currentOf, filesOf, NULL_VERSION, withoutVersion, withVersion } from '../versions.ts';

interface Doomed {
  readonly key: string;
  readonly versionId: string | undefined;
  readonly etag?: string | undefined;
}

interface Deleted {
  readonly files: readonly string[];
  /** A marker was made, or the version that went was one. */
  readonly marker?: string | undefined;
}

export const deleteObject =
  ({ store, clock, files }: S3Deps): Action<typeof DeleteObjectCommand> =>
  async (input, ctx) => {
    refuseUnserved(input);
    const { Key: key = '', VersionId: versionId, IfMatch: etag } = input;
    const { files: left, marker } = await store.transaction(async (tx) => {
      const bucket = await requireBucket(tx, ctx, input);
      return deleteOne(tx, ctx, bucket, { key, versionId, etag }, clock.now().getTime());
    });
    await files.remove(left);
    return {
      ...(marker !== undefined && { DeleteMarker: true }),
      ...((versionId ?? marker) !== undefined && { VersionId: versionId ?? marker }),
    };
  };

const MOST_AT_ONCE = 1000;

export const deleteObjects =
  ({ store, clock, files }: S3Deps): Action<typeof DeleteObjectsCommand> =>
  async (input, ctx) => {
    refuseUnserved(input);
    const { Objects: asked = [], Quiet: quiet } = input.Delete ?? {};
    if (asked.length === 0 || asked.length > MOST_AT_ONCE) throw malformedXml();
    const now = clock.now().getTime();
    const results = await store.transaction(async (tx) => {
      const bucket = await requireBucket(tx, ctx, input);
      const done: { readonly doomed: Doomed; readonly result: Deleted | ApiError }[] = [];
      for (const { Key: key = '', VersionId: versionId, ETag: etag } of asked) {
        const doomed = { key, versionId, etag };
        done.push({ doomed, result: await deleteOne(tx, ctx, bucket, doomed, now).catch(asResult) });
      }
      return done;
    });
    await files.remove(results.flatMap(({ result }) => (result instanceof ApiError ? [] : result.files)));
    const faults = results.flatMap(({ doomed, result }) => (result instanceof ApiError ? [{ doomed, result }] : []));
    const gone = results.flatMap(({ doomed, result }) => (result instanceof ApiError ? [] : [shown(doomed, result)]));
    return {
      ...(!quiet && gone.length > 0 && { Deleted: gone }),
      ...(faults.length > 0 && {
        Errors: faults.map(({ doomed, result }) => ({
          Key: doomed.key,
          VersionId: doomed.versionId,
          Code: result.code,
          Message: result.message,
        })),
      }),
    };
  };

/** One key that cannot be deleted does not keep the others; all these are found before anything of it is written. */
function asResult(cause: unknown): ApiError {
  if (cause instanceof ApiError) return cause;
  throw cause;
}

const shown = ({ key, versionId }: Doomed, { marker }: Deleted) => ({
  Key: key,
  ...(versionId !== undefined && { VersionId: versionId }),
  ...(marker !== undefined && { DeleteMarker: true, DeleteMarkerVersionId: marker }),
});

/** Deletes a version for good, or hides the key behind a marker. What is not there is deleted already. */
async function deleteOne(
  tx: Transaction,
  scope: Scope,
  bucket: BucketRecord,
  { key, versionId, etag }: Doomed,
  now: number,
): Promise<Deleted> {
  if (versionId !== undefined) checkVersionId(versionId);
  const record = await findObject(tx, scope, bucket.name, key);
  if (etag !== undefined) checkWriteConditions({ IfMatch: etag }, key, currentOf(record));
  if (versionId !== undefined || bucket.versioning === undefined) {
    if (!record) return { files: [] };
    const changed = withoutVersion(key, record, versionId ?? NULL_VERSION);
    await keepChanged(tx, scope, bucket.name, key, changed);
    const marker = changed.dropped.find(({ kind }) => kind === 'marker')?.versionId;
    return { files: filesOf(changed.dropped), marker };
  }
  const marker = bucket.versioning === 'Enabled' ? newVersionId() : NULL_VERSION;
  const changed = withVersion(key, record, { kind: 'marker', versionId: marker, modifiedAt: now });
  await keepChanged(tx, scope, bucket.name, key, changed);
  return { files: filesOf(changed.dropped), marker };
}
