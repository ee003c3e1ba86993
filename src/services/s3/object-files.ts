import { createReadStream, mkdirSync } from 'node:fs';
import { open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { newId } from '../../kernel/ids.ts';
import type { Segment } from './records.ts';

/** The files that objects are kept in. They are written whole and never changed, and are there before a record names them. */
export interface ObjectFiles {
  /**
   * Writes a body to a file of its own, and has it on the disk when it answers.
   *
   * @param hear - sees every byte on its way; what it throws ends the writing, and nothing stays
   * @returns the file's name
   */
  write(body: AsyncIterable<Uint8Array>, hear: (bytes: Uint8Array) => void): Promise<string>;
  /** The bytes `from` to `to`, both included, of segments that follow each other. */
  read(segments: readonly Segment[], from: number, to: number): AsyncIterable<Uint8Array>;
  /** Removes files that no record names any more, once nobody reads them. */
  remove(files: readonly string[]): Promise<void>;
  /** Removes all files but these: what a crash left between a file and its record. */
  sweep(named: ReadonlySet<string>): Promise<void>;
}

const FILE = /^[0-9a-f]{2}[0-9a-f-]{34}$/;

/** Opens a folder of object files, making what is missing. */
export function openObjectFiles(folder: string): ObjectFiles {
  const incoming = join(folder, 'incoming');
  mkdirSync(incoming, { recursive: true, mode: 0o700 });
  const readers = new Map<string, number>();
  const doomed = new Set<string>();
  const shelfOf = (file: string): string => join(folder, file.slice(0, 2));
  const pathOf = (file: string): string => join(shelfOf(file), file);
  const unlink = (file: string): Promise<void> => rm(pathOf(file), { force: true });

  const hold = (files: readonly string[]): void => {
    for (const file of files) readers.set(file, (readers.get(file) ?? 0) + 1);
  };
  const release = async (files: readonly string[]): Promise<void> => {
    for (const file of files) {
      const left = (readers.get(file) ?? 1) - 1;
      if (left > 0) readers.set(file, left);
      else readers.delete(file);
      if (left <= 0 && doomed.delete(file)) await unlink(file);
    }
  };
  return {
    async write(body, hear) {
      const file = newId.uuid();
      const temporary = join(incoming, file);
      try {
        await writeDown(temporary, body, hear);
        mkdirSync(shelfOf(file), { recursive: true, mode: 0o700 });
        await rename(temporary, pathOf(file));
      } catch (cause) {
        await rm(temporary, { force: true });
        throw cause;
      }
      await syncFolder(shelfOf(file));
      return file;
    },
    async *read(segments, from, to) {
      const files = segments.map(({ file }) => file);
      hold(files);
      try {
        let start = 0;
        for (const { file, size } of segments) {
          const [first, last] = [Math.max(from - start, 0), Math.min(to - start, size - 1)];
          if (first <= last)
            yield* createReadStream(pathOf(file), { start: first, end: last }) as AsyncIterable<Buffer>;
          start += size;
        }
      } finally {
        await release(files);
      }
    },
    async remove(files) {
      for (const file of files) {
        if (readers.has(file)) doomed.add(file);
        else await unlink(file);
      }
    },
    async sweep(named) {
      for (const left of await readdir(incoming)) await rm(join(incoming, left), { force: true });
      for (const shelf of await readdir(folder)) {
        if (!/^[0-9a-f]{2}$/.test(shelf)) continue;
        for (const file of await readdir(join(folder, shelf)))
          if (FILE.test(file) && !named.has(file)) await unlink(file);
      }
    },
  };
}

async function writeDown(
  path: string,
  body: AsyncIterable<Uint8Array>,
  hear: (bytes: Uint8Array) => void,
): Promise<void> {
  const handle = await open(path, 'wx', 0o600);
  try {
    for await (const bytes of body) {
      hear(bytes);
      await handle.appendFile(bytes);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A file's name is on the disk only with its folder. */
async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
