import { appendFileSync, readFileSync, rmSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { containerFiles, type ContainerFiles } from './container-files.ts';
import { boundLog, readLog } from './log-file.ts';

let folder: string;
let files: ContainerFiles;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'teal-log-'));
  files = containerFiles(folder, 'app');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const print = (text: string): void => appendFileSync(files.log, text);
/** As long as all output together may be: 100,000 lines of 120 bytes. */
const printMuch = (from: number): void =>
  print(Array.from({ length: 100_000 }, (_, index) => `${from + index} `.padEnd(119, '.') + '\n').join(''));

function readAll(from: string | undefined, hasEnded = false) {
  const messages: string[] = [];
  for (let next = from; ;) {
    const output = readLog(files, next, hasEnded);
    messages.push(...output.lines.map(({ message }) => message));
    next = output.next;
    if (output.isAll) return { messages, next };
  }
}

it('leaves a line without its end until the end comes or the container has ended', () => {
  print('one\ntw');

  const first = readAll(undefined);
  const early = readAll(first.next);
  const last = readAll(first.next, true);
  print('o\n');

  expect([first, early, last].map(({ messages }) => messages)).toEqual([['one'], [], ['tw']]);
  expect(readAll(first.next).messages).toEqual(['two']);
});

it('cuts a line that is longer than 256 KB', () => {
  print(`${'x'.repeat(300_000)}\nnext\n`);

  expect(readAll(undefined).messages.map(({ length }) => length)).toEqual([262_118, 300_000 - 262_118, 4]);
});

it('goes on where it was when the log was emptied meanwhile, lines behind in the older log too', () => {
  print('first\n');
  const { next } = readAll(undefined);
  printMuch(0);
  boundLog(files);
  print('after\n');

  const { messages, next: end } = readAll(next);
  printMuch(100_000);
  boundLog(files);

  expect(statSync(files.log).size).toBe(0);
  expect(messages.length).toBe(100_001);
  expect(messages.map((line) => Number.parseInt(line)).slice(0, 100_000)).toEqual([...Array(100_000).keys()]);
  expect(messages.at(-1)).toBe('after');
  expect(readAll(end).messages.length).toBe(100_000);
});

it('begins anew when Teal died after it emptied the log and before it wrote that down', () => {
  printMuch(0);
  const { next } = readAll(undefined);
  boundLog(files);
  rmSync(files.emptied);
  print('new\n');

  expect(readFileSync(files.log, 'utf8')).toBe('new\n');
  expect(readAll(next).messages).toEqual(['new']);
});
