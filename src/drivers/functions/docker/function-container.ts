import { constants } from 'node:os';
import type { Duplex } from 'node:stream';
import type Docker from 'dockerode';
import type { Container, ContainerCreateOptions } from 'dockerode';
import type { Clock } from '../../../kernel/clock.ts';
import { millis } from '../../../kernel/span.ts';
import { engineMessage, unless } from '../../runtimes/docker/engine.ts';
import { CannotStart } from '../process/error-payload.ts';
import { readOutput, type OnOutput } from '../process/read-output.ts';
import type { Ending, SandboxProcess } from '../process/sandbox-process.ts';
import { withoutFrames } from './attached-output.ts';
import { FUNCTION_LABEL } from './function-container-options.ts';

const MIB = 1024 * 1024;
/** What is left of the output comes within this after the end. */
const REST_OF_OUTPUT = millis(500);

/** Creates and starts a container. @throws {CannotStart} with the Engine's reason */
export async function startFunctionContainer(
  engine: Docker,
  options: ContainerCreateOptions,
  clock: Clock,
  onOutput: OnOutput,
): Promise<SandboxProcess> {
  const container = await engine.createContainer(options).catch(cannotStart);
  try {
    const attached = (await container.attach({ stream: true, stdout: true, stderr: true })) as Duplex;
    const output = attached.pipe(withoutFrames());
    attached.on('error', () => output.destroy());
    readOutput(output, clock, onOutput);
    const closed = new Promise<void>((resolve) => output.once('close', resolve));
    // Asked before the start: the container is removed as soon as it has ended.
    const exited = container.wait({ condition: 'next-exit' }) as Promise<{ StatusCode: number }>;
    exited.catch(() => undefined);
    await container.start();
    return running(container, exited, async () => {
      const late = new AbortController();
      await Promise.race([closed, clock.sleep(REST_OF_OUTPUT, late.signal)]);
      late.abort();
      attached.destroy();
    });
  } catch (cause) {
    await remove(container);
    return cannotStart(cause);
  }
}

function running(
  container: Container,
  exited: Promise<{ StatusCode: number }>,
  finishOutput: () => Promise<void>,
): SandboxProcess {
  let hasExited = false;
  let peak = 0;
  const ended = exited.then(
    ({ StatusCode }) => endingOf(StatusCode),
    (): Ending => ({ code: null, signal: 'SIGKILL' }), // the Engine or the container is gone
  );
  void ended.then(() => (hasExited = true));
  return {
    get hasExited() {
      return hasExited;
    },
    ended: ended.then(async (ending) => {
      await finishOutput();
      await remove(container);
      return ending;
    }),
    kill: () => void remove(container),
    peakMemory: async () => (peak = Math.max(peak, hasExited ? 0 : await memoryOf(container))),
  };
}

/** Kills it where it runs; resolves when it is gone. */
async function remove(container: Container): Promise<void> {
  await container
    .remove({ force: true, v: true })
    .catch(unless(404, 409))
    .catch(() => undefined);
}

/** Removes what this Teal, or an earlier one of the same data folder, has left. */
export async function removeFunctionContainers(engine: Docker, instance: string): Promise<void> {
  const left = await engine.listContainers({ all: true, filters: { label: [`${FUNCTION_LABEL}=${instance}`] } });
  await Promise.all(left.map(({ Id }) => remove(engine.getContainer(Id))));
}

/** Signals that a shell's status above 128 stands for; other such codes may be a runtime's own. */
const SIGNALS = ['SIGILL', 'SIGABRT', 'SIGBUS', 'SIGFPE', 'SIGKILL', 'SIGSEGV', 'SIGTERM'] as const;

function endingOf(status: number): Ending {
  const signal = SIGNALS.find((name) => constants.signals[name] === status - 128);
  return signal ? { code: null, signal } : { code: status, signal: null };
}

async function memoryOf(container: Container): Promise<number> {
  const stats = await container.stats({ stream: false, 'one-shot': true }).catch(() => undefined);
  const { max_usage: most, usage } = (stats?.memory_stats ?? {}) as { max_usage?: number; usage?: number };
  return Math.ceil((most ?? usage ?? 0) / MIB);
}

function cannotStart(cause: unknown): never {
  throw new CannotStart('Runtime.InvalidEntrypoint', engineMessage(cause));
}
