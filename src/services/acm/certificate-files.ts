import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, parse } from 'node:path';
import { fileMaterial, type Material } from './checked-material.ts';

/** A certificate that every account has in every region. */
export interface CertificateFile extends Material {
  /** Such as `web` of `web.pem` and `web.key`. */
  readonly name: string;
  /** Of its ARN: the same for the same name, always. */
  readonly id: string;
  readonly path: string;
  /** Epoch milliseconds. */
  readonly modifiedAt: number;
}

const CERTIFICATE = ['.pem', '.crt'];
const KEY = '.key';

/**
 * Reads the pairs `NAME.pem` (or `NAME.crt`) and `NAME.key` of a folder; a chain stands behind the certificate in its file.
 *
 * @throws when a file cannot be read, has no partner, or does not fit its partner; it names the file
 */
export function readCertificateFiles(folder: string): readonly CertificateFile[] {
  const files = namesIn(folder).map((file) => ({ ...parse(file), path: join(folder, file) }));
  const certificates = files.filter(({ ext }) => CERTIFICATE.includes(ext));
  const keys = new Map(files.filter(({ ext }) => ext === KEY).map(({ name, path }) => [name, path]));
  const seen = new Set<string>();
  for (const { name, path } of certificates) {
    if (!keys.has(name))
      throw new Error(`the certificate '${path}' has no key: '${join(folder, name + KEY)}' is missing`);
    if (seen.has(name)) throw new Error(`the name of '${path}' is taken: there is '${name}.pem' and '${name}.crt'`);
    seen.add(name);
  }
  for (const [name, path] of keys) if (!seen.has(name)) throw new Error(`the key '${path}' has no certificate`);
  return certificates.map(({ name, path }) => readPair(name, path, keys.get(name) ?? ''));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch (cause) {
    throw new Error(`the folder of certificates '${folder}' cannot be read`, { cause });
  }
}

function readPair(name: string, path: string, keyPath: string): CertificateFile {
  const certificate = readText(path);
  const privateKey = readText(keyPath);
  try {
    const modifiedAt = Math.round(Math.max(statSync(path).mtimeMs, statSync(keyPath).mtimeMs));
    return { ...fileMaterial(certificate, privateKey), name, id: idOf(name), path, modifiedAt };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`the certificate '${path}' with the key '${keyPath}' cannot be used: ${why}`, { cause });
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new Error(`the file '${path}' cannot be read: ${why}`, { cause });
  }
}

/** A UUID made from the name (version 8, RFC 9562). */
function idOf(name: string): string {
  const bytes = createHash('sha256').update(`teal certificate ${name}`).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
