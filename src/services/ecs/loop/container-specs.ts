import type { ContainerDefinition, ContainerOverride, LaunchType, TaskOverride } from '@aws-sdk/client-ecs';
import type { ContainerSpec, PortMapping } from '../../../drivers/runtimes/runtime.ts';
import type { Millis } from '../../../kernel/span.ts';
import { seconds } from '../../../kernel/span.ts';
import type { Definition } from '../records/task-definition.ts';

/** What the runtime is told of each container: the definition with a task's overrides laid over it. */
export function containerSpecs(
  { containerDefinitions = [] }: Definition,
  overrides: TaskOverride | undefined,
  launchType: LaunchType,
): ContainerSpec[] {
  return containerDefinitions.map((container) => {
    const override = overrides?.containerOverrides?.find(({ name }) => name === container.name) ?? {};
    return containerSpec(container, override, launchType);
  });
}

function containerSpec(
  container: ContainerDefinition,
  override: ContainerOverride,
  launchType: LaunchType,
): ContainerSpec {
  const command = override.command ?? container.command;
  const memory = override.memory ?? container.memory;
  const memoryReservation = override.memoryReservation ?? container.memoryReservation;
  return {
    name: container.name ?? '',
    image: container.image ?? '',
    ...(container.entryPoint?.length && { entryPoint: container.entryPoint }),
    ...(command?.length && { command }),
    environment: {
      AWS_EXECUTION_ENV: launchType === 'FARGATE' ? 'AWS_ECS_FARGATE' : 'AWS_ECS_EC2',
      ...asMap(container.environment),
      ...asMap(override.environment),
    },
    portMappings: (container.portMappings ?? []).flatMap(asMapping),
    essential: container.essential ?? true,
    ...(container.workingDirectory !== undefined && { workingDirectory: container.workingDirectory }),
    ...(container.user !== undefined && { user: container.user }),
    cpu: override.cpu ?? container.cpu ?? 0,
    ...(memory !== undefined && { memory }),
    ...(memoryReservation !== undefined && { memoryReservation }),
    ...(container.readonlyRootFilesystem !== undefined && {
      readonlyRootFilesystem: container.readonlyRootFilesystem,
    }),
  };
}

const asMap = (pairs: ContainerDefinition['environment']): Record<string, string> =>
  Object.fromEntries((pairs ?? []).map(({ name = '', value = '' }) => [name, value]));

function asMapping(mapping: NonNullable<ContainerDefinition['portMappings']>[number]): PortMapping[] {
  if (mapping.containerPort === undefined) return [];
  return [
    {
      containerPort: mapping.containerPort,
      ...(mapping.hostPort !== undefined && { hostPort: mapping.hostPort }),
      protocol: mapping.protocol ?? 'tcp',
    },
  ];
}

/** Between SIGTERM and SIGKILL: the longest any container asks for. A real limit, never scaled. */
export const stopTimeoutOf = ({ containerDefinitions = [] }: Definition): Millis =>
  seconds(Math.max(0, ...containerDefinitions.map(({ stopTimeout }) => stopTimeout ?? 30)));

/** Why a task of this definition cannot run here, in ECS's form; `undefined` when it can. */
export function unservedReason({ containerDefinitions = [] }: Definition): string | undefined {
  for (const { name = '', secrets, environmentFiles, mountPoints, dependsOn } of containerDefinitions) {
    if (secrets?.length)
      return `ResourceInitializationError: unable to pull secrets or registry auth: container '${name}' has secrets, which Teal does not serve yet`;
    if (environmentFiles?.length)
      return `ResourceInitializationError: failed to download env files: container '${name}' has environmentFiles, which Teal does not serve yet`;
    if (mountPoints?.length)
      return `CannotCreateVolumeError: container '${name}' has mountPoints, which Teal does not serve yet`;
    const ordered = dependsOn?.find(({ condition }) => condition !== 'START');
    if (ordered)
      return `CannotCreateContainerError: container '${name}' has dependsOn with condition ${ordered.condition}, which Teal does not serve yet`;
  }
  return undefined;
}
