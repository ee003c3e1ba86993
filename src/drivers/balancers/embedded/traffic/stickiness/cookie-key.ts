import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const BYTES = 32;

/**
 * The key that the stickiness cookies of a balancer's folder are sealed with: made once, and the same for every process
 * that serves there, so that clients stay where they are when one takes over from another.
 *
 * @throws {Error} when the file holds something else
 */
export function cookieKey(folder: string): Buffer {
  const file = join(folder, 'cookie.key');
  const key = readKey(file) ?? makeKey(file);
  if (key.length !== BYTES)
    throw new Error(`${file} does not hold a key of ${BYTES} bytes: remove it to have one made`);
  return key;
}

function readKey(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** A link appears whole or not at all, and only once: of two processes that make a key both take the first. */
function makeKey(file: string): Buffer {
  const draft = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
  writeFileSync(draft, randomBytes(BYTES), { mode: 0o600, flag: 'wx' });
  try {
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  return readFileSync(file);
}
