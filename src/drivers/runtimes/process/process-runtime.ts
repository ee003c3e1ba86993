import type { ChildProcess } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { seconds, type Millis } from '../../../kernel/span.ts';
import { Alarms } from '../alarms.ts';
import { conduct, shownLooks } from '../conduct.ts';
import { observation } from '../observation.ts';
import type { ContainerObservation, ContainerSpec, Runtime, RuntimeOptions, TaskSpec } from '../runtime.ts';
import { settle } from '../settle.ts';
import { openTaskRecords, type TaskRecord } from '../task-records.ts';
import { allowRelaunch, forbidLaunch } from './container-files.ts';
import { chooseEndpoints } from './endpoints.ts';
import { HealthChecks } from './health-checks.ts';
import { launch } from './launcher.ts';
import { boundLog, readLog } from './log-file.ts';
import { markedProcesses, signalProcess } from './process-table.ts';
import { argvOf, whyNotRun, whyNotStart } from './program.ts';
import { TaskContainers } from './task-containers.ts';
import { taskEnvironment } from './task-environment.ts';
import { readTaskUsage } from './task-usage.ts';
import { thisMachine } from './this-machine.ts';

/** ECS's default stop timeout: what the others get when an essential container has ended. */
const OTHERS_GRACE = seconds(30);
/** How soon the end of a process is noticed that an earlier Teal started, whose parent this one is not. */
const ADOPTED_LOOK = 200;
const LAUNCH_LIMIT = 10_000;
const KILL_LIMIT = 5_000;
const KILL_AGAIN = 20;

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
  readonly #starting = new Map<string, Promise<void>>();
  readonly #killTimers = new Map<string, NodeJS.Timeout>();
  /** Launchers whose end this process hears of by itself, by pid file. */
  readonly #children = new Set<string>();
  readonly #checks = new HealthChecks((taskId) => this.#settle(taskId, true));
  readonly #alarms = new Alarms((taskId) => this.#settle(taskId, true));
  #adopted: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: RuntimeOptions) {
    this.#options = options;
    this.#records = openTaskRecords(options.folder);
    this.#containers = new TaskContainers((taskId) => this.#records.folderOf(taskId));
  }

  /** Takes up what earlier lives left: strays end, half-made starts and stops go on. */
  async open(): Promise<void> {
    for (const { pid, mark } of markedProcesses(`${this.#options.instance}:`)) {
      if (!this.#records.get(mark.split(':')[1] ?? '')) signalProcess(pid, 'SIGKILL');
    }
    for (const record of this.#records.all()) {
      if (record.stoppedAt !== undefined || record.startFailure !== undefined) continue;
      if (record.stop) this.#resumeStopping(record, record.stop.killAt);
      else if (!record.isPrepared) await this.#once(record.spec.taskId, () => this.#run(record));
    }
    this.#settleAll();
    this.#watchAdopted();
  }

  async start(task: TaskSpec): Promise<void> {
    if (this.#records.get(task.taskId)) return this.#starting.get(task.taskId);
    return this.#once(task.taskId, () => this.#begin(task));
  }

  async stop(taskId: string, grace: Millis): Promise<void> {
    await this.#starting.get(taskId);
    const record = this.#records.get(taskId);
    if (!record || record.stoppedAt !== undefined) return;
    this.#beginStop(record, grace);
    this.#settle(taskId);
    this.#options.onChange();
  }

  async remove(taskId: string): Promise<void> {
    await this.#starting.get(taskId);
    const record = this.#records.get(taskId);
    if (!record) return;
    for (const container of record.spec.containers) forbidLaunch(this.#containers.files(record, container));
    await this.#killEverything(record);
    clearTimeout(this.#killTimers.get(taskId));
    this.#killTimers.delete(taskId);
    this.#alarms.clear(taskId);
    this.#checks.forget(taskId);
    for (const container of record.spec.containers)
      this.#children.delete(this.#containers.files(record, container).pid);
    this.#records.forget(taskId);
  }

  async observe(): ReturnType<Runtime['observe']> {
    this.#settleAll();
    return this.#records.all().map((record) => {
      for (const container of record.spec.containers) boundLog(this.#containers.files(record, container));
      return observation(record, shownLooks(record, this.#look(record)));
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

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#starting.values());
    for (const timer of this.#killTimers.values()) clearTimeout(timer);
    this.#alarms.close();
    this.#checks.close();
    clearInterval(this.#adopted);
  }

  #once(taskId: string, act: () => Promise<void>): Promise<void> {
    const running = this.#starting.get(taskId);
    if (running) return running;
    const started = act().finally(() => this.#starting.delete(taskId));
    this.#starting.set(taskId, started);
    return started;
  }

  async #begin(task: TaskSpec): Promise<void> {
    const endpoints = await chooseEndpoints(task, this.#records.all());
    const record: TaskRecord = { spec: task, endpoints };
    this.#records.save(record);
    await this.#run(record);
  }

  async #run(record: TaskRecord): Promise<void> {
    const failure = this.#whyNot(record);
    if (failure) {
      const startFailure = `CannotStartContainerError: ${failure}`;
      this.#records.change(record.spec.taskId, { startFailure, stoppedAt: Date.now() });
      return this.#options.onChange();
    }
    this.#records.change(record.spec.taskId, { isPrepared: true });
    await this.#launchAll(record, this.#startable(record));
    this.#settle(record.spec.taskId);
  }

  #startable(record: TaskRecord): readonly ContainerSpec[] {
    return conduct(record, this.#look(record), Date.now()).start;
  }

  #whyNot(record: TaskRecord): string | undefined {
    const refused = whyNotRun(record.spec);
    if (refused) return refused;
    for (const container of record.spec.containers) {
      const path = container.environment['PATH'] ?? process.env['PATH'] ?? '';
      const why = whyNotStart(container, this.#containers.workingDirectory(record, container), path);
      if (why) return why;
    }
    return undefined;
  }

  /** Launches containers, and waits until every launcher has written who it is. */
  async #launchAll(record: TaskRecord, pending: readonly ContainerSpec[]): Promise<void> {
    const children = pending.map((container) => this.#launch(record, container));
    const until = Date.now() + LAUNCH_LIMIT;
    const isPending = () => pending.some((container) => this.#containers.lookAt(record, container).state === 'pending');
    while (isPending() && Date.now() < until && children.some((child) => child.exitCode === null)) await pause(2);
    if (!isPending()) return;
    for (const container of pending) forbidLaunch(this.#containers.files(record, container));
  }

  #launch(record: TaskRecord, container: ContainerSpec): ChildProcess {
    const { taskId } = record.spec;
    const files = this.#containers.files(record, container);
    const child = launch({
      argv: argvOf(container),
      environment: this.#environment(record, container),
      workingDirectory: this.#containers.workingDirectory(record, container),
      files,
    });
    this.#children.add(files.pid);
    // A failed spawn leaves no pid file, which tells all there is to tell.
    child.on('error', () => undefined);
    child.on('exit', () => {
      this.#children.delete(files.pid);
      if (!this.#closed) this.#settle(taskId);
    });
    return child;
  }

  #environment(record: TaskRecord, container: ContainerSpec): Record<string, string> {
    return taskEnvironment(record, container, {
      instance: this.#options.instance,
      endpoint: this.#options.endpoint(),
      folder: this.#records.folderOf(record.spec.taskId),
    });
  }

  #look(record: TaskRecord): ContainerObservation[] {
    return this.#containers.look(record).map((look, index) => {
      const container = record.spec.containers[index];
      const health =
        container &&
        this.#checks.follow(record.spec.taskId, container, look, () => ({
          environment: this.#environment(record, container),
          workingDirectory: this.#containers.workingDirectory(record, container),
        }));
      return { ...look, ...(health && { health }) };
    });
  }

  /** Records that a task ends; whoever was told before has no longer than the new grace. */
  #beginStop(record: TaskRecord, grace: Millis): void {
    const { stop } = record;
    if (stop && stop.grace <= grace) return;
    const now = Date.now();
    const killAt = Object.entries(stop?.killAt ?? {}).map(([name, at]) => [name, Math.min(at, now + grace)] as const);
    const sooner: Record<string, number> = Object.fromEntries(killAt);
    const next = { ...record, stop: { askedAt: stop?.askedAt ?? now, grace, killAt: sooner } };
    this.#records.change(record.spec.taskId, { stop: next.stop });
    this.#goOnStopping(next);
  }

  /** An earlier Teal may have died between writing down whom it tells and telling. */
  #resumeStopping(record: TaskRecord, killAt: Readonly<Record<string, number>>): void {
    for (const container of record.spec.containers)
      if (killAt[container.name] !== undefined) this.#containers.signal(record, container, 'SIGTERM');
    this.#goOnStopping(record);
  }

  /** Ends what nothing depends on any more; the rest follows as those end. */
  #goOnStopping(record: TaskRecord): void {
    const { taskId } = record.spec;
    for (const container of record.spec.containers) forbidLaunch(this.#containers.files(record, container));
    const { stop } = record;
    if (!stop) return;
    const now = Date.now();
    const { signal } = conduct(record, this.#look(record), now);
    const due = signal.map(({ name, stopTimeout }): [string, number] => [
      name,
      now + Math.min(stop.grace, stopTimeout ?? stop.grace),
    ]);
    const killAt: Record<string, number> = { ...stop.killAt, ...Object.fromEntries(due) };
    if (due.length > 0) this.#records.change(taskId, { stop: { ...stop, killAt } });
    for (const container of signal) this.#containers.signal(record, container, 'SIGTERM');
    this.#killLater(record, killAt);
  }

  #killLater(record: TaskRecord, killAt: Readonly<Record<string, number>>): void {
    const { taskId, containers } = record.spec;
    clearTimeout(this.#killTimers.get(taskId));
    const kill = (): void => {
      this.#killTimers.delete(taskId);
      const now = Date.now();
      for (const container of containers)
        if ((killAt[container.name] ?? Infinity) <= now) this.#containers.signal(record, container, 'SIGKILL');
      this.#settle(taskId);
      this.#killLater(record, killAt);
    };
    const running = containers.filter((one) => this.#containers.lookAt(record, one).state === 'running');
    const next = Math.min(...running.map(({ name }) => killAt[name] ?? Infinity));
    // Again soon after a kill, until the process is gone.
    if (next < Infinity) this.#killTimers.set(taskId, setTimeout(kill, Math.max(KILL_AGAIN, next - Date.now())));
  }

  async #killEverything(record: TaskRecord): Promise<void> {
    const until = Date.now() + KILL_LIMIT;
    for (;;) {
      for (const container of record.spec.containers) this.#containers.signal(record, container, 'SIGKILL');
      const left = this.#killMarked(record.spec.taskId);
      const isRunning = record.spec.containers.some((one) => this.#containers.lookAt(record, one).state === 'running');
      if ((left === 0 && !isRunning) || Date.now() > until) return;
      await pause(5);
    }
  }

  #killMarked(taskId: string): number {
    const left = markedProcesses(`${this.#options.instance}:${taskId}:`);
    for (const { pid } of left) signalProcess(pid, 'SIGKILL');
    return left.length;
  }

  /**
   * Writes down what has changed by itself, ends a task whose essential container has ended, and does what follows.
   *
   * @param hasChanged - whether to tell even when nothing is written
   */
  #settle(taskId: string, hasChanged = false): void {
    const record = this.#records.get(taskId);
    if (!record) return;
    const settled = settle(record, shownLooks(record, this.#look(record)), Date.now());
    if (settled) this.#records.change(taskId, settled.change);
    if (settled?.endOthers) this.#beginStop({ ...record, ...settled.change }, OTHERS_GRACE);
    if (settled?.change.stoppedAt !== undefined) {
      this.#killMarked(taskId); // a program may outlive its launcher when only that was killed
      clearTimeout(this.#killTimers.get(taskId));
      this.#killTimers.delete(taskId);
    }
    this.#act(taskId);
    if (settled || hasChanged) this.#options.onChange();
  }

  #act(taskId: string): void {
    const record = this.#records.get(taskId);
    if (!record?.isPrepared || record.stoppedAt !== undefined || this.#starting.has(taskId) || this.#closed) return;
    const now = Date.now();
    const next = conduct(record, this.#look(record), now);
    if (next.failure) {
      const { container, reason } = next.failure;
      const startFailure = 'Task failed to start';
      this.#records.change(taskId, { startFailure, failedContainer: container, failedBecause: reason });
      this.#beginStop({ ...record, startFailure }, OTHERS_GRACE);
      return this.#settle(taskId, true);
    }
    if (next.signal.length > 0) this.#goOnStopping(record);
    for (const container of next.restart) allowRelaunch(this.#containers.files(record, container));
    const ready = [...next.start, ...next.restart];
    if (ready.length > 0)
      void this.#once(taskId, () => this.#launchAll(record, ready)).then(() => this.#settle(taskId, true));
    this.#alarms.set(taskId, next.lookAgainAt);
  }

  #settleAll(): void {
    for (const { spec } of this.#records.all()) if (!this.#starting.has(spec.taskId)) this.#settle(spec.taskId);
  }

  #watchAdopted(): void {
    const look = (): void => {
      const adopted = this.#records
        .all()
        .filter(({ spec, stoppedAt }) => stoppedAt === undefined && !this.#starting.has(spec.taskId));
      for (const record of adopted) {
        const files = record.spec.containers.map((container) => this.#containers.files(record, container).pid);
        if (files.some((file) => !this.#children.has(file))) this.#settle(record.spec.taskId);
      }
    };
    this.#adopted = setInterval(look, ADOPTED_LOOK);
    this.#adopted.unref();
  }
}
