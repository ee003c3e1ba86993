import { spawn, type ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { Clock } from '../../../kernel/clock.ts';
import { millis } from '../../../kernel/span.ts';

/**
 * One pipe for both outputs keeps their order. The reader of stdin ends the whole group when Teal dies, however Teal
 * dies: a function that spins would notice nothing.
 */
const LAUNCH = `exec 3<&0 </dev/null 2>&1
( read -r _ <&3; kill -KILL 0 ) >/dev/null 2>&1 &
exec 3<&-
exec "$@"`;

/** After this much output the reader rests, so that a function that only prints does not keep Teal busy. */
const READ_BYTES = 1024 * 1024;
const REST = millis(5);
/** More output than this is not read before some of it was taken. */
const UNTAKEN_BYTES = 1024 * 1024;

/** Answers when a piece of output was taken, if that takes time. */
type OnOutput = (chunk: Buffer) => Promise<void> | undefined;

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

/** Starts a program in a process group of its own. */
export function startSandboxProcess(
  command: readonly string[],
  options: { readonly cwd: string; readonly env: Record<string, string> },
  clock: Clock,
  onOutput: OnOutput,
): SandboxProcess {
  const child = spawn('/bin/sh', ['-c', LAUNCH, 'sandbox', ...command], {
    ...options,
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  child.stdin.on('error', () => undefined);
  readOutput(child.stdout, clock, onOutput);
  const kill = () => killGroup(child);
  return {
    get hasExited() {
      return child.exitCode !== null || child.signalCode !== null;
    },
    kill,
    ended: ending(child, clock, kill),
    peakMemory: () => peakMemory(child.pid),
  };
}

function readOutput(output: Readable, clock: Clock, onOutput: OnOutput): void {
  let read = 0;
  let untaken = 0;
  output.on('error', () => undefined);
  output.on('data', (chunk: Buffer) => {
    const taken = onOutput(chunk);
    read += chunk.length;
    untaken += chunk.length;
    const rest = read < READ_BYTES ? undefined : clock.sleep(REST);
    if (rest) read = 0;
    const mustWait = untaken > UNTAKEN_BYTES;
    const done = Promise.resolve(taken).then(() => (untaken -= chunk.length));
    if (!rest && !mustWait) return;
    output.pause();
    void Promise.all([rest, mustWait && done]).then(() => output.resume());
  });
}

async function ending(child: ChildProcess, clock: Clock, kill: () => void): Promise<Ending> {
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
  child.stdout?.destroy();
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

async function peakMemory(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Math.ceil(Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024);
}
