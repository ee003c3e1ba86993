import type { Clock } from '../../../kernel/clock.ts';
import type { Logger } from '../../../kernel/logger.ts';
import { millis, minutes, type Millis } from '../../../kernel/span.ts';
import { ContainerLauncher } from '../docker/container-launch.ts';
import type { Functions, FunctionSpec, InvocationResult } from '../functions.ts';
import { CannotStart, failurePayload, failures } from './error-payload.ts';
import { findInterpreters } from './interpreters.ts';
import { newLogStream } from './log-stream.ts';
import { ProcessLauncher } from './process-launch.ts';
import { failureLines, reportLines, startLine } from './report.ts';
import { SandboxPool } from './sandbox-pool.ts';
import { Sandbox, type Invocation } from './sandbox.ts';

export interface ProcessFunctionsOptions {
  /** Where the runtimes' own code and the functions' temporary files are written. */
  readonly folder: string;
  /** Names this Teal among others on the machine. */
  readonly instance: string;
  readonly logger: Logger;
  readonly clock: Clock;
  /** How long an idle sandbox is kept warm; 5 minutes by default, in real time. */
  readonly idle?: Millis;
  /** Most sandboxes at once; 24 by default. Who comes later waits. */
  readonly limit?: number;
}

/**
 * Runs functions, each sandbox behind a Lambda Runtime API of its own: zips as child processes of this machine's `node`,
 * `python3` or of their own bootstrap; images as containers of a Docker Engine, looked for when the first is run.
 *
 * Memory is enforced: of containers by the kernel, of processes by looking at it (see `MemoryWatch`). One file of a process
 * is no larger than its ephemeral storage; a container's `/tmp` is no larger as a whole.
 *
 * Not done: isolation of processes from the machine (a function may do what Teal's user may); `/opt`, `/var/task` and
 * `/tmp` of their own for processes, which find layers by the runtimes' search paths and `/tmp` by `TMPDIR`; freezing
 * between invocations; extensions.
 */
export function createProcessFunctions(options: ProcessFunctionsOptions): Functions {
  const { folder, instance, logger, clock } = options;
  const interpreters = findInterpreters();
  const processes = new ProcessLauncher(folder, clock, interpreters);
  const containers = new ContainerLauncher({ folder, instance, logger, clock });
  const pool = new SandboxPool({
    clock,
    limit: options.limit ?? 24,
    idle: options.idle ?? minutes(5),
    async start(spec) {
      const code = spec.package;
      return Sandbox.start(code.kind === 'zip' ? await processes.plan(spec, code) : await containers.plan(spec, code));
    },
  });

  return {
    name: 'process',
    refuse: (runtime) => interpreters.refuse(runtime),
    resolveImage: (uri) => containers.resolve(uri),
    async invoke(spec, payload, requestId, print, context) {
      const result = await invokeWarmOrCold(pool, clock, spec, { arn: spec.arn, payload, requestId, print, context });
      logger.debug('function invoked', { function: spec.name, requestId, failed: result.functionError !== undefined });
      return result;
    },
    async close() {
      await pool.close();
      await containers.close();
    },
  };
}

/** A warm process may have ended unseen; each one that did is out of the pool, so this comes to a cold start. */
async function invokeWarmOrCold(
  pool: SandboxPool,
  clock: Clock,
  spec: FunctionSpec,
  invocation: Invocation,
): Promise<InvocationResult> {
  try {
    for (;;) {
      const result = await pool.use(spec, (sandbox) => sandbox.invoke(invocation));
      if (result) return result;
    }
  } catch (error) {
    if (error instanceof CannotStart) return couldNotStart(clock.now(), spec, invocation, error);
    throw error;
  }
}

/** As for a sandbox that died at once: the function's own log says why. */
function couldNotStart(
  now: Date,
  spec: FunctionSpec,
  { requestId, print }: Invocation,
  error: CannotStart,
): InvocationResult {
  const failure = failures.cannotStart(error);
  const log = [
    startLine(requestId, spec.version),
    failureLines(requestId, failure, now),
    reportLines({ requestId, duration: millis(0), memorySize: spec.memoryMiB, memoryUsed: 0, failure }),
  ].join('');
  const lines = log.split(/(?<=\n)/).map((message) => ({ at: now, message }));
  void print?.(newLogStream(spec.version, now), lines);
  return { payload: failurePayload(requestId, failure), functionError: 'Unhandled', logTail: log };
}
