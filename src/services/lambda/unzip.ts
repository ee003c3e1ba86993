import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { unzip as inflate, type Unzipped } from 'fflate';
import { invalidParameter } from './faults.ts';

/** Of a whole package, unzipped. Source: Lambda quotas. */
const MAX_BYTES = 262_144_000;
const MAX_FILES = 65_535;

/** Reads a zip into memory. @throws InvalidParameterValueException, in Lambda's words, for what is no safe zip */
export async function readZip(zip: Uint8Array): Promise<Unzipped> {
  const sizes = { bytes: 0, files: 0 };
  const files = await new Promise<Unzipped | undefined>((resolve) => {
    // Sizes come from the directory, before anything is unpacked; no entry unpacks to more than the directory says.
    const filter = (file: { name: string; originalSize: number }) => {
      sizes.bytes += file.originalSize;
      sizes.files += 1;
      return sizes.bytes <= MAX_BYTES && sizes.files <= MAX_FILES;
    };
    try {
      inflate(zip, { filter }, (error, unzipped) => resolve(error ? undefined : unzipped));
    } catch {
      resolve(undefined);
    }
  });
  if (sizes.bytes > MAX_BYTES) throw invalidParameter(`Unzipped size must be smaller than ${MAX_BYTES} bytes`);
  if (!files || sizes.files > MAX_FILES || !Object.keys(files).every(isInside)) throw cannotUnzip();
  if (sizes.files === 0) throw invalidParameter('Uploaded file must be a non-empty zip');
  return files;
}

/** Writes what {@link readZip} gave. @throws InvalidParameterValueException when its names contradict each other */
export async function writeFiles(folder: string, files: Unzipped): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    try {
      await mkdir(name.endsWith('/') ? path : dirname(path), { recursive: true });
      // The zip's modes are not read, so that programs in it can run all are executable.
      if (!name.endsWith('/')) await writeFile(path, content, { mode: 0o755 });
    } catch (error) {
      if (isNameTrouble(error)) throw cannotUnzip();
      throw error;
    }
  }
}

/** A name may not lead out of the folder ("zip slip"). */
function isInside(name: string): boolean {
  if (name === '' || name.startsWith('/') || /[\\\0]/.test(name) || /^[a-zA-Z]:/.test(name)) return false;
  return !name.split('/').includes('..');
}

/** One entry is a file where another needs a folder, or a name is too long. */
const isNameTrouble = (error: unknown): boolean =>
  error instanceof Error &&
  /^(ENOTDIR|EISDIR|EEXIST|ENAMETOOLONG|EINVAL|EILSEQ)$/.test(String(Reflect.get(error, 'code')));

const cannotUnzip = () =>
  invalidParameter('Could not unzip uploaded file. Please check your file, then try to upload again.');
