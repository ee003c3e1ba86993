import type { ContainerDefinition } from '@aws-sdk/client-ecs';
import { clientError } from '../faults.ts';
import { namedBefore } from './registration.ts';

/** What containers wait for. Source: spec, RegisterTaskDefinition rows 30-33. @throws {ClientException} */
export function checkDependencies(containers: readonly ContainerDefinition[]): void {
  for (const container of containers) {
    checkDependsOn(containers, container);
    const unknown = namedBefore(container).find((name) => !containers.some((one) => one.name === name));
    // Assumed: for links and volumesFrom only the words for dependsOn are known.
    if (unknown !== undefined)
      throw clientError(`Container '${container.name}' refers to container '${unknown}' which does not exist.`);
  }
  if (containers.some(({ name }) => reaches(containers, name, name)))
    throw clientError('Container dependsOn contains a cycle');
}

function checkDependsOn(containers: readonly ContainerDefinition[], { dependsOn = [] }: ContainerDefinition): void {
  for (const { containerName, condition } of dependsOn) {
    const target = containers.find(({ name }) => name === containerName);
    if (!target) throw clientError(`Cannot depend on container + '${containerName}' because it does not exist`);
    if ((condition === 'SUCCESS' || condition === 'COMPLETE') && (target.essential ?? true))
      throw clientError('A dependency container with SUCCESS or COMPLETE condition cannot be an essential container');
    if (condition === 'HEALTHY' && !target.healthCheck)
      throw clientError('A dependency container with HEALTHY condition must have health check configured');
  }
}

function reaches(
  containers: readonly ContainerDefinition[],
  from: string | undefined,
  goal: string | undefined,
  seen: ReadonlySet<string | undefined> = new Set(),
): boolean {
  if (seen.has(from)) return false;
  const found = containers.find(({ name }) => name === from);
  return (found ? namedBefore(found) : []).some(
    (name) => name === goal || reaches(containers, name, goal, new Set([...seen, from])),
  );
}
