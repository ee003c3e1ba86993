import { createHash, randomUUID } from 'node:crypto';
import { access, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { CodeRecord } from './records.ts';
import { unpackZip, unzippedSize } from './unzip.ts';

/** Keeps packages on disk by their SHA-256, so that keeping one twice is keeping it once. */
export interface CodeStore {
  /** Checks, unpacks and keeps a zip. @throws InvalidParameterValueException when it cannot be unpacked */
  keep(zip: Uint8Array): Promise<CodeRecord>;
  /** The unpacked code; unpacks again if the folder is gone. */
  folderOf(id: string): Promise<string>;
  /** Where the zip is, as a URL. */
  locationOf(id: string): string;
  /** Removes all but these. Only for the start, when nothing is on its way in. */
  removeAllBut(ids: ReadonlySet<string>): Promise<void>;
}

export const codeIdOf = (zip: Uint8Array): string => createHash('sha256').update(zip).digest('hex');

/** As Lambda shows it: base64 of the SHA-256. */
export const shownSha256 = (id: string): string => Buffer.from(id, 'hex').toString('base64');

export function createCodeStore(folder: string): CodeStore {
  const zips = join(folder, 'zips');
  const unpacked = join(folder, 'unpacked');
  const zipOf = (id: string) => join(zips, `${id}.zip`);

  const unpack = async (id: string, zip: Uint8Array): Promise<string> => {
    const target = join(unpacked, id);
    if (await exists(target)) return target;
    await mkdir(unpacked, { recursive: true });
    // Node takes a package.json of any folder above for the function's own: this one ends the search.
    await writeFile(join(unpacked, 'package.json'), '{"type":"commonjs"}\n');
    await moveIntoPlace(target, (draft) => unpackZip(zip, draft));
    return target;
  };

  return {
    async keep(zip) {
      const id = codeIdOf(zip);
      await unpack(id, zip);
      await mkdir(zips, { recursive: true });
      await moveIntoPlace(zipOf(id), (draft) => writeFile(draft, zip));
      return { id, size: zip.length, unzippedSize: await unzippedSize(zip) };
    },
    async folderOf(id) {
      const target = join(unpacked, id);
      return (await exists(target)) ? target : unpack(id, await readFile(zipOf(id)));
    },
    locationOf: (id) => pathToFileURL(zipOf(id)).href,
    async removeAllBut(ids) {
      for (const [parent, idOf] of [
        [zips, (name: string) => name.replace(/\.zip$/, '')],
        [unpacked, (name: string) => name],
      ] as const) {
        const names = await readdir(parent).catch(() => []);
        const gone = names.filter((name) => name !== 'package.json' && !ids.has(idOf(name)));
        for (const name of gone) await rm(join(parent, name), { recursive: true, force: true });
      }
    },
  };
}

/** Makes a file or folder whole or not at all; one that is there already stays. */
async function moveIntoPlace(target: string, make: (draft: string) => Promise<void>): Promise<void> {
  if (await exists(target)) return;
  const draft = `${target}.${randomUUID()}`;
  try {
    await make(draft);
    await rename(draft, target);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    if (!(await exists(target))) throw error;
  }
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
