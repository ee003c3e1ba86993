import { readdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { identify, type ProcessIdentity } from '../process-identity.ts';

/** With this a balancer process ends that cannot have its folder because another has it. */
export const HELD = 3;

/**
 * Makes a process the one that carries traffic for a folder; of several that try at once, one wins.
 *
 * Claims are numbered symbolic links, `PREFIX.N -> PID:STARTED`: made at once with their content or not at all, so a
 * crash leaves none half-written. The highest counts while its process lives. It is never removed, only outnumbered:
 * whoever saw it stale cannot take away that of a winner.
 *
 * @param predecessor - pid of the process that gave its place up to this one
 * @returns whether the folder is this process's now
 */
export function claim(prefix: string, self: ProcessIdentity, predecessor?: number): boolean {
  for (;;) {
    const numbers = claimNumbers(prefix);
    const last = Math.max(0, ...numbers);
    const holder = last > 0 ? readClaim(`${prefix}.${last}`) : 'nobody';
    if (holder === 'outnumbered') continue;
    if (holder !== 'nobody' && isOther(holder, self, predecessor)) return false;
    if (!outnumber(prefix, last + 1, self)) continue;
    for (const number of numbers) rmSync(`${prefix}.${number}`, { force: true });
    return true;
  }
}

/** @returns false when another was faster */
function outnumber(prefix: string, number: number, self: ProcessIdentity): boolean {
  try {
    symlinkSync(`${self.pid}:${self.startedAs}`, `${prefix}.${number}`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
  // The number may have been won, lost and removed since it was looked at: then there is a higher one.
  if (Math.max(...claimNumbers(prefix)) === number) return true;
  rmSync(`${prefix}.${number}`, { force: true });
  return false;
}

function claimNumbers(prefix: string): number[] {
  const start = `${basename(prefix)}.`;
  const names = readdirSync(dirname(prefix)).filter((name) => name.startsWith(start));
  return names.map((name) => Number(name.slice(start.length))).filter((number) => Number.isInteger(number));
}

function readClaim(file: string): ProcessIdentity | 'nobody' | 'outnumbered' {
  try {
    const [, pid, startedAs] = /^(\d+):(.*)$/s.exec(readlinkSync(file)) ?? [];
    return pid === undefined || startedAs === undefined ? 'nobody' : { pid: Number(pid), startedAs };
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'outnumbered' : 'nobody';
  }
}

const isOther = (holder: ProcessIdentity, self: ProcessIdentity, predecessor: number | undefined): boolean =>
  holder.pid !== self.pid && holder.pid !== predecessor && identify(holder.pid)?.startedAs === holder.startedAs;
