import type { HostConfig } from 'dockerode';
import type { ContainerSpec, PortMapping, TaskSpec } from '../runtime.ts';
import { containerName } from './names.ts';
import type { Placement } from './placement.ts';
import { PAUSE, pausesFor } from './shared-namespaces.ts';

export const portKey = ({ containerPort, protocol }: Pick<PortMapping, 'containerPort' | 'protocol'>): string =>
  `${containerPort}/${protocol}`;

/** Whether a task's ports are found on this machine's loopback instead of at the container's own address. */
export const isPublished = (task: TaskSpec, { isRouted }: Pick<Placement, 'isRouted'>): boolean =>
  task.networkMode === 'bridge' || (task.networkMode === 'awsvpc' && !isRouted);

/** The container that has the network a container is in. */
export const networkOwner = (task: TaskSpec, container: string): string =>
  pausesFor(task).network ? PAUSE : container;

/** The ports that the Engine publishes at a container. */
export function publishedPorts(
  task: TaskSpec,
  container: string,
  placement: Pick<Placement, 'isRouted'>,
): readonly PortMapping[] {
  if (!isPublished(task, placement)) return [];
  return task.containers
    .filter(({ name }) => networkOwner(task, name) === container)
    .flatMap(({ portMappings }) => portMappings);
}

type Bindings = Record<string, { readonly HostIp: string; readonly HostPort: string }[]>;

export const portBindings = (task: TaskSpec, container: string, placement: Placement): Bindings =>
  Object.fromEntries(
    publishedPorts(task, container, placement).map((mapping) => [portKey(mapping), [binding(task, mapping)]]),
  );

const binding = (task: TaskSpec, { hostPort }: PortMapping): { HostIp: string; HostPort: string } => ({
  HostIp: '127.0.0.1',
  HostPort: task.networkMode === 'bridge' && hostPort ? String(hostPort) : '0',
});

/** Where a container is on the network, and what only the owner of a network may say. */
export function networkOf(task: TaskSpec, container: ContainerSpec, placement: Placement): HostConfig {
  if (container.disableNetworking || task.networkMode === 'none') return { NetworkMode: 'none' };
  if (task.networkMode === 'awsvpc' && pausesFor(task).network)
    return { NetworkMode: `container:${containerName(placement.instance, task.taskId, PAUSE)}` };
  const names: HostConfig = {
    ExtraHosts: [...placement.hosts, ...(container.extraHosts ?? [])],
    ...(container.dnsServers && { Dns: [...container.dnsServers] }),
    ...(container.dnsSearchDomains && { DnsSearch: [...container.dnsSearchDomains] }),
  };
  if (task.networkMode === 'host')
    return { ...names, NetworkMode: 'host', ExtraHosts: [...(container.extraHosts ?? [])] };
  return {
    ...names,
    NetworkMode: placement.network,
    PortBindings: portBindings(task, container.name, placement),
    ...(container.links && { Links: container.links.map((link) => linkTo(task, link, placement)) }),
  };
}

function linkTo({ taskId }: TaskSpec, link: string, { instance }: Placement): string {
  const [name = '', alias = name] = link.split(':');
  return `${containerName(instance, taskId, name)}:${alias}`;
}
