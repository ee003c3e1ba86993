import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { ApiError } from '../api-error.ts';
import type { WireRequest } from '../request.ts';

type Digest = (body: Uint8Array) => Buffer;

const hash =
  (algorithm: string): Digest =>
  (body) =>
    createHash(algorithm).update(body).digest();

const DIGESTS: Readonly<Record<string, Digest>> = {
  'content-md5': hash('md5'),
  'x-amz-checksum-crc32': (body) => {
    const digest = Buffer.alloc(4);
    digest.writeUInt32BE(crc32(body));
    return digest;
  },
  'x-amz-checksum-sha1': hash('sha1'),
  'x-amz-checksum-sha256': hash('sha256'),
};

/** Compares a document with the digests that were sent with it. @throws {ApiError} `BadDigest`, `InvalidDigest` */
export function checkBodyDigests({ headers }: WireRequest, body: Uint8Array): void {
  for (const [header, digest] of Object.entries(DIGESTS)) {
    const claimed = headers[header];
    if (claimed === undefined) continue;
    const computed = digest(body);
    if (Buffer.from(claimed, 'base64').length !== computed.length) throw invalid(header);
    if (computed.toString('base64') !== claimed) throw bad(header);
  }
}

const invalid = (header: string): ApiError =>
  header === 'content-md5'
    ? new ApiError('InvalidDigest', 'The Content-MD5 you specified was invalid.')
    : new ApiError('InvalidRequest', `Value for ${header} header is invalid.`);

const bad = (header: string): ApiError =>
  header === 'content-md5'
    ? new ApiError('BadDigest', 'The Content-MD5 you specified did not match what we received.')
    : new ApiError(
        'BadDigest',
        `The ${header.slice('x-amz-checksum-'.length).toUpperCase()} you specified did not match the calculated checksum.`,
      );
