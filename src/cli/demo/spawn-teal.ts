import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export interface RunningTeal {
  readonly url: string;
  /** Resolves when it has ended, by whatever cause: how, and the last it said. */
  readonly ended: Promise<string>;
  stop(): Promise<void>;
}

/** Starts `teal up` as a process of its own. @throws when it ends before it is ready, with what it said */
export async function spawnTeal(args: readonly string[]): Promise<RunningTeal> {
  // A process group of its own: Ctrl-C reaches the demo only, which then ends Teal in good order.
  const child = spawn(process.execPath, [process.argv[1] ?? '', 'up', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said = `${said}${text}`.slice(-20_000)));
  const ended = once(child, 'close').then(([code, signal]) => `Teal ended (${String(signal ?? code)}):\n${said}`);
  const url = await Promise.race([readyUrl(child.stdout), ended.then(() => undefined)]);
  if (url === undefined) throw new Error(`before it was ready, ${await ended}`);
  return {
    url,
    ended,
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

async function readyUrl(output: NodeJS.ReadableStream): Promise<string | undefined> {
  for await (const line of createInterface({ input: output })) {
    const found = /^Teal is ready at (\S+)$/.exec(line);
    if (found) return found[1];
  }
  return undefined;
}
