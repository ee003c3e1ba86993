import { createHash } from 'node:crypto';
import type { CompletedPart, CompleteMultipartUploadCommand } from '@aws-sdk/client-s3';
import type { Scope } from '../../../kernel/scope.ts';
import type { Transaction } from '../../../store/store.ts';
import { ApiError } from '../../../wire/api-error.ts';
import type { Action, ActionInput, CallContext } from '../../../wire/types.ts';
import { base64, checksumOf, memberOf, startChecksum } from '../checksums.ts';
import type { S3Deps } from '../deps.ts';
import { malformedXml, noSuchUpload } from '../faults.ts';
import { findObject, requireBucket, requireUpload } from '../find-object.ts';
import { refuseUnserved, shownChecksum } from '../object-head.ts';
import {
  globalScope,
  objectId,
  partId,
  parts,
  uploads,
  type Checksum,
  type ObjectVersion,
  type PartRecord,
  type UploadRecord,
} from '../records.ts';
import { shownVersionId, storeVersion, type Stored } from '../store-version.ts';
import { filesOf } from '../versions.ts';

const LEAST_BYTES = 5 * 1024 ** 2;

type Input = ActionInput<typeof CompleteMultipartUploadCommand>;

/** Makes an object of parts where they lie. Asked again, for its answer was lost, it answers the same. */
export const completeMultipartUpload =
  (deps: S3Deps): Action<typeof CompleteMultipartUploadCommand> =>
  async (input, ctx) => {
    refuseUnserved(input);
    const before = await findCompleted(deps, ctx, input);
    const { bucket, version } = before ?? (await complete(deps, ctx, input));
    return {
      Location: `/${bucket.name}/${input.Key}`,
      Bucket: bucket.name,
      Key: input.Key,
      ETag: `"${version.etag}"`,
      ServerSideEncryption: 'AES256',
      VersionId: shownVersionId(bucket, version.versionId),
      ...shownChecksum(version.checksum),
    };
  };

async function findCompleted(
  { store }: S3Deps,
  ctx: CallContext,
  input: Input,
): Promise<Omit<Stored, 'dropped'> | undefined> {
  const bucket = await requireBucket(store, ctx, input);
  const record = await findObject(store, ctx, bucket.name, input.Key ?? '');
  const version = record?.versions.find(
    (one): one is ObjectVersion => one.kind === 'object' && one.uploadId === input.UploadId,
  );
  return version && { bucket, version };
}

async function complete(deps: S3Deps, ctx: CallContext, input: Input): Promise<Stored> {
  const { store, files, clock } = deps;
  const upload = await requireUpload(store, ctx, input);
  const chosen = chooseParts(
    input.MultipartUpload?.Parts ?? [],
    await parts(store).list(globalScope(ctx), upload.uploadId),
  );
  const checksum = await wholeChecksum(deps, upload, chosen);
  checkClaimed(input, checksum, chosen);
  const made = {
    modifiedAt: clock.now().getTime(),
    etag: `${md5Of(chosen)}-${chosen.length}`,
    size: chosen.reduce((sum, { size }) => sum + size, 0),
    segments: chosen.map(({ file, size }) => ({ file, size })),
    uploadId: upload.uploadId,
    checksum,
    head: upload.head,
    tags: upload.tags,
  };
  const { stored, left } = await store.transaction(async (tx) => {
    const left = await endUpload(tx, globalScope(ctx), upload, chosen);
    return { stored: await storeVersion(tx, ctx, input, made), left };
  });
  await files.remove([...left, ...filesOf(stored.dropped)]);
  return stored;
}

