import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, type ProcessIdentity } from './process-table.ts';

/** Where one container of a task keeps what must outlive Teal. */
export interface ContainerFiles {
  /** `PID START`, written by the launcher; its existence is the right to run the program. */
  readonly pid: string;
  /** The exit code, written by the launcher. */
  readonly exit: string;
  readonly log: string;
  /** How many bytes were emptied out of the log so far. */
  readonly emptied: string;
}

export const containerFiles = (taskFolder: string, name: string): ContainerFiles => ({
  pid: join(taskFolder, `${name}.pid`),
  exit: join(taskFolder, `${name}.exit`),
  log: join(taskFolder, `${name}.log`),
  emptied: join(taskFolder, `${name}.emptied`),
});

export type Look =
  | { readonly state: 'pending' }
  | { readonly state: 'running'; readonly process: ProcessIdentity; readonly startedAt: number }
  /** Without a code when it never ran. */
  | {
      readonly state: 'stopped';
      readonly exitCode?: number;
      readonly startedAt?: number;
      readonly finishedAt?: number;
    };

const SIGKILLED = 137;
const LAUNCHER_LIMIT = 5_000;

/** Reads off the files and the process table how a container is. Tiny synchronous reads: about 60 µs in all. */
export function lookAtContainer(files: ContainerFiles): Look {
  const exited = readExit(files);
  if (exited) return exited;
  const found = readPid(files);
  if (found === 'none') return { state: 'pending' };
  if (found === 'unfinished') return isOlder(files.pid, LAUNCHER_LIMIT) ? { state: 'stopped' } : { state: 'pending' };
  if (found.pid === 0) return { state: 'stopped' };
  if (isAlive(found)) return { state: 'running', process: found, startedAt: writtenAt(files.pid) };
  // It may have ended between the two looks; no code at all means that SIGKILL took the launcher too.
  return readExit(files) ?? { state: 'stopped', exitCode: SIGKILLED };
}

/** Takes the right to run for good, so that a launcher still on its way runs nothing. */
export function forbidLaunch(files: ContainerFiles): void {
  try {
    writeFileSync(files.pid, '0 0\n', { flag: 'wx' });
  } catch {
    // a launcher was faster
  }
}

function readExit(files: ContainerFiles): Look | undefined {
  const text = readText(files.exit)?.trim();
  if (!text) return undefined;
  const times = { startedAt: writtenAt(files.pid), finishedAt: writtenAt(files.exit) };
  return { state: 'stopped', exitCode: Number(text), ...times };
}

function readPid(files: ContainerFiles): ProcessIdentity | 'none' | 'unfinished' {
  const text = readText(files.pid);
  if (text === undefined) return 'none';
  const [, pid, start] = /^(\d+) (.+)\n$/.exec(text) ?? [];
  return pid === undefined || start === undefined
    ? 'unfinished'
    : { pid: Number(pid), start: start.trim().replace(/\s+/g, ' ') };
}

/** Lets an ended container be launched once more; until the last file is gone it counts as ended. */
export function allowRelaunch(files: ContainerFiles): void {
  rmSync(files.pid, { force: true });
  rmSync(files.exit, { force: true });
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** Whole milliseconds; 0 for a file that is not there. */
const writtenAt = (file: string): number => Math.floor(statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0);

const isOlder = (file: string, span: number): boolean => Date.now() - statSync(file).mtimeMs > span;
