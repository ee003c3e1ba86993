import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../../kernel/clock.ts';
import { millis } from '../../../kernel/span.ts';
import type { FunctionSpec, ZipPackage } from '../functions.ts';
import { bootstrapProgram } from './bootstrap-program.ts';
import { CannotStart } from './error-payload.ts';
import { languageOf, type Interpreters } from './interpreters.ts';
import { MemoryWatch } from './memory-watch.ts';
import { NODE_BOOTSTRAP } from './node-bootstrap.ts';
import { PYTHON_BOOTSTRAP } from './python-bootstrap.ts';
import { processEnvironment } from './sandbox-environment.ts';
import { startSandboxProcess } from './sandbox-process.ts';
import type { SandboxPlan } from './sandbox.ts';

/** A program that prints no mark gets this long for what it printed before its answer: it is in the pipe by then. */
const LAST_OUTPUT = millis(5);

/** Runs functions from zips as processes of this machine. */
export class ProcessLauncher {
  readonly #folder: string;
  readonly #clock: Clock;
  readonly #interpreters: Interpreters;
  readonly #memory: MemoryWatch;
  #prepared: Promise<void> | undefined;

  /** @param folder - for the runtimes' own code and for the functions' temporary files */
  constructor(folder: string, clock: Clock, interpreters: Interpreters) {
    this.#folder = folder;
    this.#clock = clock;
    this.#interpreters = interpreters;
    this.#memory = new MemoryWatch(clock);
  }

  /** @throws {CannotStart} */
  async plan(spec: FunctionSpec, code: ZipPackage): Promise<SandboxPlan> {
    const reason = this.#interpreters.refuse(code.runtime);
    if (reason) throw new CannotStart('Runtime.InvalidEntrypoint', reason);
    await (this.#prepared ??= prepare(this.#folder));
    const command = await this.#command(spec, code);
    return {
      spec,
      clock: this.#clock,
      outputEnds: languageOf(code.runtime) === 'provided' ? LAST_OUTPUT : 'with-mark',
      launch: async ({ port, logStream }, onOutput) => {
        const temporary = await mkdtemp(join(temporaryIn(this.#folder), 'sandbox-'));
        const place = { runtimeApi: `127.0.0.1:${port}`, logStream };
        const env = {
          ...processEnvironment(spec, code, place, { runtime: this.#folder, temporary }),
          TEAL_SDK_FROM: import.meta.url,
        };
        const { memoryMiB, ephemeralStorageMiB } = spec;
        const plan = { command, cwd: code.folder, env, memoryMiB, ephemeralStorageMiB };
        const process = startSandboxProcess(plan, this.#clock, this.#memory, onOutput);
        void process.ended.then(() => rm(temporary, { recursive: true, force: true })).catch(() => undefined);
        return process;
      },
    };
  }

  async #command(spec: FunctionSpec, code: ZipPackage): Promise<readonly string[]> {
    switch (languageOf(code.runtime)) {
      case 'python':
        return [await this.#interpreters.program('python'), join(this.#folder, 'bootstrap.py')];
      case 'nodejs': {
        // Beyond what the function may hold: its end is then the same whatever fills the memory.
        const heap = `--max-old-space-size=${2 * spec.memoryMiB}`;
        return [await this.#interpreters.program('nodejs'), heap, join(this.#folder, 'bootstrap.cjs')];
      }
      default:
        return [await bootstrapProgram(code)];
    }
  }
}

const temporaryIn = (folder: string): string => join(folder, 'tmp');

/** Writes the bootstraps, and removes the temporary files that an earlier Teal may have left. */
async function prepare(folder: string): Promise<void> {
  await rm(temporaryIn(folder), { recursive: true, force: true });
  await mkdir(temporaryIn(folder), { recursive: true });
  await Promise.all([
    writeFile(join(folder, 'bootstrap.cjs'), NODE_BOOTSTRAP),
    writeFile(join(folder, 'bootstrap.py'), PYTHON_BOOTSTRAP),
  ]);
}
