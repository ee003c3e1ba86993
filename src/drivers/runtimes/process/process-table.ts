import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** A process that cannot be mistaken for a later one with the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Field 22 of `/proc/PID/stat`, or what `ps -o lstart=` says where there is no `/proc`. */
  readonly start: string;
}

/** The environment variable every process of a task carries: `INSTANCE:TASK:CONTAINER`. */
export const MARK = 'TEAL_TASK';

/** Whether exactly this process still runs; one that has ended and is not yet reaped does not. */
export function isAlive({ pid, start }: ProcessIdentity): boolean {
  return pid > 0 && startOf(pid) === start;
}

function startOf(pid: number): string | undefined {
  return process.platform === 'linux' ? startInProc(pid) : startInPs(pid);
}

function startInProc(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in brackets may hold anything, so counting starts behind its last bracket, at field 3.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

function startInPs(pid: number): string | undefined {
  try {
    const shown = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    const [state = '', ...start] = shown.split(/\s+/);
    return state.startsWith('Z') ? undefined : start.join(' ');
  } catch {
    return undefined;
  }
}

/** Signals the whole process group, and says whether there was one. */
export function signalGroup(pid: number, signal: NodeJS.Signals): boolean {
  return signalled(-pid, signal);
}

export function signalProcess(pid: number, signal: NodeJS.Signals): boolean {
  return signalled(pid, signal);
}

function signalled(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false; // it has ended
  }
}

/**
 * Finds live processes by the mark in their environment, whatever group or parent they have. Reads all of `/proc`
 * (about 5 ms for 300 processes); finds nothing where there is none.
 */
export function markedProcesses(prefix: string): { readonly pid: number; readonly mark: string }[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({ pid: Number(name), mark: markOf(name) ?? '' }))
    .filter(({ pid, mark }) => mark.startsWith(prefix) && startInProc(pid) !== undefined);
}

function markOf(pid: string): string | undefined {
  try {
    const variables = readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0');
    return variables.find((variable) => variable.startsWith(`${MARK}=`))?.slice(MARK.length + 1);
  } catch {
    return undefined; // ended meanwhile, or another user's
  }
}
