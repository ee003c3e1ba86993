import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { claim } from './claim.ts';
import { identify, type ProcessIdentity } from '../process-identity.ts';

let folder: string;
let prefix: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'teal-claim-'));
  prefix = join(folder, 'claim');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const self = (): ProcessIdentity => {
  const found = identify(process.pid);
  if (!found) throw new Error('this process has no identity');
  return found;
};
const nobody = { pid: process.pid, startedAs: 'long ago' };

it('goes to the first, and to another only when the first has died', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  const first = identify(child.pid ?? 0);
  if (!first) throw new Error('the child has no identity');

  expect(claim(prefix, first)).toBe(true);
  expect(claim(prefix, self())).toBe(false);
  child.kill('SIGKILL');
  await once(child, 'exit');

  expect(claim(prefix, self())).toBe(true);
});

it('goes to a successor while its predecessor lives', () => {
  const other = { pid: process.ppid, startedAs: identify(process.ppid)?.startedAs ?? '' };
  claim(prefix, other);

  expect(claim(prefix, self())).toBe(false);
  expect(claim(prefix, self(), other.pid)).toBe(true);
});

it('outnumbers claims of the dead, of pids used again, and unreadable ones', () => {
  claim(prefix, nobody);
  symlinkSync('not a process', `${prefix}.7`);

  expect(claim(prefix, self())).toBe(true);
  expect(readdirSync(folder)).toEqual(['claim.8']);
});
