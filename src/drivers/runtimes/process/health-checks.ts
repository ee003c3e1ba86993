import { spawn } from 'node:child_process';
import type { ContainerObservation, ContainerSpec, HealthCheckSpec } from '../runtime.ts';
import { signalGroup } from './process-table.ts';

type Health = NonNullable<ContainerObservation['health']>;

/** What a check needs to run as the container's program does. */
export interface CheckPlace {
  readonly environment: Readonly<Record<string, string>>;
  readonly workingDirectory: string;
}

interface Check {
  readonly startedAt: number;
  health: Health;
  failures: number;
  timer?: NodeJS.Timeout;
  pid?: number | undefined;
}

/**
 * Runs health checks of containers as commands beside them, one after another for each container. What they said is
 * not kept across a crash of Teal: it is asked again at once.
 */
export class HealthChecks {
  readonly #checks = new Map<string, Check>();
  readonly #onChange: (taskId: string) => void;

  constructor(onChange: (taskId: string) => void) {
    this.#onChange = onChange;
  }

  /** Begins to check a container that runs, and says how it is; ends checking one that does not. */
  follow(
    taskId: string,
    container: ContainerSpec,
    { state, startedAt = 0 }: ContainerObservation,
    place: () => CheckPlace,
  ): Health | undefined {
    const { healthCheck } = container;
    if (!healthCheck || healthCheck.command[0] === 'NONE') return undefined;
    const key = `${taskId}/${container.name}`;
    const known = this.#checks.get(key);
    if (state !== 'running') return this.#end(key);
    if (known?.startedAt === startedAt) return known.health;
    this.#end(key);
    const check: Check = { startedAt, health: 'UNKNOWN', failures: 0 };
    this.#checks.set(key, check);
    const isAdopted = Date.now() - startedAt > healthCheck.interval;
    this.#later(key, check, healthCheck, place, isAdopted ? 0 : healthCheck.interval);
    return check.health;
  }

  forget(taskId: string): void {
    for (const key of [...this.#checks.keys()]) if (key.startsWith(`${taskId}/`)) this.#end(key);
  }

  close(): void {
    for (const key of [...this.#checks.keys()]) this.#end(key);
  }

  #end(key: string): undefined {
    const check = this.#checks.get(key);
    clearTimeout(check?.timer);
    if (check?.pid) signalGroup(check.pid, 'SIGKILL');
    this.#checks.delete(key);
    return undefined;
  }

  #later(key: string, check: Check, spec: HealthCheckSpec, place: () => CheckPlace, wait: number): void {
    check.timer = setTimeout(() => {
      void runOnce(check, spec, place()).then((isWell) => {
        if (this.#checks.get(key) !== check) return;
        const before = check.health;
        judge(check, spec, isWell);
        this.#later(key, check, spec, place, spec.interval);
        if (before !== check.health) this.#onChange(key.split('/')[0] ?? '');
      });
    }, wait);
    check.timer.unref();
  }
}

/** One success makes it healthy; failures in the start period are not counted. */
function judge(check: Check, { retries, startPeriod }: HealthCheckSpec, isWell: boolean): void {
  if (isWell) {
    check.failures = 0;
    check.health = 'HEALTHY';
    return;
  }
  if (check.health === 'UNKNOWN' && Date.now() - check.startedAt < startPeriod) return;
  check.failures += 1;
  if (check.failures >= retries) check.health = 'UNHEALTHY';
}

function runOnce(check: Check, { command, timeout }: HealthCheckSpec, place: CheckPlace): Promise<boolean> {
  const [kind, ...rest] = command;
  const [program = '', ...args] = kind === 'CMD-SHELL' ? ['/bin/sh', '-c', rest.join(' ')] : rest;
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: place.workingDirectory,
      env: place.environment,
      detached: true,
      stdio: 'ignore',
    });
    check.pid = child.pid;
    const limit = setTimeout(() => {
      if (child.pid !== undefined) signalGroup(child.pid, 'SIGKILL');
    }, timeout);
    const end = (isWell: boolean): void => {
      clearTimeout(limit);
      check.pid = undefined;
      resolve(isWell);
    };
    child.on('error', () => end(false));
    child.on('exit', (code) => end(code === 0));
  });
}
