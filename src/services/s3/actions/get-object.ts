import type { GetObjectCommand, GetObjectCommandInput, HeadObjectCommand } from '@aws-sdk/client-s3';
import { ApiError } from '../../../wire/api-error.ts';
import type { Action, CallContext } from '../../../wire/types.ts';
import { byteRange, type ByteRange } from '../byte-range.ts';
import { checkReadConditions } from '../conditions.ts';
import type { S3Deps } from '../deps.ts';
import { invalidRequest } from '../faults.ts';
import { requireVersion } from '../find-object.ts';
import { refuseUnserved, shownChecksum, shownHead } from '../object-head.ts';
import type { ObjectVersion } from '../records.ts';
import { shownVersionId } from '../store-version.ts';

type Read = Omit<GetObjectCommandInput, 'Bucket' | 'Key'> & {
  readonly Bucket: string | undefined;
  readonly Key: string | undefined;
};

export const getObject =
  (deps: S3Deps): Action<typeof GetObjectCommand> =>
  async (input, ctx) => {
    const { version, range, shown } = await look(deps, input, ctx);
    const { from, to } = range ?? { from: 0, to: version.size - 1 };
    return { ...shown, Body: deps.files.read(version.segments, from, to) };
  };

export const headObject =
  (deps: S3Deps): Action<typeof HeadObjectCommand> =>
  async (input, ctx) =>
    (await look(deps, input, ctx)).shown;

/** What GetObject and HeadObject have in common: everything but the bytes. */
async function look({ store }: S3Deps, input: Read, ctx: CallContext) {
  refuseUnserved(input);
  const { bucket, version } = await requireVersion(store, ctx, input);
  checkReadConditions(input, version);
  const part = partRange(input, version);
  const range = part ?? byteRange(input.Range, version.size);
  const { from, to } = range ?? { from: 0, to: version.size - 1 };
  const isWhole = range === undefined || to - from + 1 === version.size;
  const shown = {
    ...shownHead(version),
    ...(isWhole && input.ChecksumMode === 'ENABLED' ? shownChecksum(version.checksum) : {}),
    ...overrides(input),
    VersionId: shownVersionId(bucket, version.versionId),
    ContentLength: to - from + 1,
    ...(range && { ContentRange: `bytes ${from}-${to}/${version.size}` }),
    ...(input.PartNumber !== undefined && version.uploadId !== undefined && { PartsCount: version.segments.length }),
  };
  return { version, range, shown };
}

/** Source: S3 API Reference, GetObject, partNumber. @throws `InvalidRequest`, `InvalidPartNumber` */
function partRange({ PartNumber: number, Range: range }: Read, version: ObjectVersion): ByteRange | undefined {
  if (number === undefined) return undefined;
  if (range !== undefined) throw invalidRequest('Cannot specify both Range header and partNumber query parameter');
  const { segments, size } = version;
  const part = segments[number - 1];
  if (!part) throw new ApiError('InvalidPartNumber', 'The requested partnumber is not satisfiable', 416);
  if (size === 0) return undefined;
  const from = segments.slice(0, number - 1).reduce((sum, { size }) => sum + size, 0);
  return { from, to: from + part.size - 1 };
}

/** What a presigned URL would have the browser be told. */
function overrides(input: Read) {
  const asked = {
    CacheControl: input.ResponseCacheControl,
    ContentDisposition: input.ResponseContentDisposition,
    ContentEncoding: input.ResponseContentEncoding,
    ContentLanguage: input.ResponseContentLanguage,
    ContentType: input.ResponseContentType,
    Expires: input.ResponseExpires,
  };
  return Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined)) as Partial<typeof asked>;
}
