import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** Who runs on which of the machine's cores. */
export interface Cores {
  /** For people: what each has. */
  readonly said: string;
  /** Gives a process, all its threads included, the last core. */
  giveOwn(pid: number): void;
  /** Keeps a process, and what it starts from now on, off the last core. */
  keepOff(pid: number): void;
}

/** Uses Linux's `taskset`; where it is not, or there is one core, everything shares what there is, which `said` tells. */
export function coresOf(): Cores {
  const last = availableParallelism() - 1;
  const run = (cores: string, pid: number) => spawnSync('taskset', ['-acp', cores, String(pid)]).status === 0;
  const all = last === 0 ? '0' : `0-${last}`;
  if (last < 1 || !run(all, process.pid)) {
    const none = () => undefined;
    return {
      said: 'each proxy shares the cores with the load generator and the backend',
      giveOwn: none,
      keepOff: none,
    };
  }
  return {
    said: `each proxy has core ${last} to itself; the load generator and the backend share the other${last > 1 ? 's' : ''}`,
    giveOwn: (pid) => void run(String(last), pid),
    keepOff: (pid) => void run(last === 1 ? '0' : `0-${last - 1}`, pid),
  };
}
