import { randomBytes } from 'node:crypto';
import type {
  AbortMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
} from '@aws-sdk/client-s3';
import type { Action } from '../../../wire/types.ts';
import type { S3Deps } from '../deps.ts';
import { requireBucket, requireUpload } from '../find-object.ts';
import { compareKeys, encoderOf, listPage } from '../listing.ts';
import { checkKey } from '../names.ts';
import { invalidRequest } from '../faults.ts';
import { readHead } from '../object-head.ts';
import { globalScope, objectId, partId, parts, uploads, type UploadRecord } from '../records.ts';
import { readTagHeader } from '../tags.ts';
import { requireAlgorithm } from '../take-in.ts';
import { ownerOf } from './buckets.ts';
import { limitOf } from './list-objects.ts';

export const createMultipartUpload =
  ({ store, clock }: S3Deps): Action<typeof CreateMultipartUploadCommand> =>
  async (input, ctx) => {
    const { Bucket: bucket = '', Key: key = '' } = input;
    checkKey(key);
    const uploadId = randomBytes(48).toString('base64url');
    const upload: UploadRecord = {
      bucket,
      key,
      uploadId,
      startedAt: clock.now().getTime(),
      head: readHead(input),
      tags: readTagHeader(input.Tagging),
      checksum: checksumOf(input.ChecksumAlgorithm, input.ChecksumType),
    };
    await store.transaction(async (tx) => {
      await requireBucket(tx, ctx, input);
      await uploads(tx).insert(globalScope(ctx), objectId(bucket, uploadId), upload, { parent: bucket });
    });
    return {
      Bucket: bucket,
      Key: key,
      UploadId: uploadId,
      ServerSideEncryption: 'AES256',
      ChecksumAlgorithm: upload.checksum?.algorithm,
      ChecksumType: upload.checksum?.type,
    };
  };

/** Source: S3 User Guide, checking object integrity: which algorithm goes with which type, and what is the default. */
function checksumOf(name: string | undefined, type: string | undefined): UploadRecord['checksum'] {
  if (name === undefined) return undefined;
  const algorithm = requireAlgorithm(name);
  const byDefault = algorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE';
  const asked = type === 'FULL_OBJECT' || type === 'COMPOSITE' ? type : byDefault;
  const isSha = algorithm === 'SHA1' || algorithm === 'SHA256';
  if ((asked === 'FULL_OBJECT' && isSha) || (asked === 'COMPOSITE' && algorithm === 'CRC64NVME'))
    throw invalidRequest(
      `The ${asked} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`,
    );
  return { algorithm, type: asked };
}

export const abortMultipartUpload =
  ({ store, files }: S3Deps): Action<typeof AbortMultipartUploadCommand> =>
  async (input, ctx) => {
    const scope = globalScope(ctx);
    const left = await store.transaction(async (tx) => {
      const { bucket, uploadId } = await requireUpload(tx, ctx, input);
      const all = await parts(tx).list(scope, uploadId);
      for (const { number } of all) await parts(tx).remove(scope, partId(uploadId, number));
      await uploads(tx).remove(scope, objectId(bucket, uploadId));
      return all.map(({ file }) => file);
    });
    await files.remove(left);
  };

export const listParts =
  ({ store }: S3Deps): Action<typeof ListPartsCommand> =>
  async (input, ctx) => {
    const { bucket, key, uploadId, checksum } = await requireUpload(store, ctx, input);
    const after = Number(input.PartNumberMarker ?? 0);
    const limit = limitOf(input.MaxParts, 'max-parts');
    const all = (await parts(store).list(globalScope(ctx), uploadId))
      .filter(({ number }) => number > after)
      .sort((a, b) => a.number - b.number);
    const page = all.slice(0, limit);
    const last = page.at(-1)?.number ?? after;
    return {
      Bucket: bucket,
      Key: key,
      UploadId: uploadId,
      PartNumberMarker: String(after),
      NextPartNumberMarker: String(last),
      MaxParts: limit,
      IsTruncated: all.length > page.length && limit > 0,
      StorageClass: 'STANDARD',
      Owner: ownerOf(ctx),
      Initiator: ownerOf(ctx),
      ChecksumAlgorithm: checksum?.algorithm,
      ChecksumType: checksum?.type,
      Parts: page.map((part) => ({
        PartNumber: part.number,
        ETag: `"${part.etag}"`,
        Size: part.size,
        LastModified: new Date(part.modifiedAt),
        ...(part.checksum && { [`Checksum${part.checksum.algorithm}`]: part.checksum.value }),
      })),
    };
  };

export const listMultipartUploads =
  ({ store }: S3Deps): Action<typeof ListMultipartUploadsCommand> =>
  async (input, ctx) => {
    const { Prefix: prefix = '', Delimiter: delimiter, KeyMarker: keyMarker = '', UploadIdMarker: idMarker } = input;
    const { name } = await requireBucket(store, ctx, input);
    const limit = limitOf(input.MaxUploads, 'max-uploads');
    const all = (await uploads(store).list(globalScope(ctx), name)).sort((a, b) => compareKeys(a.key, b.key));
    // Uploads of the marker's key come in the order they were started in; those behind its id are still to be shown.
    const under = all.filter(({ key }) => key === keyMarker && idMarker !== undefined);
    const behind = under.slice(under.findIndex(({ uploadId }) => uploadId === idMarker) + 1);
    // A marker may be a common prefix, which stands for all keys below it.
    const isRolled = (key: string): boolean =>
      Boolean(delimiter && keyMarker.endsWith(delimiter)) && key.startsWith(keyMarker);
    const open = [...behind, ...all.filter(({ key }) => compareKeys(key, keyMarker) > 0 && !isRolled(key))];
    const found = listPage(open, { prefix, delimiter, after: '', limit });
    const encode = encoderOf(input.EncodingType);
    const last = found.items.at(-1);
    return {
      Bucket: name,
      KeyMarker: encode(keyMarker),
      UploadIdMarker: idMarker,
      Prefix: encode(prefix),
      Delimiter: delimiter && encode(delimiter),
      EncodingType: input.EncodingType,
      MaxUploads: limit,
      IsTruncated: found.next !== undefined,
      NextKeyMarker: found.next && encode(found.next),
      NextUploadIdMarker: found.next !== undefined && found.next === last?.key ? last.uploadId : undefined,
      Uploads: found.items.map(({ key, uploadId, startedAt, checksum }) => ({
        Key: encode(key),
        UploadId: uploadId,
        Initiated: new Date(startedAt),
        StorageClass: 'STANDARD' as const,
        Owner: ownerOf(ctx),
        Initiator: ownerOf(ctx),
        ChecksumAlgorithm: checksum?.algorithm,
        ChecksumType: checksum?.type,
      })),
      CommonPrefixes: found.commonPrefixes.map((common) => ({ Prefix: encode(common) })),
    };
  };
