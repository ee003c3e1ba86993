import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Endpoint, TaskSpec } from './runtime.ts';

/** What a runtime must know of a task to go on with it after a crash. Instants are epoch milliseconds. */
export interface TaskRecord {
  readonly spec: TaskSpec;
  /** Where each container's ports answer, by container name, when that was chosen before the start. */
  readonly endpoints?: Readonly<Record<string, readonly Endpoint[]>>;
  /** All that has to be there before a container can start is there. */
  readonly isPrepared?: boolean;
  readonly stop?: {
    readonly askedAt: number;
    /** Milliseconds. */
    readonly grace: number;
    /** When SIGKILL is due, of containers that were told to end. */
    readonly killAt: Readonly<Record<string, number>>;
  };
  readonly startFailure?: string;
  /** The container that could not start, and why where that is not the task's own reason. */
  readonly failedContainer?: string;
  readonly failedBecause?: string;
  /** Of images, by container name, where their registry gave one. */
  readonly digests?: Readonly<Record<string, string>>;
  /** Of images on this machine, by container name. */
  readonly imageIds?: Readonly<Record<string, string>>;
  readonly pullStartedAt?: number;
  readonly pullStoppedAt?: number;
  readonly startedAt?: number;
  readonly stoppedAt?: number;
}

/** One folder per task, its record in `task.json`; every change is on disk before it is acted on. */
export interface TaskRecords {
  all(): readonly TaskRecord[];
  get(taskId: string): TaskRecord | undefined;
  save(record: TaskRecord): void;
  change(taskId: string, change: Partial<TaskRecord>): void;
  /** Removes the record and the task's folder. */
  forget(taskId: string): void;
  folderOf(taskId: string): string;
}

/** Folders being removed: a crash half-way leaves one, and it is never read as a task. */
const GONE = '.gone-';

export function openTaskRecords(folder: string): TaskRecords {
  mkdirSync(folder, { recursive: true });
  const folderOf = (taskId: string): string => join(folder, taskId);
  const records = readAll(folder);
  const save = (record: TaskRecord): void => {
    const own = folderOf(record.spec.taskId);
    mkdirSync(own, { recursive: true });
    writeFileSync(join(own, 'task.json.new'), JSON.stringify(record), { mode: 0o600 });
    renameSync(join(own, 'task.json.new'), join(own, 'task.json'));
    records.set(record.spec.taskId, record);
  };
  return {
    all: () => [...records.values()],
    get: (taskId) => records.get(taskId),
    save,
    change(taskId, change) {
      const record = records.get(taskId);
      if (record) save({ ...record, ...change });
    },
    forget(taskId) {
      records.delete(taskId);
      if (existsSync(folderOf(taskId))) renameSync(folderOf(taskId), join(folder, GONE + taskId));
      rmSync(join(folder, GONE + taskId), { recursive: true, force: true });
    },
    folderOf,
  };
}

function readAll(folder: string): Map<string, TaskRecord> {
  const records = new Map<string, TaskRecord>();
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    const file = join(folder, entry.name, 'task.json');
    if (entry.name.startsWith(GONE) || !existsSync(file)) {
      rmSync(join(folder, entry.name), { recursive: true, force: true });
    } else {
      records.set(entry.name, JSON.parse(readFileSync(file, 'utf8')) as TaskRecord);
    }
  }
  return records;
}
