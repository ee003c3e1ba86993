import type { ContainerObservation, ContainerSpec } from '../runtime.ts';
import type { TaskRecord } from '../task-records.ts';
import { HealthChecks, type CheckPlace } from './health-checks.ts';
import type { TaskContainers } from './task-containers.ts';

/** What is seen of a task's containers: their processes, and what health checks beside them say. */
export class TaskLooks {
  readonly #containers: TaskContainers;
  readonly #placeOf: (record: TaskRecord, container: ContainerSpec) => CheckPlace;
  readonly #checks: HealthChecks;

  /** @param onChange - the health of a container of the task has changed */
  constructor(
    containers: TaskContainers,
    placeOf: (record: TaskRecord, container: ContainerSpec) => CheckPlace,
    onChange: (taskId: string) => void,
  ) {
    this.#containers = containers;
    this.#placeOf = placeOf;
    this.#checks = new HealthChecks(onChange);
  }

  /** Looks at each container, and has those that run checked from then on. */
  look(record: TaskRecord): ContainerObservation[] {
    return this.#containers.look(record).map((look, index) => {
      const container = record.spec.containers[index];
      const health =
        container && this.#checks.follow(record.spec.taskId, container, look, () => this.#placeOf(record, container));
      return { ...look, ...(health && { health }) };
    });
  }

  forget(taskId: string): void {
    this.#checks.forget(taskId);
  }

  close(): void {
    this.#checks.close();
  }
}
