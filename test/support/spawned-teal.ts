import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const ENTRY = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'dist', 'teal.js');

/** A Teal in a process of its own, as a user runs it; `npm test` has built it. */
export interface SpawnedTeal {
  readonly url: string;
  readonly child: ChildProcess;
  /** Resolves when the process has ended and all it logged has been read, with how it ended. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  /** What it logged so far. */
  log(): string;
  stop(): Promise<void>;
}

/** Teal ended before it said that it is ready. */
export class EndedEarly extends Error {
  readonly signal: NodeJS.Signals | null;

  constructor(signal: NodeJS.Signals | null, logged: string) {
    super(`Teal ended before it was ready:\n${logged}`);
    this.signal = signal;
  }
}

/**
 * @param entry - of another build
 * @param env - beside this process's own
 * @throws {EndedEarly} when it ends before it is ready, with its log
 */
export async function spawnTeal(
  args: readonly string[],
  entry = ENTRY,
  env: Readonly<Record<string, string>> = {},
): Promise<SpawnedTeal> {
  const child = spawn(process.execPath, [entry, 'up', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  let logged = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (logged += text));
  const ended = once(child, 'close').then(([code, signal]) => ({
    code: code as number | null,
    signal: signal as NodeJS.Signals | null,
  }));
  const url = await Promise.race([readyUrl(child), ended.then(() => undefined)]);
  if (url === undefined) throw new EndedEarly((await ended).signal, logged);
  return {
    url,
    child,
    ended,
    log: () => logged,
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

async function readyUrl(child: ChildProcess): Promise<string | undefined> {
  if (!child.stdout) return undefined;
  for await (const line of createInterface({ input: child.stdout })) {
    const found = /^Teal is ready at (\S+)$/.exec(line);
    if (found) return found[1];
  }
  return undefined;
}
