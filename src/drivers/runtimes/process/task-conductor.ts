import { seconds, type Millis } from '../../../kernel/span.ts';
import { Alarms } from '../alarms.ts';
import { conduct, shownLooks } from '../conduct.ts';
import type { ContainerObservation, ContainerSpec, RuntimeOptions, TaskSpec } from '../runtime.ts';
import { settle } from '../settle.ts';
import type { TaskRecord, TaskRecords } from '../task-records.ts';
import { allowRelaunch, forbidLaunch } from './container-files.ts';
import { ContainerLaunches } from './container-launches.ts';
import { chooseEndpoints } from './endpoints.ts';
import type { CheckPlace } from './health-checks.ts';
import { whyNotRun, whyNotStart } from './program.ts';
import type { TaskContainers } from './task-containers.ts';
import { taskEnvironment } from './task-environment.ts';
import { TaskLooks } from './task-looks.ts';
import { TaskStops } from './task-stops.ts';

/** ECS's default stop timeout: what the others get when an essential container has ended. */
const OTHERS_GRACE = seconds(30);
/** How soon the end of a process is noticed that an earlier Teal started, whose parent this one is not. */
const ADOPTED_LOOK = 200;

/** Brings tasks along: writes down what has become of their containers, and does what `conduct` decides from it. */
export class TaskConductor {
  readonly #options: RuntimeOptions;
  readonly #records: TaskRecords;
  readonly #containers: TaskContainers;
  readonly #starting = new Map<string, Promise<void>>();
  readonly #launches: ContainerLaunches;
  readonly #looks: TaskLooks;
  readonly #stops: TaskStops;
  readonly #alarms = new Alarms((taskId) => this.#settle(taskId, true));
  #adopted: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: RuntimeOptions, records: TaskRecords, containers: TaskContainers) {
    this.#options = options;
    this.#records = records;
    this.#containers = containers;
    const placeOf = (record: TaskRecord, container: ContainerSpec) => this.#placeOf(record, container);
    this.#launches = new ContainerLaunches({ containers, placeOf, onExit: (taskId) => this.#exited(taskId) });
    this.#looks = new TaskLooks(containers, placeOf, (taskId) => this.#settle(taskId, true));
    this.#stops = new TaskStops({
      instance: options.instance,
      records,
      containers,
      look: (record) => this.look(record),
      onKilled: (taskId) => this.#settle(taskId),
    });
  }

  /** Half-made starts and stops of earlier lives go on, and what runs is watched. */
  async open(): Promise<void> {
    for (const record of this.#records.all()) {
      if (record.stoppedAt !== undefined || record.startFailure !== undefined) continue;
      if (record.stop) this.#stops.resume(record, record.stop.killAt);
      else if (!record.isPrepared) await this.#once(record.spec.taskId, () => this.#run(record));
    }
    this.settleAll();
    this.#watchAdopted();
  }

  start(task: TaskSpec): Promise<void> {
    return this.#once(task.taskId, () => this.#begin(task));
  }

  /** Resolves when nothing of the task is being started. */
  async started(taskId: string): Promise<void> {
    await this.#starting.get(taskId);
  }

  stop(record: TaskRecord, grace: Millis): void {
    this.#stops.begin(record, grace);
    this.#settle(record.spec.taskId);
  }

  /** Ends everything of the task at once, and knows nothing of it any more. */
  async kill(record: TaskRecord): Promise<void> {
    const { taskId } = record.spec;
    for (const container of record.spec.containers) forbidLaunch(this.#containers.files(record, container));
    await this.#stops.killEverything(record);
    this.#stops.forget(taskId);
    this.#alarms.clear(taskId);
    this.#looks.forget(taskId);
    this.#launches.forget(record);
  }

  look(record: TaskRecord): ContainerObservation[] {
    return this.#looks.look(record);
  }

  settleAll(): void {
    for (const { spec } of this.#records.all()) if (!this.#starting.has(spec.taskId)) this.#settle(spec.taskId);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#starting.values());
    this.#stops.close();
    this.#alarms.close();
    this.#looks.close();
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
    await this.#launches.launchAll(record, conduct(record, this.look(record), Date.now()).start);
    this.#settle(record.spec.taskId);
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

  #placeOf(record: TaskRecord, container: ContainerSpec): CheckPlace {
    const environment = taskEnvironment(record, container, {
      instance: this.#options.instance,
      endpoint: this.#options.endpoint(),
      folder: this.#records.folderOf(record.spec.taskId),
    });
    return { environment, workingDirectory: this.#containers.workingDirectory(record, container) };
  }

  #exited(taskId: string): void {
    if (!this.#closed) this.#settle(taskId);
  }

  /**
   * Writes down what has changed by itself, ends a task whose essential container has ended, and does what follows.
   *
   * @param hasChanged - whether to tell even when nothing is written
   */
  #settle(taskId: string, hasChanged = false): void {
    const record = this.#records.get(taskId);
    if (!record) return;
    const settled = settle(record, shownLooks(record, this.look(record)), Date.now());
    if (settled) this.#records.change(taskId, settled.change);
    if (settled?.endOthers) this.#stops.begin({ ...record, ...settled.change }, OTHERS_GRACE);
    if (settled?.change.stoppedAt !== undefined) this.#stops.ended(taskId);
    this.#act(taskId);
    if (settled || hasChanged) this.#options.onChange();
  }

  #act(taskId: string): void {
    const record = this.#records.get(taskId);
    if (!record?.isPrepared || record.stoppedAt !== undefined || this.#starting.has(taskId) || this.#closed) return;
    const now = Date.now();
    const next = conduct(record, this.look(record), now);
    if (next.failure) {
      const { container, reason } = next.failure;
      const startFailure = 'Task failed to start';
      this.#records.change(taskId, { startFailure, failedContainer: container, failedBecause: reason });
      this.#stops.begin({ ...record, startFailure }, OTHERS_GRACE);
      return this.#settle(taskId, true);
    }
    if (next.signal.length > 0) this.#stops.goOn(record);
    for (const container of next.restart) allowRelaunch(this.#containers.files(record, container));
    const ready = [...next.start, ...next.restart];
    if (ready.length > 0)
      void this.#once(taskId, () => this.#launches.launchAll(record, ready)).then(() => this.#settle(taskId, true));
    this.#alarms.set(taskId, next.lookAgainAt);
  }

  #watchAdopted(): void {
    const look = (): void => {
      const adopted = this.#records
        .all()
        .filter(({ spec, stoppedAt }) => stoppedAt === undefined && !this.#starting.has(spec.taskId));
      for (const record of adopted) if (this.#launches.isAdopted(record)) this.#settle(record.spec.taskId);
    };
    this.#adopted = setInterval(look, ADOPTED_LOOK);
    this.#adopted.unref();
  }
}
