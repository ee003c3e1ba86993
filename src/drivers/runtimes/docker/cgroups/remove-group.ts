import { readdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const TRIES = 50;
const BETWEEN = 20;

/**
 * Removes a control group and those below it. Files of a group cannot be removed, nor need they be; a group is busy for
 * a moment after its last process has ended.
 */
export async function removeGroup(path: string): Promise<void> {
  for (let left = TRIES; ; left -= 1) {
    try {
      return await removeOnce(path);
    } catch (cause) {
      if (!isErrno(cause, 'EBUSY') || left === 0) throw cause;
      await pause(BETWEEN);
    }
  }
}

async function removeOnce(path: string): Promise<void> {
  const below = await readdir(path, { withFileTypes: true }).catch(unlessGone);
  if (!below) return;
  for (const entry of below) if (entry.isDirectory()) await removeOnce(join(path, entry.name));
  await rmdir(path).catch(unlessGone);
}

const unlessGone = (cause: unknown): undefined => {
  // A group that goes while it is read has no device.
  if (!isErrno(cause, 'ENOENT') && !isErrno(cause, 'ENODEV')) throw cause;
};

const isErrno = (cause: unknown, code: string): boolean =>
  cause instanceof Error && (cause as NodeJS.ErrnoException).code === code;
