import type Docker from 'dockerode';
import type { ContainerInspectInfo } from 'dockerode';
import { millis, seconds, type Millis } from '../../../kernel/span.ts';
import { Alarms } from '../alarms.ts';
import { conduct, shownLooks } from '../conduct.ts';
import type { ContainerObservation, ContainerSpec } from '../runtime.ts';
import { settle } from '../settle.ts';
import type { TaskRecord, TaskRecords } from '../task-records.ts';
import type { ContainerStarts } from './container-starts.ts';
import { ContainerStops } from './container-stops.ts';
import type { EngineFacts } from './engine-facts.ts';
import { engineMessage } from './engine.ts';
import type { InstanceContainers } from './instance-containers.ts';
import { RECENT, type Look, type Looks } from './looks.ts';
import { containerName } from './names.ts';
import type { Preparation } from './prepare-task.ts';
import { Refresher } from './refresher.ts';
import { needsPause, PAUSE } from './shared-namespaces.ts';
import { TaskPreparations } from './task-preparations.ts';
import { TaskStops } from './task-stops.ts';

/** ECS's default stop timeout: what the others get when an essential container has ended. */
const OTHERS_GRACE = seconds(30);

export interface TaskConductorOptions {
  readonly engine: Docker;
  readonly facts: EngineFacts;
  readonly instance: string;
  readonly records: TaskRecords;
  readonly containers: InstanceContainers;
  readonly looks: Looks;
  readonly starts: ContainerStarts;
  readonly preparation: Omit<Preparation, 'signal'>;
  readonly closing: AbortSignal;
  /** What is observed of tasks may have changed. */
  readonly onChange: () => void;
}

/** Brings tasks along: writes down what has become of their containers, and does what `conduct` decides from it. */
export class TaskConductor {
  readonly #options: TaskConductorOptions;
  readonly #records: TaskRecords;
  readonly #looks: Looks;
  readonly #starts: ContainerStarts;
  readonly #stops: TaskStops;
  readonly #preparations: TaskPreparations;
  readonly #refresher: Refresher;
  readonly #alarms = new Alarms(() => this.lookAgain());

  constructor(options: TaskConductorOptions) {
    const { engine, facts, instance, records, containers, looks, starts, preparation, closing } = options;
    this.#options = options;
    this.#records = records;
    this.#looks = looks;
    this.#starts = starts;
    this.#preparations = new TaskPreparations(preparation, closing, {
      onPrepared: (taskId, pulled) => records.change(taskId, { isPrepared: true, ...pulled }),
      onFailed: (taskId, why, container) => this.#fail(taskId, why, container),
      onOver: (taskId) => {
        looks.passed(taskId);
        this.lookAgain();
      },
    });
    const stops = new ContainerStops({ engine, containers, facts, closing, onOver: () => this.lookAgain() });
    this.#stops = new TaskStops({ instance, records, looks, preparations: this.#preparations, stops });
    this.#refresher = new Refresher(() => this.#lookAtAll(), RECENT, closing);
  }

  /** Has a new task prepared, or goes on with what an earlier life left half done. */
  takeUp({ spec, stop, isPrepared }: TaskRecord): void {
    if (stop) this.#stops.resume(spec.taskId, stop.killAt);
    else if (!isPrepared) this.#preparations.begin(spec);
  }

  stop(record: TaskRecord, grace: Millis): void {
    this.#stops.begin(record, grace);
    this.lookAgain();
  }

  /** Has a task end at once; resolves when nothing of it is being made or started. */
  async end(record: TaskRecord): Promise<void> {
    const { taskId, containers } = record.spec;
    if (record.stoppedAt === undefined) this.#stops.begin(record, millis(0));
    await this.#preparations.settled(taskId);
    for (const { name } of containers) await this.#starts.settled(this.#nameOf(taskId, name));
  }

  forget(taskId: string): void {
    this.#alarms.clear(taskId);
    this.#looks.forget(taskId);
  }

  /** Looks at all containers and concludes; many that start at once are one look, not one each. */
  lookAgain(): void {
    this.#refresher.ask();
  }

  conclude(look: Look): void {
    for (const before of look.records) {
      const { taskId } = before.spec;
      const record = this.#records.get(taskId);
      if (!record || this.#isBusy(record) || this.#options.closing.aborted) continue;
      if (this.#looks.isOld(look, taskId)) this.#refresher.outdated();
      else this.#settle(record, this.#looks.containersOf(record, look), look.byTask.get(taskId)?.get(PAUSE));
    }
  }

  /** Resolves when the Engine has answered what it was asked. */
  async close(): Promise<void> {
    this.#alarms.close();
    await Promise.all([this.#preparations.allSettled(), this.#starts.allSettled(), this.#refresher.settled()]);
  }

  async #lookAtAll(): Promise<boolean> {
    const look = await this.#looks.take().catch(() => undefined); // the Engine is away: its return is an event
    if (!look) return false;
    this.conclude(look);
    this.#options.onChange();
    return true;
  }

  /** While containers are made and started a look shows half of them; whoever is at it looks again when done. */
  #isBusy({ spec }: TaskRecord): boolean {
    const isActing = spec.containers.some(({ name }) => this.#starts.isActing(this.#nameOf(spec.taskId, name)));
    return isActing || this.#preparations.isRunning(spec.taskId);
  }

  /** Writes down what the containers of a task mean for it, then does what follows. */
  #settle(record: TaskRecord, looks: readonly ContainerObservation[], pause: ContainerInspectInfo | undefined): void {
    const { taskId } = record.spec;
    const settled = settle(record, shownLooks(record, looks), Date.now());
    if (settled) this.#records.change(taskId, settled.change);
    const hasLostPause = record.isPrepared && needsPause(record.spec) && !pause?.State.Running;
    const current = this.#records.get(taskId) ?? record;
    if ((settled?.endOthers || hasLostPause) && !current.stop) this.#stops.begin(current, OTHERS_GRACE);
    this.#act(taskId, looks);
  }

  #act(taskId: string, looks: readonly ContainerObservation[]): void {
    const record = this.#records.get(taskId);
    if (!record || (!record.isPrepared && !record.stop)) return;
    const now = Date.now();
    const next = conduct(record, looks, now);
    if (next.failure) return this.#fail(taskId, 'Task failed to start', next.failure.container, next.failure.reason);
    for (const container of [...next.start, ...next.restart]) this.#startContainer(record, container);
    if (next.signal.length > 0) this.#stops.signal(record, next.signal, looks, now);
    this.#alarms.set(taskId, next.lookAgainAt);
  }

  #startContainer({ spec }: TaskRecord, container: ContainerSpec): void {
    const { taskId } = spec;
    const hasBegun = this.#starts.begin(this.#nameOf(taskId, container.name), container, (failure) => {
      if (failure !== undefined && !this.#options.closing.aborted)
        this.#fail(taskId, `CannotStartContainerError: ${engineMessage(failure)}`, container.name);
      this.#looks.passed(taskId);
      this.lookAgain();
    });
    if (hasBegun) this.#looks.passed(taskId);
  }

  #fail(taskId: string, startFailure: string, failedContainer?: string, failedBecause?: string): void {
    this.#records.change(taskId, {
      startFailure,
      ...(failedContainer !== undefined && { failedContainer }),
      ...(failedBecause !== undefined && { failedBecause }),
    });
    const record = this.#records.get(taskId);
    if (record) this.#stops.begin(record, OTHERS_GRACE);
    this.#options.onChange();
  }

  #nameOf(taskId: string, container: string): string {
    return containerName(this.#options.instance, taskId, container);
  }
}
