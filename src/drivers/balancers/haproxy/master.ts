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

/** Asks the master process. @throws when it does not answer */
export async function readProcesses(socket: string): Promise<Processes> {
  const text = await talk(socket, 'show proc\nquit\n');
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

/**
 * Gives a worker commands, one after the other, on one connection.
 *
 * @returns what it said to each
 */
export function command(socket: string, worker: number, commands: readonly string[]): Promise<string[]> {
  if (commands.length === 0) return Promise.resolve([]);
  return new Promise((resolve, reject) => {
    const prompt = `${worker}> `;
    const answers: string[] = [];
    let pending = '';
    let next = -1;
    const connection = connect(socket, () => connection.write(`prompt\n@!${worker}\n`));
    const limit = setTimeout(() => connection.destroy(new Error('HAProxy does not answer')), ANSWER_WITHIN);
    connection.setEncoding('utf8');
    connection.on('data', (part: string) => {
      pending += part;
      if (!(pending === prompt || pending.endsWith(`\n${prompt}`) || (next < 0 && pending.endsWith(prompt)))) return;
      if (next >= 0 && answers.length < commands.length) answers.push(pending.slice(0, -prompt.length).trim());
      pending = '';
      next += 1;
      const text = commands[next];
      connection.write(text === undefined ? 'quit\n' : `${text}\n`);
    });
    connection.on('error', (error) => connection.destroy(error));
    connection.on('close', () => {
      clearTimeout(limit);
      if (answers.length === commands.length) resolve(answers);
      else reject(new Error(`worker ${worker} of HAProxy does not answer (${answers.length}/${commands.length})`));
    });
  });
}

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

/** @throws when HAProxy has none */
export function presentOf({ workers }: Pick<Processes, 'workers'>): Worker {
  const present = workers.find(({ isOld }) => !isOld);
  if (!present) throw new Error('HAProxy has no worker');
  return present;
}
