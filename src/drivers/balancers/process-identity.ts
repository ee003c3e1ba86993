import { execFileSync } from 'node:child_process';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';

/** A process told apart from a later one that got the same pid. */
export interface ProcessIdentity {
  readonly pid: number;
  /** As the system writes it; only ever compared. */
  readonly startedAs: string;
}

/** Identifies a living process; undefined when there is none. */
export function identify(pid: number): ProcessIdentity | undefined {
  const startedAs = process.platform === 'linux' ? startTicks(pid) : startDate(pid);
  return startedAs === undefined ? undefined : { pid, startedAs };
}

function startTicks(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in parentheses, may hold anything; the state is field 3, the start time field 22.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

function startDate(pid: number): string | undefined {
  try {
    const text = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', stdio: 'pipe' }).trim();
    return text === '' ? undefined : text;
  } catch {
    return undefined;
  }
}

export function writeIdentity(file: string, identity: ProcessIdentity): void {
  writeFileSync(`${file}.${identity.pid}`, JSON.stringify(identity));
  renameSync(`${file}.${identity.pid}`, file);
}

/** The process that a pid file names, if that very process still lives. */
export function findRecorded(file: string): ProcessIdentity | undefined {
  try {
    const recorded = JSON.parse(readFileSync(file, 'utf8')) as ProcessIdentity;
    return identify(recorded.pid)?.startedAs === recorded.startedAs ? recorded : undefined;
  } catch {
    return undefined;
  }
}