/** Removes the upload and its parts' records. @returns files of parts that were not chosen */
async function endUpload(
  tx: Transaction,
  scope: Scope,
  { bucket, uploadId }: UploadRecord,
  chosen: readonly PartRecord[],
): Promise<string[]> {
  if (!(await uploads(tx).remove(scope, objectId(bucket, uploadId)))) throw noSuchUpload(uploadId);
  const all = await parts(tx).list(scope, uploadId);
  const there = new Set(all.map(({ file }) => file));
  if (!chosen.every(({ file }) => there.has(file))) throw invalidPart();
  for (const { number } of all) await parts(tx).remove(scope, partId(uploadId, number));
  const taken = new Set(chosen.map(({ file }) => file));
  return [...there].filter((file) => !taken.has(file));
}

/** @throws `MalformedXML`, `InvalidPartOrder`, `InvalidPart`, `EntityTooSmall` */
function chooseParts(asked: readonly CompletedPart[], there: readonly PartRecord[]): readonly PartRecord[] {
  if (asked.length === 0) throw malformedXml();
  const byNumber = new Map(there.map((part) => [part.number, part]));
  let last = 0;
  const chosen = asked.map((part) => {
    const { PartNumber: number = 0, ETag: etag = '' } = part;
    if (number <= last)
      throw new ApiError(
        'InvalidPartOrder',
        'The list of parts was not in ascending order. Parts must be ordered by part number.',
      );
    last = number;
    const found = byNumber.get(number);
    if (found?.etag !== etag.replace(/^"|"$/g, '') || !found || !hasClaimed(found, part)) throw invalidPart();
    return found;
  });
  const small = chosen.slice(0, -1).find(({ size }) => size < LEAST_BYTES);
  if (small)
    throw new ApiError('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size', 400, {
      details: {
        ProposedSize: String(small.size),
        MinSizeAllowed: String(LEAST_BYTES),
        PartNumber: String(small.number),
      },
    });
  return chosen;
}

function hasClaimed({ checksum }: PartRecord, claimed: CompletedPart): boolean {
  const value = checksum && claimed[memberOf(checksum.algorithm)];
  return value === undefined || value === checksum?.value;
}

const invalidPart = (): ApiError =>
  new ApiError(
    'InvalidPart',
    "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
  );

function md5Of(chosen: readonly PartRecord[]): string {
  const hash = createHash('md5');
  for (const { etag } of chosen) hash.update(etag, 'hex');
  return hash.digest('hex');
}

/** Of all parts' checksums, or of all their bytes, which are read once more for it. */
async function wholeChecksum(
  { files }: S3Deps,
  { checksum }: UploadRecord,
  chosen: readonly PartRecord[],
): Promise<Checksum | undefined> {
  if (!checksum) return undefined;
  const { algorithm, type } = checksum;
  if (type === 'COMPOSITE') {
    const all = Buffer.concat(chosen.map((part) => Buffer.from(part.checksum?.value ?? '', 'base64')));
    return { algorithm, type, value: `${await checksumOf(algorithm, all)}-${chosen.length}` };
  }
  const running = startChecksum(algorithm);
  const size = chosen.reduce((sum, one) => sum + one.size, 0);
  for await (const bytes of files.read(chosen, 0, size - 1)) running.update(bytes);
  return { algorithm, type, value: base64(await running.digest()) };
}

/** @throws `BadDigest`, `InvalidRequest` for another size than was meant */
function checkClaimed(input: Input, checksum: Checksum | undefined, chosen: readonly PartRecord[]): void {
  const claimed = checksum && input[memberOf(checksum.algorithm)];
  const bare = (value: string): string => value.replace(/-\d+$/, '');
  if (claimed !== undefined && checksum && bare(claimed) !== bare(checksum.value))
    throw new ApiError('BadDigest', `The ${checksum.algorithm} you specified did not match the calculated checksum.`);
  const size = chosen.reduce((sum, one) => sum + one.size, 0);
  const meant = input.MpuObjectSize;
  if (meant !== undefined && Number(meant) !== size)
    throw new ApiError(
      'InvalidRequest',
      `The provided 'x-amz-mp-object-size' header value ${meant} does not match what was computed: ${size}`,
    );
}
