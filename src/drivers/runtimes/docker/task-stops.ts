import type { Millis } from '../../../kernel/span.ts';
import type { ContainerObservation, ContainerSpec } from '../runtime.ts';
import type { TaskRecord, TaskRecords } from '../task-records.ts';
import type { ContainerStops } from './container-stops.ts';
import type { Looks } from './looks.ts';
import { containerName } from './names.ts';
import type { TaskPreparations } from './task-preparations.ts';

export interface TaskStopsOptions {
  readonly instance: string;
  readonly records: TaskRecords;
  readonly looks: Looks;
  readonly preparations: TaskPreparations;
  readonly stops: ContainerStops;
}

/** Ends tasks: writes down which containers are told to end and when they are killed, then has them told. */
export class TaskStops {
  readonly #options: TaskStopsOptions;

  constructor(options: TaskStopsOptions) {
    this.#options = options;
  }

  /** Records that a task ends; whoever was told before and has longer than the new grace is told again. */
  begin(record: TaskRecord, grace: Millis): void {
    const { records, looks, preparations } = this.#options;
    const { taskId } = record.spec;
    const { stop } = record;
    if (stop && stop.grace <= grace) return;
    preparations.abort(taskId);
    const now = Date.now();
    const sooner = Object.entries(stop?.killAt ?? {}).filter(([, at]) => at > now + grace);
    const killAt = { ...stop?.killAt, ...Object.fromEntries(sooner.map(([name]) => [name, now + grace])) };
    records.change(taskId, { stop: { askedAt: stop?.askedAt ?? now, grace, killAt } });
    looks.passed(taskId);
    for (const [name] of sooner) this.#tell(taskId, name, now + grace);
  }

  /** An earlier Teal may have died between writing down whom it tells and telling. */
  resume(taskId: string, killAt: Readonly<Record<string, number>>): void {
    for (const [name, at] of Object.entries(killAt)) this.#tell(taskId, name, at);
  }

  /** Tells containers of a task that ends, each with the grace that is its own. */
  signal(
    { spec, stop }: TaskRecord,
    containers: readonly ContainerSpec[],
    looks: readonly ContainerObservation[],
    now: number,
  ): void {
    if (!stop) return;
    const killAt = Object.fromEntries(
      containers.map(({ name, stopTimeout }) => [name, now + Math.min(stop.grace, stopTimeout ?? stop.grace)]),
    );
    this.#options.records.change(spec.taskId, { stop: { ...stop, killAt: { ...stop.killAt, ...killAt } } });
    for (const container of containers) {
      const look = looks.find(({ name }) => name === container.name);
      const name = containerName(this.#options.instance, spec.taskId, container.name);
      this.#options.stops.tellOnceReady(name, container, look, killAt[container.name] ?? now);
    }
  }

  #tell(taskId: string, container: string, killAt: number): void {
    this.#options.stops.tell(containerName(this.#options.instance, taskId, container), killAt);
  }
}
