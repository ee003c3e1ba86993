import type { ChildProcess } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import type { ContainerSpec } from '../runtime.ts';
import type { TaskRecord } from '../task-records.ts';
import { forbidLaunch } from './container-files.ts';
import type { CheckPlace } from './health-checks.ts';
import { launch } from './launcher.ts';
import { argvOf } from './program.ts';
import type { TaskContainers } from './task-containers.ts';

const LAUNCH_LIMIT = 10_000;

export interface ContainerLaunchesOptions {
  readonly containers: TaskContainers;
  /** Where and with what environment a container's program runs. */
  readonly placeOf: (record: TaskRecord, container: ContainerSpec) => CheckPlace;
  /** A container of the task has ended, or could not be launched. */
  readonly onExit: (taskId: string) => void;
}

/** Launches containers, and knows whose end this process hears of by itself. */
export class ContainerLaunches {
  readonly #options: ContainerLaunchesOptions;
  /** Launchers that are children of this process, by pid file. */
  readonly #children = new Set<string>();

  constructor(options: ContainerLaunchesOptions) {
    this.#options = options;
  }

  /** Launches containers, and waits until every launcher has written who it is. */
  async launchAll(record: TaskRecord, pending: readonly ContainerSpec[]): Promise<void> {
    const { containers } = this.#options;
    const children = pending.map((container) => this.#launch(record, container));
    const until = Date.now() + LAUNCH_LIMIT;
    const isPending = () => pending.some((container) => containers.lookAt(record, container).state === 'pending');
    while (isPending() && Date.now() < until && children.some((child) => child.exitCode === null)) await pause(2);
    if (!isPending()) return;
    for (const container of pending) forbidLaunch(containers.files(record, container));
  }

  /** Whether an earlier Teal launched some of the task's containers, so that this one must look whether they end. */
  isAdopted(record: TaskRecord): boolean {
    const files = record.spec.containers.map((container) => this.#options.containers.files(record, container).pid);
    return files.some((file) => !this.#children.has(file));
  }

  forget(record: TaskRecord): void {
    for (const container of record.spec.containers)
      this.#children.delete(this.#options.containers.files(record, container).pid);
  }

  #launch(record: TaskRecord, container: ContainerSpec): ChildProcess {
    const { containers, placeOf, onExit } = this.#options;
    const files = containers.files(record, container);
    const child = launch({ argv: argvOf(container), ...placeOf(record, container), files });
    this.#children.add(files.pid);
    // A failed spawn leaves no pid file, which tells all there is to tell.
    child.on('error', () => undefined);
    child.on('exit', () => {
      this.#children.delete(files.pid);
      onExit(record.spec.taskId);
    });
    return child;
  }
}
