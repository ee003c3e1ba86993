import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';

/** Where one Teal keeps everything it must not lose. */
export interface DataFolder {
  readonly path: string;
  /** Names this Teal among others on the machine, the same for the folder's whole life; eight hexadecimal digits. */
  readonly instance: string;
  readonly database: string;
  readonly runtime: string;
  readonly balancer: string;
  readonly functions: string;
  /** Of S3. */
  readonly objects: string;
}

/** Opens the folder, making what is missing. Only its owner may read it: it holds tasks' environments and private keys. */
export function openDataFolder(path: string): DataFolder {
  const root = resolve(path);
  const folder = (name: string): string => {
    const made = join(root, name);
    mkdirSync(made, { recursive: true, mode: 0o700 });
    return made;
  };
  mkdirSync(root, { recursive: true, mode: 0o700 });
  return {
    path: root,
    instance: readOrMakeInstance(join(root, 'instance')),
    database: privateDatabase(join(root, 'teal.db')),
    runtime: folder('runtime'),
    balancer: folder('balancer'),
    functions: folder('functions'),
    objects: folder('objects'),
  };
}

/** A folder that was there before may be open to others, so the file itself is closed; SQLite gives its log the same mode. */
function privateDatabase(file: string): string {
  closeSync(openSync(file, 'a', 0o600));
  for (const part of [file, `${file}-wal`, `${file}-shm`]) if (existsSync(part)) chmodSync(part, 0o600);
  return file;
}

function readOrMakeInstance(file: string): string {
  try {
    const found = readFileSync(file, 'utf8').trim();
    if (/^[0-9a-f]{8}$/.test(found)) return found;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
  }
  const made = randomBytes(4).toString('hex');
  writeFileSync(file, `${made}\n`);
  return made;
}
