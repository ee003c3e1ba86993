import type { ContainerDefinition } from '@aws-sdk/client-ecs';
import { clientError } from '../faults.ts';

const NAME = /^[A-Za-z0-9_-]{1,255}$/;
const IMAGE = /^[a-zA-Z0-9\-_.:/@#]+$/;

/** Names, images, essentials. Source: spec, RegisterTaskDefinition rows 2-8. @throws {ClientException} */
export function checkContainers(containers: readonly ContainerDefinition[] | undefined): void {
  if (!containers?.length) throw clientError('Container list cannot be empty.');
  if (containers.length > 10) throw clientError('Too many container definitions.');
  for (const { name, image } of containers) {
    if (!name) throw clientError('Container.name should not be null or empty.');
    if (!NAME.test(name)) throw clientError('Container.name contains invalid characters.');
    if (!image) throw clientError('Container.image should not be null or empty.');
    if (!IMAGE.test(image)) throw clientError('Container.image contains invalid characters.');
  }
  if (new Set(containers.map(({ name }) => name)).size < containers.length)
    throw clientError('Container names must be unique within a task definition');
  if (!containers.some(({ essential }) => essential ?? true))
    throw clientError("Task definition doesn't have any essential container");
}

/** What a container may hold at least, in MiB. */
export const LEAST_MEMORY = 6;

/** Rows 9-13. @throws {ClientException} */
export function checkMemoryAndCpu(
  containers: readonly ContainerDefinition[],
  task: { readonly cpu: string | undefined; readonly memory: string | undefined },
): void {
  for (const { name, cpu, memory, memoryReservation } of containers) {
    if (task.memory === undefined && memory === undefined && memoryReservation === undefined)
      throw clientError(
        `Invalid setting for container '${name}'. At least one of 'memory' or 'memoryReservation' must be specified.`,
      );
    if (memory !== undefined && memory < LEAST_MEMORY)
      throw clientError(`Invalid 'memory' setting for container '${name}'.`);
    if (memoryReservation !== undefined && memoryReservation < LEAST_MEMORY)
      throw clientError(`Invalid 'memoryReservation' setting for container '${name}'.`);
    if ((cpu ?? 0) < 0) throw clientError(`Invalid 'cpu' setting for container '${name}'.`);
    if (memory !== undefined && memoryReservation !== undefined && memory < memoryReservation)
      throw clientError(
        `Invalid setting for container '${name}'. 'memory' must be greater than or equal to 'memoryReservation'.`,
      );
    if (task.memory !== undefined && (memory ?? 0) > Number(task.memory))
      throw clientError(`The 'memory' setting for container '${name}' is greater than for the task`);
  }
  const cpu = containers.reduce((total, container) => total + (container.cpu ?? 0), 0);
  if (task.cpu !== undefined && cpu > Number(task.cpu))
    throw clientError("The sum of all container 'cpu' values cannot be greater than the value of the task 'cpu'.");
}
