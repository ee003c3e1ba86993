import { spawn, type ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { Clock } from '../../../kernel/clock.ts';
import { millis } from '../../../kernel/span.ts';
import type { MemoryWatch } from './memory-watch.ts';
import { readOutput, type OnOutput } from './read-output.ts';

/**
 * One pipe for both outputs keeps their order. The reader of stdin ends the whole group when Teal dies, however Teal
 * dies: a function that spins would notice nothing. The limits, of which a system may not know all, are: no core files,
 * KiB of data of one process, and 512-byte blocks of one file.
 */
const LAUNCH = `exec 3<&0 </dev/null 2>&1
( read -r _ <&3; kill -KILL 0 ) >/dev/null 2>&1 &
exec 3<&-
{ ulimit -c 0; ulimit -d "$1"; ulimit -f "$2"; } 2>/dev/null || :
shift 2
exec "$@"`;

/** What a sandbox runs in. */
export interface SandboxProcess {
  /** True from the moment the system says so; `ended` comes later, when the output was read. */
  readonly hasExited: boolean;
  /** Resolves when the process has ended and its output was read. */
  readonly ended: Promise<Ending>;
  /** The most memory it has used, in MiB; 0 where the system does not say. */
  peakMemory(): Promise<number>;
  /** Ends the process and all that it started, at once. */
  kill(): void;
}

export interface Ending {
  readonly code: number | null;
  readonly signal: string | null;
}

export interface ProcessPlan {
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env: Record<string, string>;
  readonly memoryMiB: number;
  readonly ephemeralStorageMiB: number;
}

/** Starts a program in a process group of its own, and ends it when the group holds more memory than it may. */
export function startSandboxProcess(
  plan: ProcessPlan,
  clock: Clock,
  memory: MemoryWatch,
  onOutput: OnOutput,
): SandboxProcess {
  const { command, cwd, env } = plan;
  const limits = [dataLimitKiB(plan.memoryMiB), plan.ephemeralStorageMiB * 2048].map(String);
  const child = spawn('/bin/sh', ['-c', LAUNCH, 'sandbox', ...limits, ...command], {
    cwd,
    env,
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  child.stdin.on('error', () => undefined);
  readOutput(child.stdout, clock, onOutput);
  const kill = () => killGroup(child);
  const watched = child.pid === undefined ? undefined : memory.watch(child.pid, plan.memoryMiB, kill);
  const ended = ending(child, child.stdout, clock, kill).finally(() => watched?.stop());
  return {
    get hasExited() {
      return child.exitCode !== null || child.signalCode !== null;
    },
    kill,
    ended,
    peakMemory: async () => watched?.peakMiB ?? 0,
  };
}

/** Far above what a runtime reserves without using it, so that it bounds only what would fill the machine at once. */
const dataLimitKiB = (memoryMiB: number): number => (2 * memoryMiB + 1024) * 1024;

async function ending(child: ChildProcess, output: Readable, clock: Clock, kill: () => void): Promise<Ending> {
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const end = await new Promise<Ending>((resolve) => {
    child.once('error', () => resolve({ code: 127, signal: null }));
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  kill();
  const late = new AbortController();
  await Promise.race([closed, clock.sleep(millis(200), late.signal)]);
  late.abort();
  child.stdin?.destroy();
  output.destroy();
  return end;
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // the group is gone
  }
}
