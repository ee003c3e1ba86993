import type { ContainerDefinition, PortMapping } from '@aws-sdk/client-ecs';
import { clientError } from '../faults.ts';
import { checkPortRange } from './check-port-range.ts';
import type { Registration } from './registration.ts';

/** Ports and names on the network. Source: spec, rows 19-25. @throws {ClientException} */
export function checkNetwork({ networkMode, containerDefinitions = [] }: Registration): void {
  checkMappingNames(networkMode, containerDefinitions);
  for (const container of containerDefinitions) {
    checkContainerPorts(networkMode, container);
    checkNames(networkMode, container);
  }
}

const MAPPING_NAME = /^[a-z0-9_][a-z0-9_-]{0,63}$/;

function checkMappingNames(networkMode: string | undefined, containers: readonly ContainerDefinition[]): void {
  const names = containers.flatMap(({ portMappings = [] }) => portMappings.flatMap(({ name }) => name ?? []));
  // Assumed: only the length and the characters are documented.
  if (!names.every((name) => MAPPING_NAME.test(name)))
    throw clientError('PortMapping.name contains invalid characters.');
  if (new Set(names).size < names.length)
    throw clientError(`When networkMode=${networkMode ?? 'bridge'}, port mapping name is already used`);
}

const isPort = (port: number | undefined): boolean => port !== undefined && port > 0 && port <= 65_535;

function checkContainerPorts(networkMode: string | undefined, { name, portMappings = [] }: ContainerDefinition): void {
  if (networkMode === 'none' && portMappings.length > 0)
    throw clientError('When networkMode=none, port mappings are not supported.');
  for (const mapping of portMappings) {
    if (mapping.containerPortRange !== undefined) checkPortRange(networkMode, name, mapping);
    else checkPort(networkMode, name, mapping);
  }
  const known = new Map<number | undefined, Set<string>>();
  for (const { containerPort, hostPort, protocol = 'tcp' } of portMappings) {
    if (containerPort === undefined) continue;
    const before = known.get(containerPort);
    // One port for two protocols is refused too. Source: API reference, PortMapping.containerPort.
    const isOtherProtocol = before && ![...before].some((key) => key.endsWith(`/${protocol}`));
    const key = `${hostPort ?? 0}/${protocol}`;
    if (isOtherProtocol || before?.has(key)) throw clientError(`Container '${name}' has duplicate port mappings`);
    known.set(containerPort, new Set([...(before ?? []), key]));
  }
}

function checkPort(networkMode: string | undefined, name: string | undefined, mapping: PortMapping): void {
  const { containerPort, hostPort } = mapping;
  if (!isPort(containerPort)) throw clientError(`Invalid 'containerPort' setting for container '${name}'.`);
  if (hostPort !== undefined && hostPort !== 0 && !isPort(hostPort))
    throw clientError(`Invalid 'hostPort' setting for container '${name}'.`);
  const isShared = networkMode === 'awsvpc' || networkMode === 'host';
  if (isShared && hostPort && hostPort !== containerPort)
    throw clientError(
      `When networkMode=${networkMode}, the host ports and container ports in port mappings must match.`,
    );
}

function checkNames(networkMode: string | undefined, { hostname, links, extraHosts }: ContainerDefinition): void {
  // Source: API reference, links: only bridge has them.
  if (links?.length && networkMode !== undefined && networkMode !== 'bridge')
    throw clientError(`Links are not supported when networkMode=${networkMode}.`);
  if (networkMode !== 'awsvpc') return;
  if (hostname) throw clientError('hostname is not supported on container when networkMode=awsvpc.');
  if (extraHosts?.length) throw clientError('Extra hosts are not supported when networkMode=awsvpc.');
}
