import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { HELD } from './claim.ts';
import type { Places } from './places.ts';
import { identify, type ProcessIdentity } from '../process-identity.ts';

export const READY_WITHIN = 10_000;

/**
 * How glibc keeps memory (bytes): by itself it gives what large answers took back to the system after each pause and asks
 * for it anew, at a third of the processor time. Other systems ignore this.
 */
const MEMORY = {
  MALLOC_TRIM_THRESHOLD_: String(64 * 1024 * 1024),
  MALLOC_MMAP_THRESHOLD_: String(1024 * 1024),
  MALLOC_TOP_PAD_: String(1024 * 1024),
};

interface Start {
  readonly entry: string;
  readonly folder: string;
  readonly host: string;
  readonly places: Places;
}

/**
 * Starts the balancer process, detached so that it outlives this one, and waits until it can be driven.
 *
 * @returns whether it is the one that was started; false: another one has the folder
 * @throws with the end of its log when it does not come up
 */
export function startProcess({ entry, folder, host, places }: Start): Promise<boolean> {
  const log = openSync(places.log, 'a');
  const child = spawn(process.execPath, [entry, folder, host], {
    cwd: folder,
    detached: true,
    env: { ...process.env, ...MEMORY },
    stdio: ['ignore', log, log, 'ipc'],
  });
  closeSync(log);
  return new Promise<boolean>((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`the balancer process ${why}: ${logEnd(places.log)}`));
    const limit = setTimeout(() => {
      child.kill('SIGKILL');
      fail(`was not ready within ${READY_WITHIN / 1000} s`);
    }, READY_WITHIN);
    child.once('message', () => resolve(true));
    child.once('error', (error) => fail(`could not be started (${error.message})`));
    child.once('exit', (code, signal) => (code === HELD ? resolve(false) : fail(`ended with ${signal ?? code}`)));
    child.once('exit', () => clearTimeout(limit));
    child.once('message', () => clearTimeout(limit));
  }).finally(() => {
    if (child.connected) child.disconnect();
    child.removeAllListeners();
    child.on('error', () => undefined);
    child.unref();
  });
}

/** Ends a recorded balancer that does not answer any more; never a process that merely has its pid. */
export async function endRecorded(recorded: ProcessIdentity): Promise<void> {
  if (lives(recorded)) process.kill(recorded.pid, 'SIGKILL');
  await hasEnded(recorded);
}

/** A real I/O limit: the kernel closes a process's connections and ports a moment before it is gone. */
export async function hasEnded(recorded: ProcessIdentity): Promise<void> {
  while (lives(recorded)) await new Promise((resolve) => setTimeout(resolve, 5));
}

const lives = ({ pid, startedAs }: ProcessIdentity): boolean => identify(pid)?.startedAs === startedAs;

function logEnd(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim().split('\n').slice(-5).join(' | ');
  } catch {
    return 'it left no log';
  }
}
