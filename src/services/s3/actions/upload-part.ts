import type { UploadPartCommand, UploadPartCopyCommand } from '@aws-sdk/client-s3';
import type { Action, CallContext } from '../../../wire/types.ts';
import { byteRange } from '../byte-range.ts';
import type { S3Deps } from '../deps.ts';
import { invalidArgument } from '../faults.ts';
import { requireUpload } from '../find-object.ts';
import { refuseUnserved } from '../object-head.ts';
import { globalScope, partId, parts, type PartRecord } from '../records.ts';
import { shownVersionId } from '../store-version.ts';
import { takeIn, writeBody, type TakenIn } from '../take-in.ts';
import { requireSource } from './copy-object.ts';

const MOST_PARTS = 10_000;

function checkNumber(number: number | undefined): number {
  if (number === undefined || number < 1 || number > MOST_PARTS)
    throw invalidArgument(
      `Part number must be an integer between 1 and ${MOST_PARTS}, inclusive`,
      'partNumber',
      String(number),
    );
  return number;
}

export const uploadPart =
  (deps: S3Deps): Action<typeof UploadPartCommand> =>
  async (input, ctx) => {
    const number = checkNumber(input.PartNumber);
    refuseUnserved(input);
    const { checksum } = await requireUpload(deps.store, ctx, input);
    const taken = await takeIn(deps.files, {
      ...input,
      ChecksumAlgorithm: checksum?.algorithm ?? input.ChecksumAlgorithm,
    });
    await keepPart(deps, ctx, input, number, taken);
    return { ETag: `"${taken.md5}"`, ServerSideEncryption: 'AES256', ...shownPartChecksum(taken) };
  };

export const uploadPartCopy =
  (deps: S3Deps): Action<typeof UploadPartCopyCommand> =>
  async (input, ctx) => {
    const number = checkNumber(input.PartNumber);
    refuseUnserved(input);
    const upload = await requireUpload(deps.store, ctx, input);
    const { version, bucket } = await requireSource(deps, ctx, input);
    const { from, to } = byteRange(input.CopySourceRange, version.size) ?? { from: 0, to: version.size - 1 };
    const body = deps.files.read(version.segments, from, to);
    const taken = await writeBody(deps.files, body, to - from + 1, upload.checksum?.algorithm);
    const { modifiedAt } = await keepPart(deps, ctx, input, number, taken);
    return {
      CopyPartResult: { ETag: `"${taken.md5}"`, LastModified: new Date(modifiedAt), ...shownPartChecksum(taken) },
      CopySourceVersionId: shownVersionId(bucket, version.versionId),
      ServerSideEncryption: 'AES256',
    };
  };

const shownPartChecksum = ({ checksum }: TakenIn) =>
  checksum ? { [`Checksum${checksum.algorithm}`]: checksum.value } : {};

/** Stores a part in the place of an earlier one of its number. Its upload may have ended meanwhile. */
async function keepPart(
  { store, clock, files, checkpoint }: S3Deps,
  ctx: CallContext,
  input: Parameters<typeof requireUpload>[2],
  number: number,
  { file, size, md5, checksum }: TakenIn,
): Promise<PartRecord> {
  checkpoint('s3.part.written');
  const scope = globalScope(ctx);
  const part: PartRecord = { number, file, size, etag: md5, checksum, modifiedAt: clock.now().getTime() };
  const replaced = await store
    .transaction(async (tx) => {
      const { uploadId } = await requireUpload(tx, ctx, input);
      const id = partId(uploadId, number);
      const before = await parts(tx).get(scope, id);
      await parts(tx).put(scope, id, part, { parent: uploadId });
      return before;
    })
    .catch(async (cause: unknown) => {
      await files.remove([file]);
      throw cause;
    });
  await files.remove(replaced ? [replaced.file] : []);
  return part;
}
