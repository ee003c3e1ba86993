import type { Compatibility, ContainerDefinition, PortMapping } from '@aws-sdk/client-ecs';
import type { Scope } from '../../../kernel/scope.ts';
import { clientError } from '../faults.ts';
import type { Definition } from '../records/task-definition.ts';
import { attributesOf } from './attributes.ts';
import { checkContainers, checkMemoryAndCpu } from './check-containers.ts';
import { checkDependencies } from './check-dependencies.ts';
import { checkEnvironment } from './check-environment.ts';
import { checkEphemeralStorage, checkFargate, checkImageRole } from './check-fargate.ts';
import { checkLife } from './check-life.ts';
import { checkLogging } from './check-logging.ts';
import { checkNetwork } from './check-network.ts';
import { checkRoles } from './check-roles.ts';
import { checkTaskSettings } from './check-task-settings.ts';
import { checkVolumes } from './check-volumes.ts';
import { needsFargate, type Registration } from './registration.ts';
import { parseCpu, parseMemory } from './sizes.ts';

const MOST_BYTES = 65_536;

/**
 * Checks a registration in AWS's order and gives the definition as ECS shows it, its defaults filled in.
 *
 * @throws {ClientException} with ECS's words. Source: spec, RegisterTaskDefinition
 */
export function normalise(input: Registration, scope: Scope): Definition {
  const cpu = parseCpu(input.cpu);
  const memory = parseMemory(input.memory);
  checkFamily(input.family);
  checkContainers(input.containerDefinitions);
  const containers = input.containerDefinitions ?? [];
  checkMemoryAndCpu(containers, { cpu, memory });
  if (needsFargate(input)) checkFargate(input, cpu, memory);
  checkNetwork(input);
  checkVolumes(input);
  checkDependencies(containers);
  checkLife(input);
  checkLogging(input);
  checkEnvironment(input, scope);
  if (needsFargate(input)) checkImageRole(input);
  checkEphemeralStorage(input);
  checkTaskSettings(input, cpu);
  checkRoles(input);
  const size = Buffer.byteLength(JSON.stringify(input));
  if (size > MOST_BYTES) throw clientError(`Actual length: '${size}'. Max allowed length is '${MOST_BYTES}' bytes.`);
  const { tags: _tags, taskRoleArn, executionRoleArn, ...members } = input;
  return {
    ...members,
    // Terraform modules send an empty text for none.
    ...(taskRoleArn && { taskRoleArn }),
    ...(executionRoleArn && { executionRoleArn }),
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
  portMappings: (container.portMappings ?? []).map((mapping) => withHostPort(mapping, networkMode)),
  environment: container.environment ?? [],
  mountPoints: container.mountPoints ?? [],
  volumesFrom: container.volumesFrom ?? [],
  systemControls: container.systemControls ?? [],
  ...(container.healthCheck && {
    healthCheck: { ...container.healthCheck, ...healthDefaults(container.healthCheck) },
  }),
});

/** A range has no host port: the ports it gets are chosen when the task starts. */
function withHostPort(mapping: PortMapping, networkMode: string | undefined): PortMapping {
  const protocol = mapping.protocol ?? 'tcp';
  if (mapping.containerPortRange !== undefined) return { ...mapping, protocol };
  const own = networkMode === 'awsvpc' || networkMode === 'host' ? mapping.containerPort : undefined;
  return { ...mapping, hostPort: own ?? mapping.hostPort ?? 0, protocol };
}

const healthDefaults = ({ interval, timeout, retries }: NonNullable<ContainerDefinition['healthCheck']>) => ({
  interval: interval ?? 30,
  timeout: timeout ?? 5,
  retries: retries ?? 3,
});

function compatibilitiesOf(input: Registration, cpu: string | undefined, memory: string | undefined): Compatibility[] {
  if (input.networkMode !== 'awsvpc') return ['EXTERNAL', 'EC2'];
  return fitsFargate(input, cpu, memory) ? ['EC2', 'FARGATE', 'MANAGED_INSTANCES'] : ['EC2', 'MANAGED_INSTANCES'];
}

/** Whether it would have been taken, had it asked for FARGATE. */
function fitsFargate(input: Registration, cpu: string | undefined, memory: string | undefined): boolean {
  const asked: Registration = { ...input, requiresCompatibilities: ['FARGATE'] };
  try {
    checkFargate(asked, cpu, memory);
    checkLife(asked);
    checkLogging(asked);
    checkImageRole(asked);
    return true;
  } catch {
    return false;
  }
}
