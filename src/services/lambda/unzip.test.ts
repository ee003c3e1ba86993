import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, readlink, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strToU8, zipSync, type Zippable } from 'fflate';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { unpackZip } from './unzip.ts';

let root: string;
let folder: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'teal-unzip-'));
  folder = join(root, 'package');
});
afterEach(() => rm(root, { recursive: true, force: true }));

const UNIX = 3;
const entry = (text: string, mode: number): Zippable[string] => [strToU8(text), { os: UNIX, attrs: mode * 65_536 }];
const file = (text: string, mode = 0o644) => entry(text, 0o100000 | mode);
const link = (target: string) => entry(target, 0o120777);

/** The signature before an entry of a zip's directory. */
const DIRECTORY = Buffer.from([0x50, 0x4b, 1, 2]);
const COULD_NOT = 'Could not unzip uploaded file.';

it('keeps modes, and makes what has none executable', async () => {
  const zip = zipSync({ 'bin/run': file('#!/bin/sh', 0o755), 'data.txt': file('data'), 'old/tool': strToU8('x') });

  await unpackZip(zip, folder);

  const modes = await Promise.all(['bin/run', 'data.txt', 'old/tool'].map((name) => stat(join(folder, name))));
  expect(modes.map(({ mode }) => (mode & 0o700).toString(8))).toEqual(['700', '600', '700']);
  expect(await readFile(join(folder, 'data.txt'), 'utf8')).toBe('data');
});

it('makes links that stay in the package', async () => {
  await unpackZip(zipSync({ 'lib/real.so.1': file('library'), 'a/b/lib.so': link('../../lib/real.so.1') }), folder);

  expect(await readlink(join(folder, 'a/b/lib.so'))).toBe('../../lib/real.so.1');
  expect(await readFile(join(folder, 'a/b/lib.so'), 'utf8')).toBe('library');
});

it.each<[string, Zippable]>([
  ['an absolute link', { out: link('/etc') }],
  ['a link above the folder', { 'a/out': link('../../x') }],
  ['a link through a link', { here: link('.'), out: link('here/here/../../x') }],
  ['a link to the folder above', { out: link('..') }],
])('refuses %s and leaves nothing outside', async (_what, files) => {
  await expect(unpackZip(zipSync(files), folder)).rejects.toThrow("The link '");

  expect(await readdir(root)).toEqual(expect.not.arrayContaining(['x']));
});

it.each<[string, Zippable]>([
  ['a name that climbs out', { '../out.js': strToU8('1') }],
  ['an absolute name', { '/out.js': strToU8('1') }],
  ['a backslash', { '..\\out.js': strToU8('1') }],
  ['a file where another needs a folder', { a: strToU8('1'), 'a/b': strToU8('2') }],
  ['a file below a link', { a: link('.'), 'a/b': strToU8('2') }],
  ['a device', { dev: entry('', 0o060644) }],
  ['a name longer than the system takes', { ['x'.repeat(300)]: strToU8('1') }],
])('refuses %s', async (_what, files) => {
  await expect(unpackZip(zipSync(files), folder)).rejects.toThrow(COULD_NOT);

  expect(await readdir(root)).not.toContain('out.js');
});

it('refuses what is no zip, half a zip and a zip with a flipped byte', async () => {
  const whole = Buffer.from(zipSync({ 'a.txt': [strToU8('abcdefgh'.repeat(50)), { level: 0 }] }));
  const flipped = Buffer.from(whole);
  flipped[60] = 0x21;

  for (const bad of [strToU8('no zip'), whole.subarray(0, whole.length / 2), flipped]) {
    await expect(unpackZip(bad, folder)).rejects.toThrow(COULD_NOT);
  }
});

it('refuses a zip with nothing in it', async () => {
  await expect(unpackZip(zipSync({}), folder)).rejects.toThrow('Uploaded file must be a non-empty zip');
});

it('refuses a bomb from its directory, before anything is written', async () => {
  const bomb = Buffer.from(zipSync({ 'a.bin': new Uint8Array(100) }));
  bomb.writeUInt32LE(263_000_000, bomb.indexOf(DIRECTORY) + 24);

  await expect(unpackZip(bomb, folder)).rejects.toThrow('Unzipped size must be smaller than 262144000 bytes');

  expect(await readdir(root)).toEqual([]);
});

it('refuses a bomb whose directory lies, having written no more than it said', async () => {
  const bomb = Buffer.from(zipSync({ 'a.bin': new Uint8Array(5_000_000) }, { level: 1 }));
  bomb.writeUInt32LE(100, bomb.indexOf(DIRECTORY) + 24);

  await expect(unpackZip(bomb, folder)).rejects.toThrow(COULD_NOT);

  // The refusal may come before the file is there at all.
  const written = await readdir(folder);
  for (const name of written) expect((await stat(join(folder, name))).size).toBeLessThanOrEqual(100);
});

it('unpacks what python makes, links included', async () => {
  const script = `
import io, sys, zipfile
out = io.BytesIO()
with zipfile.ZipFile(out, 'w', zipfile.ZIP_DEFLATED) as z:
    z.writestr('pkg/__init__.py', 'x = 1')
    info = zipfile.ZipInfo('alias'); info.create_system = 3; info.external_attr = 0o120777 << 16
    z.writestr(info, 'pkg')
sys.stdout.buffer.write(out.getvalue())`;

  await unpackZip(execFileSync('python3', ['-c', script]), folder);

  expect(await readFile(join(folder, 'alias/__init__.py'), 'utf8')).toBe('x = 1');
});
