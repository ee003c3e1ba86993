import type { ContainerDefinition, RegisterTaskDefinitionRequest } from '@aws-sdk/client-ecs';
import { clientError } from '../faults.ts';

export type Registration = RegisterTaskDefinitionRequest;

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

/** Rows 9-13. @throws {ClientException} */
export function checkMemoryAndCpu(
  containers: readonly ContainerDefinition[],
  task: { readonly cpu: string | undefined; readonly memory: string | undefined },
): void {
  for (const { name, memory, memoryReservation } of containers) {
    const limit = memory ?? memoryReservation;
    if (task.memory === undefined && limit === undefined)
      throw clientError(
        `Invalid setting for container '${name}'. At least one of 'memory' or 'memoryReservation' must be specified.`,
      );
    if (limit !== undefined && limit < 4) throw clientError(`Invalid 'memory' setting for container '${name}'.`);
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

/** Rows 29-33. @throws {ClientException} */
export function checkDependencies({ volumes = [], containerDefinitions = [] }: Registration): void {
  for (const { mountPoints = [], dependsOn = [] } of containerDefinitions) {
    const unknown = mountPoints.find(({ sourceVolume }) => !volumes.some(({ name }) => name === sourceVolume));
    if (unknown) throw clientError(`Unknown volume '${unknown.sourceVolume}'.`);
    for (const { containerName, condition } of dependsOn) {
      const target = containerDefinitions.find(({ name }) => name === containerName);
      if (!target) throw clientError(`Cannot depend on container + '${containerName}' because it does not exist`);
      if ((condition === 'SUCCESS' || condition === 'COMPLETE') && (target.essential ?? true))
        throw clientError('A dependency container with SUCCESS or COMPLETE condition cannot be an essential container');
      if (condition === 'HEALTHY' && !target.healthCheck)
        throw clientError('A dependency container with HEALTHY condition must have health check configured');
    }
  }
  if (containerDefinitions.some(({ name }) => reaches(containerDefinitions, name, name)))
    throw clientError('Container dependsOn contains a cycle');
}

function reaches(
  containers: readonly ContainerDefinition[],
  from: string | undefined,
  goal: string | undefined,
  seen: ReadonlySet<string | undefined> = new Set(),
): boolean {
  if (seen.has(from)) return false;
  const next = containers.find(({ name }) => name === from)?.dependsOn ?? [];
  return next.some(
    ({ containerName }) => containerName === goal || reaches(containers, containerName, goal, new Set([...seen, from])),
  );
}

const HEALTH_RANGES = { interval: [5, 300], timeout: [2, 60], retries: [1, 10], startPeriod: [0, 300] } as const;

/** Rows 34-35. @throws {ClientException} */
export function checkHealthChecks(containers: readonly ContainerDefinition[]): void {
  for (const { name, healthCheck } of containers) {
    if (!healthCheck) continue;
    if (!['CMD', 'CMD-SHELL', 'NONE'].includes(healthCheck.command?.[0] ?? ''))
      throw clientError('Health check command must start with CMD or CMD-SHELL');
    for (const [field, [least, most]] of Object.entries(HEALTH_RANGES)) {
      const value = healthCheck[field as keyof typeof HEALTH_RANGES];
      if (value === undefined) continue;
      if (value > most)
        throw clientError(
          `Health check ${field} must be less than or equal to the maximum allowed value ${most} for container '${name}'`,
        );
      if (value < least)
        throw clientError(
          `Health check ${field} must be greater than or equal to the minimum allowed value ${least} for container '${name}'`,
        );
    }
  }
}
