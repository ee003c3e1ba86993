import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../../kernel/clock.ts';
import type { Logger } from '../../../kernel/logger.ts';
import { minutes, type Millis } from '../../../kernel/span.ts';
import type { Functions, FunctionSpec, InvocationResult, Print } from '../functions.ts';
import { errorPayload } from './error-payload.ts';
import { findInterpreters, languageOf, type Interpreters } from './interpreters.ts';
import { NODE_BOOTSTRAP } from './node-bootstrap.ts';
import { PYTHON_BOOTSTRAP } from './python-bootstrap.ts';
import { SandboxPool } from './sandbox-pool.ts';
import { sandboxEnvironment } from './sandbox-environment.ts';
import { Sandbox } from './sandbox.ts';

export interface ProcessFunctionsOptions {
  /** Where the runtimes' own code is written. */
  readonly folder: string;
  readonly logger: Logger;
  readonly clock: Clock;
  /** How long an idle sandbox is kept warm; 5 minutes by default, in real time. */
  readonly idle?: Millis;
  /** Most processes at once; 24 by default. Who comes later waits. */
  readonly limit?: number;
}

/**
 * Runs functions as child processes of this machine's `node` and `python3`, each behind a Lambda Runtime API of its own.
 *
 * Not done: a limit on memory, isolation from the machine (a function may do what Teal's user may).
 */
export function createProcessFunctions(options: ProcessFunctionsOptions): Functions {
  const { folder, logger, clock } = options;
  const interpreters = findInterpreters();
  let bootstraps: Promise<void> | undefined;

  const pool = new SandboxPool({
    clock,
    limit: options.limit ?? 24,
    idle: options.idle ?? minutes(5),
    async start(spec) {
      await (bootstraps ??= writeBootstraps(folder));
      const command = await commandFor(spec, folder, interpreters);
      const environment = (api: string) => ({
        ...sandboxEnvironment(spec, api, folder, clock.now()),
        TEAL_SDK_FROM: import.meta.url,
      });
      return Sandbox.start({ spec, clock, command, environment });
    },
  });

  return {
    name: 'process',
    refuse: (runtime) => interpreters.refuse(runtime),
    async invoke(spec, payload, requestId, print) {
      const reason = interpreters.refuse(spec.runtime);
      if (reason)
        return { payload: errorPayload.cannotStart(requestId, reason), functionError: 'Unhandled', logTail: '' };
      const result = await invokeWarmOrCold(pool, spec, payload, requestId, print);
      logger.debug('function invoked', { function: spec.name, requestId, failed: result.functionError !== undefined });
      return result;
    },
    async close() {
      pool.close();
    },
  };
}

/** A warm process may have ended unseen; each one that did is out of the pool, so this comes to a cold start. */
async function invokeWarmOrCold(
  pool: SandboxPool,
  spec: FunctionSpec,
  payload: string,
  requestId: string,
  print: Print | undefined,
): Promise<InvocationResult> {
  for (;;) {
    const result = await pool.use(spec, (sandbox) => sandbox.invoke(payload, requestId, print));
    if (result) return result;
  }
}

async function writeBootstraps(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await Promise.all([
    writeFile(join(folder, 'bootstrap.cjs'), NODE_BOOTSTRAP),
    writeFile(join(folder, 'bootstrap.py'), PYTHON_BOOTSTRAP),
  ]);
}

async function commandFor(spec: FunctionSpec, folder: string, interpreters: Interpreters): Promise<readonly string[]> {
  if (languageOf(spec.runtime) === 'python') {
    return [await interpreters.program('python'), join(folder, 'bootstrap.py')];
  }
  const heap = `--max-old-space-size=${Math.max(128, spec.memoryMiB)}`;
  return [await interpreters.program('nodejs'), heap, join(folder, 'bootstrap.cjs')];
}
