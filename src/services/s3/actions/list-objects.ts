import type { ListObjectsCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import type { Action, CallContext } from '../../../wire/types.ts';
import type { S3Deps } from '../deps.ts';
import { invalidArgument } from '../faults.ts';
import { requireBucket } from '../find-object.ts';
import { compareKeys, encoderOf, listPage, type Listed } from '../listing.ts';
import { globalScope, objects, type ObjectVersion } from '../records.ts';
import { currentOf } from '../versions.ts';
import { ownerOf } from './buckets.ts';

export const MOST_KEYS = 1000;

/** @throws `InvalidArgument` */
export function limitOf(most: number | undefined, name = 'max-keys'): number {
  if (most === undefined) return MOST_KEYS;
  if (most < 0 || most > 2 ** 31 - 1)
    throw invalidArgument(`Argument ${name} must be an integer between 0 and 2147483647`, name, String(most));
  return Math.min(most, MOST_KEYS);
}

interface Current {
  readonly key: string;
  readonly version: ObjectVersion;
}

async function currentObjects({ store }: S3Deps, ctx: CallContext, bucket: string): Promise<Current[]> {
  const records = await objects(store).list(globalScope(ctx), bucket);
  return records
    .flatMap((record) => {
      const version = currentOf(record);
      return version ? [{ key: record.key, version }] : [];
    })
    .sort((a, b) => compareKeys(a.key, b.key));
}

export const listObjectsV2 =
  (deps: S3Deps): Action<typeof ListObjectsV2Command> =>
  async (input, ctx) => {
    const { Prefix: prefix = '', Delimiter: delimiter, StartAfter: startAfter, ContinuationToken: token } = input;
    const { name } = await requireBucket(deps.store, ctx, input);
    const limit = limitOf(input.MaxKeys);
    const after = token === undefined ? (startAfter ?? '') : readToken(token);
    const found = listPage(await currentObjects(deps, ctx, name), { prefix, delimiter, after, limit });
    const encode = encoderOf(input.EncodingType);
    return {
      ...shownPage(found, encode, input.FetchOwner ? ctx : undefined),
      Name: name,
      Prefix: encode(prefix),
      Delimiter: delimiter && encode(delimiter),
      StartAfter: startAfter && encode(startAfter),
      EncodingType: input.EncodingType,
      MaxKeys: limit,
      KeyCount: found.items.length + found.commonPrefixes.length,
      ContinuationToken: token,
      NextContinuationToken: found.next === undefined ? undefined : Buffer.from(found.next).toString('base64url'),
    };
  };

/** @throws `InvalidArgument` */
function readToken(token: string): string {
  if (!/^[A-Za-z0-9_-]+$/.test(token))
    throw invalidArgument('The continuation token provided is incorrect', 'continuation-token', token.slice(0, 256));
  return Buffer.from(token, 'base64url').toString('utf8');
}

export const listObjects =
  (deps: S3Deps): Action<typeof ListObjectsCommand> =>
  async (input, ctx) => {
    const { Prefix: prefix = '', Delimiter: delimiter, Marker: marker = '' } = input;
    const { name } = await requireBucket(deps.store, ctx, input);
    const limit = limitOf(input.MaxKeys);
    const found = listPage(await currentObjects(deps, ctx, name), { prefix, delimiter, after: marker, limit });
    const encode = encoderOf(input.EncodingType);
    return {
      ...shownPage(found, encode, ctx),
      Name: name,
      Prefix: encode(prefix),
      Delimiter: delimiter && encode(delimiter),
      Marker: encode(marker),
      EncodingType: input.EncodingType,
      MaxKeys: limit,
      // S3 gives it only with a delimiter: otherwise the last key is the marker.
      NextMarker: found.next !== undefined && delimiter ? encode(found.next) : undefined,
    };
  };

const shownPage = (found: Listed<Current>, encode: (text: string) => string, owner: CallContext | undefined) => ({
  IsTruncated: found.next !== undefined,
  Contents: found.items.map(({ key, version }) => ({
    Key: encode(key),
    LastModified: new Date(version.modifiedAt),
    ETag: `"${version.etag}"`,
    Size: version.size,
    StorageClass: (version.head.storageClass ?? 'STANDARD') as 'STANDARD',
    ...(version.checksum && {
      ChecksumAlgorithm: [version.checksum.algorithm],
      ChecksumType: version.checksum.type,
    }),
    ...(owner && { Owner: ownerOf(owner) }),
  })),
  CommonPrefixes: found.commonPrefixes.map((common) => ({ Prefix: encode(common) })),
});
