import type { ContainerInspectInfo } from 'dockerode';
import { shownLooks } from '../conduct.ts';
import { observation } from '../observation.ts';
import type { ContainerObservation, TaskObservation } from '../runtime.ts';
import type { TaskRecord, TaskRecords } from '../task-records.ts';
import type { EngineFacts } from './engine-facts.ts';
import { observeContainers } from './inspected.ts';
import type { InstanceContainers } from './instance-containers.ts';

/** A look is as good as new for so long: whatever happens meanwhile is an event that asks for another. */
export const RECENT = 25;

/** What was seen of every task, and what was recorded of each when the look began. */
export interface Look {
  readonly records: readonly TaskRecord[];
  readonly epochs: ReadonlyMap<string, number>;
  readonly byTask: ReadonlyMap<string, ReadonlyMap<string, ContainerInspectInfo>>;
}

/** Looks at all containers at once, and knows which looks are too old to conclude from. */
export class Looks {
  readonly #containers: InstanceContainers;
  readonly #records: TaskRecords;
  readonly #facts: EngineFacts;
  /** Counts what was done to each task. */
  readonly #epochs = new Map<string, number>();
  #last: { readonly look: Promise<Look>; readonly at: number } | undefined;

  constructor(containers: InstanceContainers, records: TaskRecords, facts: EngineFacts) {
    this.#containers = containers;
    this.#records = records;
    this.#facts = facts;
  }

  take(): Promise<Look> {
    const records = this.#records.all();
    const epochs = new Map(this.#epochs);
    const look = this.#containers.inspectAll().then((byTask) => ({ records, epochs, byTask }));
    this.#last = { look, at: performance.now() };
    return look;
  }

  recent(): Promise<Look> {
    return this.#last && performance.now() - this.#last.at < RECENT ? this.#last.look : this.take();
  }

  containersOf(record: TaskRecord, { records, byTask }: Look): ContainerObservation[] {
    const { taskId } = record.spec;
    // One that was being made when the look began has not lost what the look lacks.
    const before = records.find(({ spec }) => spec.taskId === taskId);
    const asSeen = before?.isPrepared ? record : { ...record, isPrepared: false };
    return observeContainers(asSeen, byTask.get(taskId) ?? new Map<string, ContainerInspectInfo>(), this.#facts);
  }

  /** What a look tells of a task. That it has ended is told only by a look that has seen how: another may have since. */
  observationOf(record: TaskRecord, look: Look): TaskObservation {
    const { taskId } = record.spec;
    const containers = shownLooks(record, this.containersOf(record, look));
    const before = look.records.find(({ spec }) => spec.taskId === taskId);
    const hasSeen = !this.isOld(look, taskId) && containers.every(({ state }) => state === 'stopped');
    const isBorneOut = before?.stoppedAt !== undefined || hasSeen;
    const { stoppedAt: _stoppedAt, ...unended } = record;
    return observation(isBorneOut ? record : unended, containers);
  }

  /** Something was done to a task: looks that began before are too old for it. */
  passed(taskId: string): void {
    if (this.#records.get(taskId)) this.#epochs.set(taskId, (this.#epochs.get(taskId) ?? 0) + 1);
  }

  isOld({ epochs }: Look, taskId: string): boolean {
    return epochs.get(taskId) !== this.#epochs.get(taskId);
  }

  forget(taskId: string): void {
    this.#epochs.delete(taskId);
  }
}
