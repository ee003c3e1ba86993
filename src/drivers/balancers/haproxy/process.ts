import { execFile, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { findRecorded, identify, writeIdentity, type ProcessIdentity } from '../process-identity.ts';
import { CONFIG_FILE } from './config/render.ts';
import { askReload, readProcesses, type Processes } from './master.ts';
import type { Places } from './places.ts';
import { writePrivate } from './state.ts';

/** Real I/O limits, in milliseconds. */
const READY_WITHIN = 10_000;
const LOOK_EVERY = 10;

/**
 * Says whether HAProxy would start with the files in a folder.
 *
 * @throws with what HAProxy has against them
 */
export function checkConfig(program: string, folder: string, file: string): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile(program, ['-c', '-q', '-f', file], { cwd: folder }, (error, _, problems) => {
      if (error) reject(new Error(`HAProxy refuses its configuration: ${alerts(problems)}`));
      else resolve();
    });
  });
}

const alerts = (text: string): string =>
  text
    .split('\n')
    .filter((line) => line.startsWith('[ALERT]'))
    .join(' | ') || text.trim();

/**
 * A request's buffers of 32 KiB outgrow what a thread keeps for itself, so HAProxy 2.6 gives them back to the C library and
 * asks again, for every request. Kept in its own pools they cost 5 % less processor time.
 */
const KEEP_MEMORY = '-dMglobal,no-tag';

/** Another program has taken a port since it was found free. */
export class PortTaken extends Error {}

function failure(what: string, { log }: Places): Error {
  const end = logEnd(log);
  return new (end.includes('Address already in use') ? PortTaken : Error)(`${what}: ${end}`);
}

/**
 * Starts HAProxy in a session of its own, so that it outlives this process, and waits until it serves.
 *
 * @throws {PortTaken} and else with the end of its log when it does not come up
 */
export async function startHaproxy(program: string, places: Places): Promise<void> {
  await endHaproxy(places);
  const log = openSync(places.log, 'w', 0o600);
  const args = [KEEP_MEMORY, '-W', '-S', `${places.masterSocket},mode,600`, '-f', CONFIG_FILE];
  const child = spawn(program, args, { cwd: places.folder, detached: true, stdio: ['ignore', log, log] });
  closeSync(log);
  const master = child.pid === undefined ? undefined : identify(child.pid);
  if (master) writeIdentity(places.pidFile, master);
  let ended = '';
  child.once('error', (error) => (ended = error.message));
  child.once('exit', (code, signal) => (ended ||= `ended with ${signal ?? code}`));
  const limit = Date.now() + READY_WITHIN;
  while (!(await present(places))) {
    if (ended !== '') throw failure(`HAProxy ${ended}`, places);
    if (Date.now() > limit) {
      child.kill('SIGKILL');
      throw new Error(`HAProxy was not ready within ${READY_WITHIN / 1000} s: ${logEnd(places.log)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
  }
  child.removeAllListeners();
  child.on('error', () => undefined);
  child.unref();
}

const present = async (places: Places): Promise<Processes | undefined> => {
  const seen = await readProcesses(places.masterSocket).catch(() => undefined);
  return seen?.workers.some(({ isOld }) => !isOld) ? seen : undefined;
};

/**
 * Has a new worker take the listening sockets over; the ones before finish what they have.
 *
 * @throws {PortTaken} and else when the new worker does not come up; those before go on as they are
 */
export async function reloadHaproxy(places: Places): Promise<Processes> {
  const before = await readProcesses(places.masterSocket);
  const known = new Set(before.workers.map(({ pid }) => pid));
  await askReload(places.masterSocket).catch(() => undefined); // the master replaces itself while it answers
  const limit = Date.now() + READY_WITHIN;
  for (;;) {
    const seen = await readProcesses(places.masterSocket).catch(() => undefined);
    if (seen?.workers.some(({ pid, isOld }) => !isOld && !known.has(pid))) return seen;
    if (seen && seen.failedReloads > before.failedReloads) throw failure('HAProxy could not be reloaded', places);
    if (Date.now() > limit) throw new Error(`HAProxy did not reload within ${READY_WITHIN / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
  }
}

/** Remembers workers, so that none survives its master unseen. */
export function recordWorkers(places: Places, pids: readonly number[]): void {
  const workers = pids.flatMap((pid) => identify(pid) ?? []);
  writePrivate(workersFile(places), JSON.stringify(workers));
}

/** Ends the recorded master and its workers at once; never processes that merely have their pids. */
export async function endHaproxy(places: Places): Promise<void> {
  const recorded = [findRecorded(places.pidFile), ...readWorkers(places)].filter((found) => found !== undefined);
  for (const { pid } of recorded.filter(lives)) kill(pid);
  while (recorded.some(lives)) await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
  for (const file of [
    places.masterSocket,
    places.markerSocket,
    places.adminSocket,
    places.pidFile,
    workersFile(places),
  ])
    rmSync(file, { force: true });
}

const lives = ({ pid, startedAs }: ProcessIdentity): boolean => identify(pid)?.startedAs === startedAs;

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has just ended.
  }
}

const workersFile = ({ folder }: Places): string => join(folder, 'workers.json');

function readWorkers(places: Places): ProcessIdentity[] {
  try {
    return JSON.parse(readFileSync(workersFile(places), 'utf8')) as ProcessIdentity[];
  } catch {
    return [];
  }
}

function logEnd(file: string): string {
  try {
    const lines = readFileSync(file, 'utf8').trim().split('\n');
    const telling = lines.filter((line) => line.startsWith('[ALERT]'));
    return (telling.length ? telling : lines).slice(-5).join(' | ');
  } catch {
    return 'it left no log';
  }
}
