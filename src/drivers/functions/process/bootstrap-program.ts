import { constants } from 'node:fs';
import { access, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { ZipPackage } from '../functions.ts';
import { CannotStart } from './error-payload.ts';

/**
 * Finds the program that is a `provided` function's runtime: `bootstrap` in its code, else in a layer.
 *
 * @throws {CannotStart} in Lambda's words, when there is none or the system could not run it
 */
export async function bootstrapProgram({ folder, layers }: ZipPackage): Promise<string> {
  const candidates = [
    { path: join(folder, 'bootstrap'), shown: '/var/task/bootstrap' },
    ...[...layers].reverse().map((layer) => ({ path: join(layer, 'bootstrap'), shown: '/opt/bootstrap' })),
  ];
  for (const { path, shown } of candidates) {
    const head = await readHead(path);
    if (!head) continue;
    if (!(await isExecutable(path))) throw cannotRun(shown, 'permission denied');
    if (!isProgram(head)) throw cannotRun(shown, 'exec format error');
    return path;
  }
  throw new CannotStart(INVALID, "Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]");
}

const INVALID = 'Runtime.InvalidEntrypoint';

const cannotRun = (shown: string, reason: string): CannotStart =>
  new CannotStart(INVALID, `fork/exec ${shown}: ${reason}`);

async function readHead(path: string): Promise<Buffer | undefined> {
  const file = await open(path).catch(() => undefined);
  if (!file) return undefined;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(20), 0, 20, 0);
    return buffer.subarray(0, bytesRead);
  } catch {
    return undefined; // a folder
  } finally {
    await file.close();
  }
}

const isExecutable = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  );

/** ELF's number for the machine, at byte 18. */
const MACHINES: Readonly<Record<string, number>> = { x64: 62, arm64: 183 };

/** A shell would take anything for a script: only scripts that say so, and programs for this machine, are let through. */
function isProgram(head: Buffer): boolean {
  if (head.subarray(0, 2).toString() === '#!') return true;
  if (process.platform !== 'linux') return true;
  const isElf = head.length === 20 && head.subarray(0, 4).toString('latin1') === '\x7fELF';
  return isElf && head.readUInt16LE(18) === (MACHINES[process.arch] ?? head.readUInt16LE(18));
}
