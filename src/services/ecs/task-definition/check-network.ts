import type { ContainerDefinition } from '@aws-sdk/client-ecs';
import { clientError } from '../faults.ts';
import { checkFargateSize } from './sizes.ts';
import type { Registration } from './check-containers.ts';

/** What Fargate needs. Source: spec, RegisterTaskDefinition rows 16-18, 26. @throws {ClientException} */
export function checkFargate(
  { requiresCompatibilities = [], networkMode, containerDefinitions = [] }: Registration,
  cpu: string | undefined,
  memory: string | undefined,
): void {
  if (!requiresCompatibilities.includes('FARGATE')) return;
  if (networkMode !== 'awsvpc') throw clientError('Fargate only supports network mode ‘awsvpc’.');
  checkFargateSize(cpu, memory);
  if (containerDefinitions.some(({ privileged }) => privileged))
    throw clientError('Fargate requires that the ‘privileged’ setting be ‘false’ at the container level.');
}

/** Rows 19-23, 25. @throws {ClientException} */
export function checkPorts(networkMode: string | undefined, containers: readonly ContainerDefinition[]): void {
  const names = containers.flatMap(({ portMappings = [] }) => portMappings.flatMap(({ name }) => name ?? []));
  if (new Set(names).size < names.length)
    throw clientError(`When networkMode=${networkMode ?? 'bridge'}, port mapping name is already used`);
  for (const container of containers) checkContainerPorts(networkMode, container);
}

function checkContainerPorts(networkMode: string | undefined, container: ContainerDefinition): void {
  const { name, portMappings = [], hostname, links, extraHosts } = container;
  if (networkMode === 'none' && portMappings.length > 0)
    throw clientError('When networkMode=none, port mappings are not supported.');
  for (const { containerPort, hostPort, containerPortRange } of portMappings) {
    if (containerPortRange === undefined && !(containerPort && containerPort > 0 && containerPort <= 65535))
      throw clientError(`Invalid 'containerPort' setting for container '${name}'.`);
    const isShared = networkMode === 'awsvpc' || networkMode === 'host';
    if (isShared && hostPort && hostPort !== containerPort)
      throw clientError(
        `When networkMode=${networkMode}, the host ports and container ports in port mappings must match.`,
      );
  }
  const keys = portMappings.map(
    ({ containerPort, hostPort, protocol }) => `${containerPort}/${hostPort ?? 0}/${protocol ?? 'tcp'}`,
  );
  if (new Set(keys).size < keys.length) throw clientError(`Container '${name}' has duplicate port mappings`);
  if (networkMode !== 'awsvpc') return;
  if (hostname) throw clientError('hostname is not supported on container when networkMode=awsvpc.');
  if (links?.length) throw clientError('Links are not supported when networkMode=awsvpc.');
  if (extraHosts?.length) throw clientError('Extra hosts are not supported when networkMode=awsvpc.');
}
