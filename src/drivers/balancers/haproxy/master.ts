import { connect } from 'node:net';

/** A process that carries traffic. */
export interface Worker {
  readonly pid: number;
  /** Ends when its last connection does; the present worker gets every new one. */
  readonly isOld: boolean;
}

export interface Processes {
  readonly workers: readonly Worker[];
  /** Reloads of the master so far, and how many of them failed. */
  readonly reloads: number;
  readonly failedReloads: number;
}

/** A real I/O limit, in milliseconds. */
const ANSWER_WITHIN = 10_000;

/** HAProxy is being reloaded, has died, or does not answer. */
export class HungUp extends Error {
  override readonly name = 'HungUp';
}

/** Asks the master process. @throws when it does not answer */
export const readProcesses = async (socket: string): Promise<Processes> =>
  parseProcesses(await talk(socket, 'show proc\nquit\n'));

/** Reads `show proc`. */
export function parseProcesses(text: string): Processes {
  const master = /^\d+\s+master\s+(\d+)(?: \[failed: (\d+)\])?/m.exec(text);
  if (!master) throw new Error(`HAProxy's master said: ${text.trim()}`);
  const [before = '', old = ''] = text.split('# old workers');
  const pids = (part: string) => [...part.matchAll(/^(\d+)\s+worker\s/gm)].map((match) => Number(match[1]));
  return {
    workers: [...pids(before).map((pid) => ({ pid, isOld: false })), ...pids(old).map((pid) => ({ pid, isOld: true }))],
    reloads: Number(master[1]),
    failedReloads: Number(master[2] ?? 0),
  };
}

/** Asks the master to start a new worker with the files as they are; it answers by `readProcesses` only. */
export const askReload = (socket: string): Promise<string> => talk(socket, 'reload\n');

/** Sends lines to the master and reads until it hangs up. */
export function talk(socket: string, text: string, encoding: BufferEncoding = 'utf8'): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const connection = connect(socket, () => connection.write(text));
    connection.setEncoding(encoding);
    connection.setTimeout(ANSWER_WITHIN, () => connection.destroy(new Error('HAProxy does not answer')));
    connection.on('data', (part: string) => (answer += part));
    connection.on('error', reject);
    connection.on('close', () => resolve(answer));
  });
}

/** @throws {HungUp} when HAProxy has none */
export function presentOf({ workers }: Pick<Processes, 'workers'>): Worker {
  const present = workers.find(({ isOld }) => !isOld);
  if (!present) throw new HungUp('HAProxy has no worker');
  return present;
}
