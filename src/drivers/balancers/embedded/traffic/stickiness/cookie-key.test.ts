import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { cookieKey } from './cookie-key.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'teal-key-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('makes a key once, for its owner alone, and leaves nothing else', () => {
  const key = cookieKey(folder);

  expect(key).toHaveLength(32);
  expect(cookieKey(folder)).toEqual(key);
  expect(readdirSync(folder)).toEqual(['cookie.key']);
  expect(statSync(join(folder, 'cookie.key')).mode & 0o777).toBe(0o600);
});

it('says which file does not hold a key', () => {
  writeFileSync(join(folder, 'cookie.key'), 'short');

  expect(() => cookieKey(folder)).toThrow(`${join(folder, 'cookie.key')} does not hold a key of 32 bytes`);
});
