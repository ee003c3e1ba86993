import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

export interface HaproxyProgram {
  readonly path: string;
  /** Such as `2.6.12`. */
  readonly version: string;
}

const BESIDE_PATH = ['/usr/sbin', '/usr/local/sbin'];
const OLDEST: readonly [number, number] = [2, 6];
const INSTALL = 'install HAProxy 2.6 or later with OpenSSL (Debian and Ubuntu: apt-get install haproxy)';

/**
 * Finds HAProxy on the path, in `/usr/sbin` or in `/usr/local/sbin`.
 *
 * @throws when there is none that is new enough and speaks TLS, naming what was found and what to install
 */
export async function findHaproxy(searched = process.env['PATH'] ?? ''): Promise<HaproxyProgram> {
  const folders = [...searched.split(delimiter).filter((folder) => folder !== ''), ...BESIDE_PATH];
  const path = folders.map((folder) => join(folder, 'haproxy')).find(isProgram);
  if (path === undefined) throw new Error(`no haproxy was found in ${folders.join(', ')}: ${INSTALL}`);
  const told = await run(path, ['-vv']);
  const version = /version (\d+\.\d+(?:\.\d+)?)/.exec(told)?.[1];
  if (version === undefined) throw new Error(`${path} does not tell its version: ${INSTALL}`);
  if (!isNewEnough(version)) throw new Error(`${path} is HAProxy ${version}: ${INSTALL}`);
  if (!told.includes('+OPENSSL')) throw new Error(`${path} was built without OpenSSL: ${INSTALL}`);
  return { path, version };
}

function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function run(path: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(path, args, (error, stdout) => {
      if (error) reject(new Error(`${path} could not be run: ${error.message}`, { cause: error }));
      else resolve(stdout);
    });
  });
}
