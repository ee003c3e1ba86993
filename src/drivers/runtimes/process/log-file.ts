import {
  closeSync,
  copyFileSync,
  openSync,
  readFileSync,
  readSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import type { Output } from '../runtime.ts';
import type { ContainerFiles } from './container-files.ts';

const LOG_LIMIT = 10 * 1024 * 1024;
/** Read at once, and the longest line that stays whole, as Docker's awslogs driver has it. */
const CHUNK = 262_118;
const NEWLINE = 10;

/**
 * Keeps one older log beside the current one; the program appends to the same open file, so it is emptied in place.
 * What is printed in the few milliseconds between the copy and that is lost.
 */
export function boundLog(files: ContainerFiles): void {
  try {
    const { size } = statSync(files.log);
    if (size <= LOG_LIMIT) return;
    copyFileSync(files.log, older(files));
    truncateSync(files.log);
    writeFileSync(files.emptied, String(emptiedOf(files) + sizeOf(older(files))));
  } catch {
    // no log yet, or no room for a copy: the next look tries again
  }
}

/**
 * Lines from a place on, which is counted in bytes since the container began.
 *
 * @param hasEnded - whether a last line without its end is one
 */
export function readLog(files: ContainerFiles, from: string | undefined, hasEnded: boolean): Output {
  const emptied = emptiedOf(files);
  const end = emptied + sizeOf(files.log);
  // Behind the end: Teal died after it emptied the log and before it wrote that down.
  const asked = Number(from ?? 0) > end ? emptied : Number(from ?? 0);
  const at = Math.max(asked, emptied - sizeOf(older(files)));
  const bytes = readAt(files, emptied, at);
  const length = wholeLines(bytes, hasEnded && at + bytes.length >= end);
  const lines = bytes.subarray(0, length).toString().split('\n');
  if (lines.at(-1) === '') lines.pop();
  return {
    lines: lines.map((message) => ({ message })),
    next: String(at + length),
    isAll: length === 0 || at + length >= end,
  };
}

/** How many bytes are lines; one that fills all that is read is cut. */
function wholeLines(bytes: Buffer, isLast: boolean): number {
  if (isLast) return bytes.length;
  const newline = bytes.lastIndexOf(NEWLINE);
  return newline < 0 && bytes.length === CHUNK ? CHUNK : newline + 1;
}

/** From the older log, then from the current one. */
function readAt(files: ContainerFiles, emptied: number, at: number): Buffer {
  const before = at < emptied ? readFrom(older(files), sizeOf(older(files)) - (emptied - at), CHUNK) : Buffer.alloc(0);
  if (before.length === CHUNK) return before;
  return Buffer.concat([before, readFrom(files.log, Math.max(0, at - emptied), CHUNK - before.length)]);
}

function readFrom(file: string, offset: number, length: number): Buffer {
  if (sizeOf(file) <= offset) return Buffer.alloc(0);
  const opened = openSync(file, 'r');
  try {
    const bytes = Buffer.alloc(length);
    return bytes.subarray(0, readSync(opened, bytes, 0, length, offset));
  } finally {
    closeSync(opened);
  }
}

const older = ({ log }: ContainerFiles): string => `${log}.1`;

function emptiedOf({ emptied }: ContainerFiles): number {
  try {
    return Number(readFileSync(emptied, 'utf8'));
  } catch {
    return 0;
  }
}

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
