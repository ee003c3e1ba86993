import { spawnSync } from 'node:child_process';
import { mkdtemp, mkdir, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { AccessLog } from './file.ts';

const AT = Date.UTC(2026, 0, 31, 23, 57, 30);
const PREFIX = '123456789012_elasticloadbalancing_us-east-1_app.web.1_';
const FINISHED =
  /^2026\/01\/31\/123456789012_elasticloadbalancing_us-east-1_app\.web\.1_20260201T0000Z_127\.0\.0\.1_[0-9a-f]{8}\.log\.gz$/;

let folder: string;
let notes: string[];
const open: AccessLog[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'teal-logs-'));
  notes = [];
});
afterEach(async () => {
  for (const log of open.splice(0)) await log.close();
  await rm(folder, { recursive: true, force: true });
});

const logIn = (where = folder) => {
  const config = { folder: where, account: '123456789012', region: 'us-east-1' };
  const note = (text: string) => void notes.push(text);
  const log = new AccessLog({ config, loadBalancer: 'app/web/1', address: '127.0.0.1', note });
  open.push(log);
  return log;
};
const files = async () => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
};
const inFolder = async () => (await files()).map((file) => file.slice(folder.length + 1)).toSorted();
const unzipped = async (file = '') => gunzipSync(await readFile(file)).toString();

it('writes lines to a plain file of its process, which crashes leave', async () => {
  const log = logIn();

  log.write('one');
  log.write('two');
  await log.tick(AT);

  const [file = ''] = await files();
  expect(file).toMatch(new RegExp(`_20260201T0000Z_127\\.0\\.0\\.1_[0-9a-f]{8}\\.log\\.${process.pid}$`));
  expect(await readFile(file, 'utf8')).toBe('one\ntwo\n');
});

it('compresses a file when its five minutes are over, and writes nothing where nothing is to say', async () => {
  const log = logIn();
  log.write('one');
  await log.tick(AT);
  log.write('two');
  await log.tick(AT + 150_000);
  await log.tick(AT + 450_000);

  expect(await inFolder()).toEqual([expect.stringMatching(FINISHED)]);
  expect(await unzipped((await files())[0])).toBe('one\ntwo\n');
});

it('begins another file in the folder of its own day', async () => {
  const log = logIn();
  log.write('one');
  await log.tick(AT + 150_000 - 1);
  await log.tick(AT + 150_000);
  log.write('two');
  await log.tick(AT + 150_000);
  await log.close();

  expect((await inFolder()).map((file) => file.slice(0, 10))).toEqual(['2026/01/31', '2026/02/01']);
  expect((await inFolder())[1]).toContain('_20260201T0005Z_');
});

it('finishes what a process that is gone has left, and leaves the files of living ones and of others alone', async () => {
  const { pid: gone } = spawnSync(process.execPath, ['-e', '']);
  const day = join(folder, '2026', '01', '30');
  await mkdir(day, { recursive: true });
  const leave = (name: string) => writeFile(join(day, name), `${name}\n`);
  await leave(`${PREFIX}a.log.${gone}`);
  await leave(`${PREFIX}b.log.${process.ppid}`);
  await leave(`${PREFIX}c.log.${process.ppid}`);
  await utimes(join(day, `${PREFIX}c.log.${process.ppid}`), new Date(0), new Date(0));
  await leave(`${PREFIX}d.log.${process.pid}`);
  await leave(`${PREFIX}e.log.${process.pid}`);
  const beforeThis = new Date(Date.now() - process.uptime() * 1000 - 60_000);
  await utimes(join(day, `${PREFIX}e.log.${process.pid}`), beforeThis, beforeThis);
  await leave(`${PREFIX.replace('web', 'api')}a.log.${gone}`);

  await logIn().close();

  expect(await inFolder()).toEqual(
    [
      `2026/01/30/${PREFIX.replace('web', 'api')}a.log.${gone}`,
      `2026/01/30/${PREFIX}a.log.gz`,
      `2026/01/30/${PREFIX}b.log.${process.ppid}`,
      `2026/01/30/${PREFIX}c.log.gz`,
      `2026/01/30/${PREFIX}d.log.${process.pid}`,
      `2026/01/30/${PREFIX}e.log.gz`,
    ].toSorted(),
  );
  expect(await unzipped(join(day, `${PREFIX}a.log.gz`))).toBe(`${PREFIX}a.log.${gone}\n`);
});

it('says once that it cannot write, keeps what has room, and writes it when it can', async () => {
  const blocked = join(folder, 'blocked');
  await writeFile(blocked, 'a file is no folder');
  const log = logIn(blocked);
  log.write('kept');
  await log.tick(AT);
  await log.tick(AT);
  const line = 'x'.repeat(1024 * 1024);
  for (let count = 0; count < 10; count++) log.write(line);

  await rm(blocked);
  await log.tick(AT);

  expect(notes).toEqual([
    expect.stringContaining(`access log of app/web/1 in ${blocked}: Error: ENOTDIR`),
    'access log of app/web/1: 3 lines were lost',
  ]);
  const [file = ''] = await files();
  expect((await readFile(file, 'utf8')).split('\n', 1)).toEqual(['kept']);
});
