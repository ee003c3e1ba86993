import { createHash, type Hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { Crc32c, Crc64NvmeJs } from '@aws-sdk/checksums/crc';
import type { Checksum } from './records.ts';

export type Algorithm = Checksum['algorithm'];

export interface RunningChecksum {
  update(bytes: Uint8Array): void;
  /** Ends it. */
  digest(): Promise<Uint8Array>;
}

const START: Readonly<Record<Algorithm, () => RunningChecksum>> = {
  CRC32: runningCrc32,
  CRC32C: () => running(new Crc32c()),
  CRC64NVME: () => running(new Crc64NvmeJs()),
  SHA1: () => runningHash(createHash('sha1')),
  SHA256: () => runningHash(createHash('sha256')),
};

export const ALGORITHMS = Object.keys(START) as readonly Algorithm[];

export const startChecksum = (algorithm: Algorithm): RunningChecksum => START[algorithm]();

export async function checksumOf(algorithm: Algorithm, bytes: Uint8Array): Promise<string> {
  const made = startChecksum(algorithm);
  made.update(bytes);
  return base64(await made.digest());
}

export const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

/** The member that carries an algorithm's value: `ChecksumCRC32`. */
export const memberOf = (algorithm: Algorithm): `Checksum${Algorithm}` => `Checksum${algorithm}`;

function runningCrc32(): RunningChecksum {
  let value = 0;
  return {
    update: (bytes) => void (value = crc32(bytes, value)),
    async digest() {
      const digest = Buffer.alloc(4);
      digest.writeUInt32BE(value);
      return digest;
    },
  };
}

const running = (made: { update(bytes: Uint8Array): void; digest(): Promise<Uint8Array> }): RunningChecksum => ({
  update: (bytes) => made.update(bytes),
  digest: () => made.digest(),
});

const runningHash = (hash: Hash): RunningChecksum => ({
  update: (bytes) => void hash.update(bytes),
  digest: async () => hash.digest(),
});
