import type { ContainerObservation, ContainerSpec } from '../runtime.ts';
import type { TaskRecord } from '../task-records.ts';
import { containerFiles, lookAtContainer, type ContainerFiles, type Look } from './container-files.ts';
import { signalGroup } from './process-table.ts';

/** What the files of a task tell of its processes. */
export class TaskContainers {
  readonly #folderOf: (taskId: string) => string;

  constructor(folderOf: (taskId: string) => string) {
    this.#folderOf = folderOf;
  }

  look(record: TaskRecord): ContainerObservation[] {
    return record.spec.containers.map((container) => {
      const look = this.lookAt(record, container);
      const endpoints = look.state === 'running' ? (record.endpoints?.[container.name] ?? []) : [];
      return { name: container.name, ...told(look), ...reasonOf(record, container), endpoints };
    });
  }

  lookAt(record: TaskRecord, container: ContainerSpec): Look {
    if (record.startFailure !== undefined && !record.isPrepared) return { state: 'stopped' };
    return lookAtContainer(this.files(record, container));
  }

  signal(record: TaskRecord, container: ContainerSpec, signal: NodeJS.Signals): void {
    const look = this.lookAt(record, container);
    if (look.state === 'running') signalGroup(look.process.pid, signal);
  }

  files(record: TaskRecord, container: ContainerSpec): ContainerFiles {
    return containerFiles(this.#folderOf(record.spec.taskId), container.name);
  }

  workingDirectory(record: TaskRecord, container: ContainerSpec): string {
    return container.workingDirectory ?? this.#folderOf(record.spec.taskId);
  }
}

function told(look: Look): Omit<ContainerObservation, 'name' | 'endpoints'> {
  if (look.state !== 'running') return look;
  const { process, ...rest } = look;
  return { ...rest, runtimeId: String(process.pid) };
}

const reasonOf = ({ startFailure, failedContainer, failedBecause }: TaskRecord, { name }: ContainerSpec) =>
  startFailure !== undefined && failedContainer === name ? { reason: failedBecause ?? startFailure } : {};
