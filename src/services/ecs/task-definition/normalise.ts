import type { Attribute, Compatibility, ContainerDefinition } from '@aws-sdk/client-ecs';
import { clientError } from '../faults.ts';
import type { Definition } from '../records/task-definition.ts';
import {
  checkContainers,
  checkDependencies,
  checkHealthChecks,
  checkMemoryAndCpu,
  type Registration,
} from './check-containers.ts';
import { checkLogging } from './check-logging.ts';
import { checkFargate, checkPorts } from './check-network.ts';
import { isFargateSize, parseCpu, parseMemory } from './sizes.ts';

const MOST_BYTES = 65_536;

/**
 * Checks a registration in AWS's order and gives the definition as ECS shows it, its defaults filled in.
 *
 * @throws {ClientException} with ECS's words. Source: spec, RegisterTaskDefinition
 */
export function normalise(input: Registration): Definition {
  const cpu = parseCpu(input.cpu);
  const memory = parseMemory(input.memory);
  checkFamily(input.family);
  checkContainers(input.containerDefinitions);
  const containers = input.containerDefinitions ?? [];
  checkMemoryAndCpu(containers, { cpu, memory });
  checkFargate(input, cpu, memory);
  checkPorts(input.networkMode, containers);
  checkDependencies(input);
  checkHealthChecks(containers);
  checkLogging(input);
  const size = Buffer.byteLength(JSON.stringify(input));
  if (size > MOST_BYTES) throw clientError(`Actual length: '${size}'. Max allowed length is '${MOST_BYTES}' bytes.`);
  const { tags: _tags, ...members } = input;
  return {
    ...members,
    ...(cpu !== undefined && { cpu }),
    ...(memory !== undefined && { memory }),
    containerDefinitions: containers.map((container) => withDefaults(container, input.networkMode)),
    volumes: input.volumes ?? [],
    placementConstraints: input.placementConstraints ?? [],
    compatibilities: compatibilitiesOf(input, cpu, memory),
    requiresAttributes: attributesOf(input),
  };
}

function checkFamily(family: string | undefined): void {
  if (!family) throw clientError('Family should not be null or empty.');
  if (!/^[A-Za-z0-9_-]{1,255}$/.test(family)) throw clientError('Family contains invalid characters.');
}

/** Source: spec, stored and returned form. */
const withDefaults = (container: ContainerDefinition, networkMode: string | undefined): ContainerDefinition => ({
  ...container,
  cpu: container.cpu ?? 0,
  essential: container.essential ?? true,
  portMappings: (container.portMappings ?? []).map((mapping) => ({
    ...mapping,
    hostPort:
      (networkMode === 'awsvpc' || networkMode === 'host' ? mapping.containerPort : undefined) ?? mapping.hostPort ?? 0,
    protocol: mapping.protocol ?? 'tcp',
  })),
  environment: container.environment ?? [],
  mountPoints: container.mountPoints ?? [],
  volumesFrom: container.volumesFrom ?? [],
  systemControls: container.systemControls ?? [],
  ...(container.healthCheck && {
    healthCheck: { ...container.healthCheck, ...healthDefaults(container.healthCheck) },
  }),
});

const healthDefaults = ({ interval, timeout, retries }: NonNullable<ContainerDefinition['healthCheck']>) => ({
  interval: interval ?? 30,
  timeout: timeout ?? 5,
  retries: retries ?? 3,
});

function compatibilitiesOf(
  { networkMode, requiresCompatibilities }: Registration,
  cpu: string | undefined,
  memory: string | undefined,
): Compatibility[] {
  if (networkMode !== 'awsvpc') return ['EXTERNAL', 'EC2'];
  const fitsFargate = requiresCompatibilities?.includes('FARGATE') === true || isFargateSize(cpu, memory);
  return fitsFargate ? ['EC2', 'FARGATE', 'MANAGED_INSTANCES'] : ['EC2', 'MANAGED_INSTANCES'];
}

function attributesOf({ networkMode, taskRoleArn, containerDefinitions = [] }: Registration): Attribute[] {
  const ordered = containerDefinitions.some((one) => one.dependsOn?.length ?? one.startTimeout ?? one.stopTimeout);
  return [
    'com.amazonaws.ecs.capability.docker-remote-api.1.18',
    ...(networkMode === 'awsvpc' ? ['ecs.capability.task-eni'] : []),
    ...(taskRoleArn === undefined ? [] : ['com.amazonaws.ecs.capability.task-iam-role']),
    ...(ordered ? ['ecs.capability.container-ordering'] : []),
    ...(containerDefinitions.some((one) => one.healthCheck) ? ['ecs.capability.container-health-check'] : []),
  ].map((name) => ({ name }));
}
