import type { ContainerDefinition, ContainerOverride, LaunchType, TaskOverride } from '@aws-sdk/client-ecs';
import type { ContainerSpec, PortMapping } from '../../../drivers/runtimes/runtime.ts';
import { seconds, type Millis } from '../../../kernel/span.ts';
import type { Definition } from '../records/task-definition.ts';
import { portsOfRange } from '../task-definition/check-port-range.ts';
import { kernelOf, namesOf, STOP_TIMEOUT, waitsOf } from './container-settings.ts';

/** What the runtime is told of each container: the definition with a task's overrides laid over it. */
export function containerSpecs(
  { containerDefinitions = [] }: Definition,
  overrides: TaskOverride | undefined,
  launchType: LaunchType,
  region: string,
): ContainerSpec[] {
  return containerDefinitions.map((container) => {
    const override = overrides?.containerOverrides?.find(({ name }) => name === container.name) ?? {};
    return containerSpec(container, override, { launchType, region });
  });
}

function containerSpec(
  container: ContainerDefinition,
  override: ContainerOverride,
  { launchType, region }: { readonly launchType: LaunchType; readonly region: string },
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
      ...(launchType === 'FARGATE'
        ? { AWS_EXECUTION_ENV: 'AWS_ECS_FARGATE', AWS_REGION: region, AWS_DEFAULT_REGION: region }
        : { AWS_EXECUTION_ENV: 'AWS_ECS_EC2' }),
      ...asMap(container.environment),
      ...asMap(override.environment),
    },
    portMappings: (container.portMappings ?? []).flatMap(asMappings),
    essential: container.essential ?? true,
    ...(container.workingDirectory !== undefined && { workingDirectory: container.workingDirectory }),
    ...(container.user !== undefined && { user: container.user }),
    cpu: override.cpu ?? container.cpu ?? 0,
    ...(memory !== undefined && { memory }),
    ...(memoryReservation !== undefined && { memoryReservation }),
    ...(container.readonlyRootFilesystem !== undefined && {
      readonlyRootFilesystem: container.readonlyRootFilesystem,
    }),
    ...waitsOf(container),
    ...namesOf(container),
    ...kernelOf(container, launchType),
  };
}

const asMap = (pairs: ContainerDefinition['environment']): Record<string, string> =>
  Object.fromEntries((pairs ?? []).map(({ name = '', value = '' }) => [name, value]));

function asMappings(mapping: NonNullable<ContainerDefinition['portMappings']>[number]): PortMapping[] {
  const { containerPort, hostPort, protocol = 'tcp', containerPortRange } = mapping;
  if (containerPort !== undefined) return [{ containerPort, ...(hostPort !== undefined && { hostPort }), protocol }];
  const [first, last] = portsOfRange(containerPortRange ?? '') ?? [1, 0];
  return Array.from({ length: last - first + 1 }, (_, index) => ({ containerPort: first + index, protocol }));
}

/** Between SIGTERM and SIGKILL: the longest any container asks for. A real limit, never scaled. */
export const stopTimeoutOf = ({ containerDefinitions = [] }: Definition): Millis =>
  seconds(Math.max(0, ...containerDefinitions.map(({ stopTimeout }) => stopTimeout ?? STOP_TIMEOUT)));
