import { setTimeout as pause } from 'node:timers/promises';
import type { Millis } from '../../../kernel/span.ts';
import { conduct } from '../conduct.ts';
import type { ContainerObservation } from '../runtime.ts';
import type { TaskRecord, TaskRecords } from '../task-records.ts';
import { forbidLaunch } from './container-files.ts';
import { markedProcesses, signalProcess } from './process-table.ts';
import type { TaskContainers } from './task-containers.ts';

const KILL_LIMIT = 5_000;
const KILL_AGAIN = 20;

export interface TaskStopsOptions {
  /** Of this Teal: what its processes are marked with. */
  readonly instance: string;
  readonly records: TaskRecords;
  readonly containers: TaskContainers;
  readonly look: (record: TaskRecord) => readonly ContainerObservation[];
  /** Containers of the task were killed, for their grace was over. */
  readonly onKilled: (taskId: string) => void;
}

/** Ends tasks: each container when nothing depends on it any more, with SIGTERM and, after its grace, with SIGKILL. */
export class TaskStops {
  readonly #options: TaskStopsOptions;
  readonly #killTimers = new Map<string, NodeJS.Timeout>();

  constructor(options: TaskStopsOptions) {
    this.#options = options;
  }

  /** Records that a task ends; whoever was told before has no longer than the new grace. */
  begin(record: TaskRecord, grace: Millis): void {
    const { stop } = record;
    if (stop && stop.grace <= grace) return;
    const now = Date.now();
    const killAt = Object.entries(stop?.killAt ?? {}).map(([name, at]) => [name, Math.min(at, now + grace)] as const);
    const sooner: Record<string, number> = Object.fromEntries(killAt);
    const next = { ...record, stop: { askedAt: stop?.askedAt ?? now, grace, killAt: sooner } };
    this.#options.records.change(record.spec.taskId, { stop: next.stop });
    this.goOn(next);
  }

  /** An earlier Teal may have died between writing down whom it tells and telling. */
  resume(record: TaskRecord, killAt: Readonly<Record<string, number>>): void {
    for (const container of record.spec.containers)
      if (killAt[container.name] !== undefined) this.#options.containers.signal(record, container, 'SIGTERM');
    this.goOn(record);
  }

  /** Ends what nothing depends on any more; the rest follows as those end. */
  goOn(record: TaskRecord): void {
    const { records, containers, look } = this.#options;
    const { taskId } = record.spec;
    for (const container of record.spec.containers) forbidLaunch(containers.files(record, container));
    const { stop } = record;
    if (!stop) return;
    const now = Date.now();
    const { signal } = conduct(record, look(record), now);
    const due = signal.map(({ name, stopTimeout }): [string, number] => [
      name,
      now + Math.min(stop.grace, stopTimeout ?? stop.grace),
    ]);
    const killAt: Record<string, number> = { ...stop.killAt, ...Object.fromEntries(due) };
    if (due.length > 0) records.change(taskId, { stop: { ...stop, killAt } });
    for (const container of signal) containers.signal(record, container, 'SIGTERM');
    this.#killLater(record, killAt);
  }

  /** Kills everything of the task now, also what has left its process group; resolves when it is gone. */
  async killEverything(record: TaskRecord): Promise<void> {
    const { containers } = this.#options;
    const until = Date.now() + KILL_LIMIT;
    for (;;) {
      for (const container of record.spec.containers) containers.signal(record, container, 'SIGKILL');
      const left = this.#killMarked(record.spec.taskId);
      const isRunning = record.spec.containers.some((one) => containers.lookAt(record, one).state === 'running');
      if ((left === 0 && !isRunning) || Date.now() > until) return;
      await pause(5);
    }
  }

  /** A program may outlive its launcher, when only that was killed. */
  ended(taskId: string): void {
    this.#killMarked(taskId);
    this.forget(taskId);
  }

  forget(taskId: string): void {
    clearTimeout(this.#killTimers.get(taskId));
    this.#killTimers.delete(taskId);
  }

  close(): void {
    for (const timer of this.#killTimers.values()) clearTimeout(timer);
  }

  #killLater(record: TaskRecord, killAt: Readonly<Record<string, number>>): void {
    const { containers, onKilled } = this.#options;
    const { taskId } = record.spec;
    clearTimeout(this.#killTimers.get(taskId));
    const kill = (): void => {
      this.#killTimers.delete(taskId);
      const now = Date.now();
      for (const container of record.spec.containers)
        if ((killAt[container.name] ?? Infinity) <= now) containers.signal(record, container, 'SIGKILL');
      onKilled(taskId);
      this.#killLater(record, killAt);
    };
    const running = record.spec.containers.filter((one) => containers.lookAt(record, one).state === 'running');
    const next = Math.min(...running.map(({ name }) => killAt[name] ?? Infinity));
    // Again soon after a kill, until the process is gone.
    if (next < Infinity) this.#killTimers.set(taskId, setTimeout(kill, Math.max(KILL_AGAIN, next - Date.now())));
  }

  #killMarked(taskId: string): number {
    const left = markedProcesses(`${this.#options.instance}:${taskId}:`);
    for (const { pid } of left) signalProcess(pid, 'SIGKILL');
    return left.length;
  }
}
