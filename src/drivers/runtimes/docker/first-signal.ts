import type Docker from 'dockerode';
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

/** Milliseconds; a container that has run for longer has its init for sure. */
export const YOUNG = 10_000;
/** Milliseconds after which it is signalled whatever is seen of it. */
export const PATIENCE = 5000;
const BETWEEN_LOOKS = 20;
const SIGTTOU_BIT = 1n << 21n;

/** Process 1 of a container as the kernel shows it. */
export interface FirstProcess {
  readonly name: string;
  readonly ignoresSigttou: boolean;
}

/** Looks at a container from outside; each may know nothing. */
export interface InitLook {
  firstProcess(): Promise<FirstProcess | undefined>;
  /** @returns how many processes it has; `undefined` when it has ended or the Engine cannot tell */
  countProcesses(): Promise<number | undefined>;
}

/**
 * Resolves when the init of a container is ready for SIGTERM, or at an instant at the latest. The Engine calls a
 * container running while its first process is still runc's, and then an init that has not set up its signals: the
 * kernel drops a SIGTERM that comes now, and the container would wait out its stop timeout. docker-init blocks signals,
 * then ignores those of terminals, which stays to be seen, and then starts the program. Source: tini 0.19, main().
 */
export async function untilInitListens(look: InitLook, until: number, signal?: AbortSignal): Promise<void> {
  while (!signal?.aborted && Date.now() < until && !(await isListening(look))) await pause(BETWEEN_LOOKS);
}

async function isListening(look: InitLook): Promise<boolean> {
  const first = await look.firstProcess();
  if (first?.name.startsWith('runc')) return false;
  if (first?.name === 'docker-init') return first.ignoresSigttou;
  // The process is another machine's, or the init another one: it has started the program when there are two.
  return ((await look.countProcesses()) ?? 2) > 1;
}

export const initLook = (container: Docker.Container, pid: number, isHere: boolean): InitLook => ({
  firstProcess: () => (isHere ? readProcess(pid) : Promise.resolve(undefined)),
  async countProcesses() {
    const found = (await container.top().catch(() => undefined)) as { Processes?: unknown[] } | undefined;
    return found?.Processes?.length;
  },
});

/** Source: proc_pid_status(5). */
async function readProcess(pid: number): Promise<FirstProcess | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const name = /^Name:\t(.*)$/m.exec(status)?.[1];
  const ignored = /^SigIgn:\t([0-9a-f]+)$/m.exec(status)?.[1];
  if (name === undefined || ignored === undefined) return undefined;
  return { name, ignoresSigttou: (BigInt(`0x${ignored}`) & SIGTTOU_BIT) !== 0n };
}
