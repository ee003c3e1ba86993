import type { ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import type { Action } from '../../../wire/types.ts';
import type { S3Deps } from '../deps.ts';
import { invalidArgument } from '../faults.ts';
import { requireBucket } from '../find-object.ts';
import { compareKeys, encoderOf, listPage, type Listed } from '../listing.ts';
import { globalScope, objects, type Version } from '../records.ts';
import { ownerOf } from './buckets.ts';
import { limitOf } from './list-objects.ts';

interface Placed {
  readonly key: string;
  readonly version: Version;
  readonly isLatest: boolean;
}

export const listObjectVersions =
  ({ store }: S3Deps): Action<typeof ListObjectVersionsCommand> =>
  async (input, ctx) => {
    const { Prefix: prefix = '', Delimiter: delimiter, KeyMarker: keyMarker = '', VersionIdMarker: idMarker } = input;
    if (idMarker !== undefined && keyMarker === '')
      throw invalidArgument(
        'A version-id marker cannot be specified without a key marker.',
        'version-id-marker',
        idMarker,
      );
    const { name } = await requireBucket(store, ctx, input);
    const limit = limitOf(input.MaxKeys);
    const records = (await objects(store).list(globalScope(ctx), name)).sort((a, b) => compareKeys(a.key, b.key));
    const placed = records.flatMap(({ key, versions }) =>
      versions.map((version, index): Placed => ({ key, version, isLatest: index === 0 })),
    );
    const { items, commonPrefixes, next } = pageOf(placed, { prefix, delimiter, keyMarker, idMarker, limit });
    const encode = encoderOf(input.EncodingType);
    return {
      Name: name,
      Prefix: encode(prefix),
      Delimiter: delimiter && encode(delimiter),
      KeyMarker: encode(keyMarker),
      VersionIdMarker: idMarker,
      MaxKeys: limit,
      EncodingType: input.EncodingType,
      IsTruncated: next !== undefined,
      NextKeyMarker: next && encode(next.key),
      NextVersionIdMarker: next?.versionId,
      Versions: items.flatMap(({ key, version, isLatest }) =>
        version.kind === 'object'
          ? [
              {
                ...placeOf(encode(key), version, isLatest),
                ETag: `"${version.etag}"`,
                Size: version.size,
                StorageClass: (version.head.storageClass ?? 'STANDARD') as 'STANDARD',
                Owner: ownerOf(ctx),
              },
            ]
          : [],
      ),
      DeleteMarkers: items.flatMap(({ key, version, isLatest }) =>
        version.kind === 'marker' ? [{ ...placeOf(encode(key), version, isLatest), Owner: ownerOf(ctx) }] : [],
      ),
      CommonPrefixes: commonPrefixes.map((common) => ({ Prefix: encode(common) })),
    };
  };

const placeOf = (key: string, { versionId, modifiedAt }: Version, isLatest: boolean) => ({
  Key: key,
  VersionId: versionId,
  IsLatest: isLatest,
  LastModified: new Date(modifiedAt),
});

interface VersionQuery {
  readonly prefix: string;
  readonly delimiter: string | undefined;
  readonly keyMarker: string;
  readonly idMarker: string | undefined;
  readonly limit: number;
}

/** A page of versions: first what is left under the marker's key, then what comes behind that key. */
function pageOf(placed: readonly Placed[], { prefix, delimiter, keyMarker, idMarker, limit }: VersionQuery) {
  const under = idMarker === undefined ? [] : placed.filter(({ key }) => key === keyMarker);
  const at = under.findIndex(({ version }) => version.versionId === idMarker);
  const rest = (at < 0 ? [] : under.slice(at + 1)).filter(({ key }) => key.startsWith(prefix));
  const first = rest.slice(0, limit);
  const left = limit - first.length;
  const query = { prefix, delimiter, after: keyMarker };
  const behind = listPage(placed, { ...query, limit: left });
  const isMoreBehind = left > 0 ? behind.next !== undefined : hasAny(listPage(placed, { ...query, limit: 1 }));
  const items = [...first, ...behind.items];
  const hasMore = limit > 0 && (first.length < rest.length || isMoreBehind);
  const last = items.at(-1);
  const lastCommon = behind.commonPrefixes.at(-1);
  const isCommonLast = lastCommon !== undefined && (!last || compareKeys(lastCommon, last.key) > 0);
  const end = isCommonLast
    ? { key: lastCommon, versionId: undefined }
    : last && { key: last.key, versionId: last.version.versionId };
  return { items, commonPrefixes: behind.commonPrefixes, next: hasMore ? end : undefined };
}

const hasAny = ({ items, commonPrefixes }: Listed<unknown>): boolean => items.length + commonPrefixes.length > 0;
