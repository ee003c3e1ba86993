import { createHash } from 'node:crypto';
import { ApiError } from '../../wire/api-error.ts';
import type { BodyStream } from '../../wire/types.ts';
import { ALGORITHMS, base64, memberOf, startChecksum, type Algorithm } from './checksums.ts';
import { invalidRequest, notImplemented } from './faults.ts';
import type { ObjectFiles } from './object-files.ts';
import type { Segment } from './records.ts';

/** What a request says of the body it carries. */
export interface Claims extends Partial<Record<`Checksum${Algorithm}`, string | undefined>> {
  readonly Body?: BodyStream | undefined;
  readonly ContentLength?: number | undefined;
  readonly ContentMD5?: string | undefined;
  /** What comes after the body, or what is to be computed. */
  readonly ChecksumAlgorithm?: string | undefined;
}

export interface TakenIn extends Segment {
  /** MD5 in hexadecimal, which is the ETag of what is put in one piece. */
  readonly md5: string;
  readonly checksum?: { readonly algorithm: Algorithm; readonly value: string } | undefined;
}

const MOST_BYTES = 5 * 1024 ** 3;

/**
 * Takes a body in: to a file on the disk, with what was claimed of it verified.
 *
 * @throws `MissingContentLength`, `EntityTooLarge`, `IncompleteBody`, `InvalidDigest`, `BadDigest`, `InvalidRequest`
 */
export async function takeIn(files: ObjectFiles, claims: Claims): Promise<TakenIn> {
  const { Body: body, ContentLength: length } = claims;
  if (length === undefined)
    throw new ApiError('MissingContentLength', 'You must provide the Content-Length HTTP header.', 411);
  if (length > MOST_BYTES) throw tooLarge(length);
  const algorithm = algorithmOf(claims);
  const claimedMd5 = claims.ContentMD5;
  if (claimedMd5 !== undefined && Buffer.from(claimedMd5, 'base64').length !== 16)
    throw new ApiError('InvalidDigest', 'The Content-MD5 you specified was invalid.');
  const taken = await writeBody(files, body ?? nothing(), length, algorithm);
  try {
    if (claimedMd5 !== undefined && Buffer.from(claimedMd5, 'base64').toString('hex') !== taken.md5)
      throw new ApiError('BadDigest', 'The Content-MD5 you specified did not match what we received.');
    checkClaimed(claims, taken);
  } catch (cause) {
    await files.remove([taken.file]);
    throw cause;
  }
  return taken;
}

/** Writes a body of a known length, with its digests. @throws `IncompleteBody` */
export async function writeBody(
  files: ObjectFiles,
  body: AsyncIterable<Uint8Array>,
  length: number,
  algorithm: Algorithm | undefined,
): Promise<TakenIn> {
  const md5 = createHash('md5');
  const checksum = algorithm && startChecksum(algorithm);
  let size = 0;
  const file = await files.write(body, (bytes) => {
    size += bytes.byteLength;
    if (size > length) throw incomplete(length, size);
    md5.update(bytes);
    checksum?.update(bytes);
  });
  if (size !== length) {
    await files.remove([file]);
    throw incomplete(length, size);
  }
  const value = checksum && base64(await checksum.digest());
  return { file, size, md5: md5.digest('hex'), ...(algorithm && value && { checksum: { algorithm, value } }) };
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

/** What must be computed: it has to be known before the body comes, and its value may come after. */
function algorithmOf(claims: Claims): Algorithm | undefined {
  const { ChecksumAlgorithm: asked, Body: body } = claims;
  const given = ALGORITHMS.filter((one) => claims[memberOf(one)] !== undefined);
  if (given.length > 1)
    throw invalidRequest('Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.');
  const announced = ALGORITHMS.find((one) => body?.announced.includes(headerOf(one)));
  const named = asked === undefined ? undefined : requireAlgorithm(asked);
  return given[0] ?? announced ?? named;
}

/** @throws `NotImplemented` for one that S3 has and Teal has not */
export function requireAlgorithm(name: string): Algorithm {
  const found = ALGORITHMS.find((one) => one === name.toUpperCase());
  if (!found) throw notImplemented(`the checksum algorithm ${name}`);
  return found;
}

function checkClaimed(claims: Claims, { checksum }: TakenIn): void {
  if (!checksum) return;
  const { algorithm, value } = checksum;
  const claimed = claims[memberOf(algorithm)] ?? claims.Body?.trailers()[headerOf(algorithm)];
  if (claimed === undefined || claimed === value) return;
  if (Buffer.from(claimed, 'base64').length !== Buffer.from(value, 'base64').length)
    throw invalidRequest(`Value for ${headerOf(algorithm)} header is invalid.`);
  throw new ApiError('BadDigest', `The ${algorithm} you specified did not match the calculated checksum.`);
}

const headerOf = (algorithm: Algorithm): string => `x-amz-checksum-${algorithm.toLowerCase()}`;

const tooLarge = (length: number): ApiError =>
  new ApiError('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', 400, {
    details: { ProposedSize: String(length), MaxSizeAllowed: String(MOST_BYTES) },
  });

const incomplete = (expected: number, found: number): ApiError =>
  new ApiError(
    'IncompleteBody',
    'You did not provide the number of bytes specified by the Content-Length HTTP header',
    400,
    { details: { NumberBytesExpected: String(expected), NumberBytesProvided: String(found) } },
  );
