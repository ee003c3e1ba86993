import { randomBytes } from 'node:crypto';
import type { Scope } from '../../kernel/scope.ts';
import type { Transaction } from '../../store/store.ts';
import { checkWriteConditions } from './conditions.ts';
import { findObject, requireBucket } from './find-object.ts';
import { globalScope, objectId, objects, type BucketRecord, type ObjectVersion, type Version } from './records.ts';
import { currentOf, nextVersionId, withVersion, type Changed } from './versions.ts';

/** 32 of `[A-Za-z0-9._-]`, as S3's are. */
export const newVersionId = (): string => randomBytes(24).toString('base64url').replaceAll('=', '');

/** Where an object goes, and what must hold of what is there. */
export interface Place {
  readonly Bucket: string | undefined;
  readonly Key: string | undefined;
  readonly ExpectedBucketOwner?: string | undefined;
  readonly IfMatch?: string | undefined;
  readonly IfNoneMatch?: string | undefined;
}

export interface Stored {
  readonly bucket: BucketRecord;
  readonly version: ObjectVersion;
  readonly dropped: readonly Version[];
}

/**
 * Stores an object's new version within a transaction.
 *
 * @throws `NoSuchBucket`, `PreconditionFailed`
 */
export async function storeVersion(
  tx: Transaction,
  scope: Scope,
  place: Place,
  made: Omit<ObjectVersion, 'kind' | 'versionId'>,
): Promise<Stored> {
  const key = place.Key ?? '';
  const bucket = await requireBucket(tx, scope, place);
  const record = await findObject(tx, scope, bucket.name, key);
  checkWriteConditions(place, key, currentOf(record));
  const version: ObjectVersion = { ...made, kind: 'object', versionId: nextVersionId(bucket, newVersionId) };
  const changed = withVersion(key, record, version);
  await keepChanged(tx, scope, bucket.name, key, changed);
  return { bucket, version, dropped: changed.dropped };
}

export async function keepChanged(
  tx: Transaction,
  scope: Scope,
  bucket: string,
  key: string,
  { record }: Changed,
): Promise<void> {
  const id = objectId(bucket, key);
  if (record) await objects(tx).put(globalScope(scope), id, record, { parent: bucket });
  else await objects(tx).remove(globalScope(scope), id);
}

/** The version's id as answers show it: only where versioning was ever on. */
export const shownVersionId = ({ versioning }: BucketRecord, versionId: string): string | undefined =>
  versioning === undefined ? undefined : versionId;
