import { createWriteStream } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import * as zlib from 'node:zlib';
import { fromBufferPromise, type Entry, type ZipFile } from 'yauzl';
import { ApiError } from '../../wire/api-error.ts';
import { invalidParameter } from './faults.ts';

/** Of a whole package, unzipped. Source: Lambda quotas. */
const MAX_BYTES = 262_144_000;
const MAX_FILES = 65_535;
const LONGEST_LINK = 4096;
/** Where a zip has no modes all are executable, so that programs in it can run. */
const PLAIN_MODE = 0o755;

/** File types in the upper half of a Unix mode. */
const TYPE = { mask: 0o170000, file: 0o100000, folder: 0o040000, link: 0o120000 };

/**
 * Unpacks a zip into a folder, one file at a time, so that memory stays bounded; modes and links are kept.
 *
 * @throws InvalidParameterValueException, in Lambda's words, for what is no safe zip; the folder may be half full then
 */
export async function unpackZip(zip: Uint8Array, folder: string): Promise<void> {
  try {
    const file = await open(zip);
    const entries = await readDirectory(file);
    await mkdir(folder, { recursive: true });
    for (const entry of entries) if (!isLink(entry)) await write(file, entry, folder);
    // Links come last: nothing is ever written through one.
    for (const entry of entries) if (isLink(entry)) await link(file, entry, folder);
  } catch (error) {
    if (error instanceof ApiError || isTroubleOfTheMachine(error)) throw error;
    throw cannotUnzip();
  }
}

/** Bytes of the files in a zip that {@link unpackZip} has taken. */
export async function unzippedSize(zip: Uint8Array): Promise<number> {
  const entries = await readDirectory(await open(zip));
  return entries.reduce((sum, { uncompressedSize }) => sum + uncompressedSize, 0);
}

const open = (zip: Uint8Array): Promise<ZipFile> =>
  fromBufferPromise(Buffer.from(zip.buffer, zip.byteOffset, zip.byteLength), {
    lazyEntries: true,
    strictFileNames: true,
  });

/** Sizes come from the directory, before anything is unpacked; an entry that unpacks to another size is refused. */
async function readDirectory(file: ZipFile): Promise<Entry[]> {
  if (file.entryCount === 0) throw invalidParameter('Uploaded file must be a non-empty zip');
  if (file.entryCount > MAX_FILES) throw cannotUnzip();
  const entries: Entry[] = [];
  let bytes = 0;
  for await (const entry of file.eachEntry()) {
    bytes += entry.uncompressedSize;
    if (bytes > MAX_BYTES) throw invalidParameter(`Unzipped size must be smaller than ${MAX_BYTES} bytes`);
    if (!isInside(entry.fileName) || !entry.canDecodeFileData() || !hasKnownType(entry)) throw cannotUnzip();
    entries.push(entry);
  }
  return entries;
}

async function write(file: ZipFile, entry: Entry, folder: string): Promise<void> {
  const path = join(folder, entry.fileName);
  if (entry.fileName.endsWith('/')) return void (await mkdir(path, { recursive: true }));
  await mkdir(dirname(path), { recursive: true });
  const content = await file.openReadStreamPromise(entry);
  await pipeline(content, verified(entry), createWriteStream(path, { mode: modeOf(entry) }));
}

/** Lets content through and refuses it at the end if its checksum is not the entry's. Node below 20.15 has no CRC-32. */
const verified = (entry: Entry) =>
  async function* (content: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    const add = (zlib as { readonly crc32?: typeof zlib.crc32 }).crc32;
    let checksum = 0;
    for await (const chunk of content) {
      if (add) checksum = add(chunk, checksum);
      yield chunk;
    }
    if (add && checksum !== entry.crc32) throw cannotUnzip();
  };

/**
 * Makes a link that leads to a place in the package. Parts of its target that go up stand first: they leave real folders,
 * so what the text says is where it leads, whatever other links there are.
 */
async function link(file: ZipFile, entry: Entry, folder: string): Promise<void> {
  const name = entry.fileName;
  if (entry.uncompressedSize > LONGEST_LINK) throw cannotUnzip();
  const target = (await buffer(await file.openReadStreamPromise(entry))).toString();
  const lands = posix.normalize(posix.join(posix.dirname(name), target));
  const isPlain = target !== '' && !target.includes('\0') && /^(\.\.\/)*(\.\.|(?!.*(^|\/)\.\.(\/|$)).*)$/.test(target);
  if (!isPlain || target.startsWith('/') || lands === '..' || lands.startsWith('../')) {
    throw invalidParameter(`${CANNOT_UNZIP} The link '${name}' leads out of the package.`);
  }
  const path = join(folder, name);
  await mkdir(dirname(path), { recursive: true });
  await symlink(target, path);
}

/** A name may not lead out of the folder ("zip slip"). */
function isInside(name: string): boolean {
  if (name === '' || name.startsWith('/') || /[\\\0]/.test(name) || /^[a-zA-Z]:/.test(name)) return false;
  return !name.split('/').includes('..');
}

/** The Unix mode of an entry; 0 where the zip was made on another system and has none. */
const unixMode = (entry: Entry): number => (entry.versionMadeBy >> 8 === 3 ? entry.externalFileAttributes >>> 16 : 0);

const isLink = (entry: Entry): boolean => (unixMode(entry) & TYPE.mask) === TYPE.link;

/** Devices, sockets and pipes are no part of a package. */
const hasKnownType = (entry: Entry): boolean =>
  [0, TYPE.file, TYPE.folder, TYPE.link].includes(unixMode(entry) & TYPE.mask);

/** What the owner may do; reading is always allowed, as functions run as the owner. */
const modeOf = (entry: Entry): number => {
  const mode = unixMode(entry) & 0o777;
  return mode === 0 ? PLAIN_MODE : mode | 0o600;
};

/** A full disk is no fault of the zip; a name that contradicts another or is too long is. */
const isTroubleOfTheMachine = (error: unknown): boolean =>
  error instanceof Error &&
  'syscall' in error &&
  !/^(ENOTDIR|EISDIR|EEXIST|ENAMETOOLONG|EINVAL|EILSEQ)$/.test(String(Reflect.get(error, 'code')));

const CANNOT_UNZIP = 'Could not unzip uploaded file. Please check your file, then try to upload again.';
const cannotUnzip = () => invalidParameter(CANNOT_UNZIP);
