import type { Millis } from '../../../kernel/span.ts';
import { shownLooks } from '../conduct.ts';
import { observation } from '../observation.ts';
import type { Runtime, RuntimeOptions, TaskSpec } from '../runtime.ts';
import { openTaskRecords } from '../task-records.ts';
import { boundLog, readLog } from './log-file.ts';
import { markedProcesses, signalProcess } from './process-table.ts';
import { whyNotRun } from './program.ts';
import { TaskConductor } from './task-conductor.ts';
import { TaskContainers } from './task-containers.ts';
import { readTaskUsage } from './task-usage.ts';
import { thisMachine } from './this-machine.ts';

/**
 * Runs each container's command as a child process of this machine, in a process group of its own.
 *
 * Images are not unpacked, and cpu, memory, user, ulimits, a read-only root and dropped capabilities are not enforced.
 * Programs that leave their process group are ended by `remove`, on Linux only.
 */
export async function createProcessRuntime(options: RuntimeOptions): Promise<Runtime> {
  const runtime = new ProcessRuntime(options);
  await runtime.open();
  return runtime;
}

class ProcessRuntime implements Runtime {
  readonly name = 'process';
  readonly machine = thisMachine();
  readonly #options: RuntimeOptions;
  readonly #records;
  readonly #containers: TaskContainers;
  readonly #conductor: TaskConductor;

  constructor(options: RuntimeOptions) {
    this.#options = options;
    this.#records = openTaskRecords(options.folder);
    this.#containers = new TaskContainers((taskId) => this.#records.folderOf(taskId));
    this.#conductor = new TaskConductor(options, this.#records, this.#containers);
  }

  /** Takes up what earlier lives left: strays end, half-made starts and stops go on. */
  async open(): Promise<void> {
    for (const { pid, mark } of markedProcesses(`${this.#options.instance}:`)) {
      if (!this.#records.get(mark.split(':')[1] ?? '')) signalProcess(pid, 'SIGKILL');
    }
    await this.#conductor.open();
  }

  async start(task: TaskSpec): Promise<void> {
    if (this.#records.get(task.taskId)) return this.#conductor.started(task.taskId);
    return this.#conductor.start(task);
  }

  async stop(taskId: string, grace: Millis): Promise<void> {
    await this.#conductor.started(taskId);
    const record = this.#records.get(taskId);
    if (!record || record.stoppedAt !== undefined) return;
    this.#conductor.stop(record, grace);
    this.#options.onChange();
  }

  async remove(taskId: string): Promise<void> {
    await this.#conductor.started(taskId);
    const record = this.#records.get(taskId);
    if (!record) return;
    await this.#conductor.kill(record);
    this.#records.forget(taskId);
  }

  async observe(): ReturnType<Runtime['observe']> {
    this.#conductor.settleAll();
    return this.#records.all().map((record) => {
      for (const container of record.spec.containers) boundLog(this.#containers.files(record, container));
      return observation(record, shownLooks(record, this.#conductor.look(record)));
    });
  }

  async readOutput(taskId: string, container: string, from: string | undefined): ReturnType<Runtime['readOutput']> {
    const record = this.#records.get(taskId);
    const spec = record?.spec.containers.find(({ name }) => name === container);
    if (!record || !spec) return { lines: [], next: from, isAll: true };
    // Looked at first: what it printed before it ended is in the file by then.
    const hasEnded = this.#containers.lookAt(record, spec).state === 'stopped';
    return readLog(this.#containers.files(record, spec), from, hasEnded);
  }

  async usage(): ReturnType<Runtime['usage']> {
    return readTaskUsage(
      this.#records.all().filter(({ stoppedAt }) => stoppedAt === undefined),
      this.#containers,
    );
  }

  async stats(): Promise<undefined> {
    return undefined;
  }

  refuse(task: TaskSpec): string | undefined {
    return whyNotRun(task);
  }

  close(): Promise<void> {
    return this.#conductor.close();
  }
}
