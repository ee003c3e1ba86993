import type { ContainerDefinition, RegisterTaskDefinitionRequest } from '@aws-sdk/client-ecs';

export type Registration = RegisterTaskDefinitionRequest;

export const needsFargate = ({ requiresCompatibilities = [] }: Registration): boolean =>
  requiresCompatibilities.includes('FARGATE');

/** Containers whose start a container waits for: by dependsOn, and by links and volumesFrom, which imply START. */
export function namedBefore({ dependsOn = [], links = [], volumesFrom = [] }: ContainerDefinition): string[] {
  return [
    ...dependsOn.flatMap(({ containerName }) => containerName ?? []),
    ...links.map((link) => link.split(':')[0] ?? ''),
    ...volumesFrom.flatMap(({ sourceContainer }) => sourceContainer ?? []),
  ];
}
