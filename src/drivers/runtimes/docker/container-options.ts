import type { ContainerCreateOptions, HostConfig } from 'dockerode';
import type { ContainerSpec, PortMapping, TaskSpec } from '../runtime.ts';

export const LABEL = { instance: 'teal.instance', task: 'teal.task', container: 'teal.container' } as const;

const MIB = 1024 * 1024;

export interface Placement {
  readonly instance: string;
  /** The network for modes `awsvpc` and `bridge`. */
  readonly network: string;
  /** Teal's address as a container sees it. */
  readonly endpoint: string;
  /** The same in network mode `host`. */
  readonly hostEndpoint: string;
  /** Whether this machine reaches containers at their own addresses; else ports are published. */
  readonly isRouted: boolean;
}

/** Named after what it is, so that creating twice is a conflict and nothing worse. */
export const containerName = (instance: string, taskId: string, container: string): string =>
  `teal-${instance}-${taskId}-${container}`;

/** The container whose network namespace all of an awsvpc task share: one the task cannot lose. */
export const networkOwner = (task: TaskSpec): ContainerSpec | undefined =>
  task.containers.find(({ essential }) => essential) ?? task.containers[0];

/** Writes a container definition in the Engine's words. */
export function containerOptions(
  task: TaskSpec,
  container: ContainerSpec,
  placement: Placement,
): ContainerCreateOptions {
  const published = publishedPorts(task, container, placement);
  const environment = {
    ...(task.networkMode !== 'none' && {
      AWS_ENDPOINT_URL: task.networkMode === 'host' ? placement.hostEndpoint : placement.endpoint,
    }),
    ...container.environment,
  };
  return {
    name: containerName(placement.instance, task.taskId, container.name),
    Image: container.image,
    Env: Object.entries(environment).map(([name, value]) => `${name}=${value}`),
    Labels: labels(task, container, placement),
    ...(container.entryPoint && { Entrypoint: [...container.entryPoint] }),
    ...(container.command && { Cmd: [...container.command] }),
    ...(container.workingDirectory !== undefined && { WorkingDir: container.workingDirectory }),
    ...(container.user !== undefined && { User: container.user }),
    ExposedPorts: Object.fromEntries(published.map((mapping) => [portKey(mapping), {}])),
    HostConfig: {
      ...limits(container),
      ...network(task, container, placement),
      // Without an init, a program that handles no SIGTERM would sit out the whole grace as pid 1.
      Init: true,
      ReadonlyRootfs: container.readonlyRootFilesystem ?? false,
      PortBindings: Object.fromEntries(published.map((mapping) => [portKey(mapping), [binding(task, mapping)]])),
      LogConfig: { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '2' } },
    },
  };
}

export const portKey = ({ containerPort, protocol }: Pick<PortMapping, 'containerPort' | 'protocol'>): string =>
  `${containerPort}/${protocol}`;

/** Whether a task's ports are found on this machine's loopback instead of at the container's own address. */
export const isPublished = (task: TaskSpec, { isRouted }: Pick<Placement, 'isRouted'>): boolean =>
  task.networkMode === 'bridge' || (task.networkMode === 'awsvpc' && !isRouted);

function publishedPorts(task: TaskSpec, container: ContainerSpec, placement: Placement): readonly PortMapping[] {
  if (!isPublished(task, placement)) return [];
  if (task.networkMode === 'bridge') return container.portMappings;
  return container === networkOwner(task) ? task.containers.flatMap(({ portMappings }) => portMappings) : [];
}

const binding = (task: TaskSpec, { hostPort }: PortMapping): { HostIp: string; HostPort: string } => ({
  HostIp: '127.0.0.1',
  HostPort: task.networkMode === 'bridge' && hostPort ? String(hostPort) : '0',
});

function network(task: TaskSpec, container: ContainerSpec, placement: Placement): HostConfig {
  if (task.networkMode === 'host' || task.networkMode === 'none') return { NetworkMode: task.networkMode };
  const owner = networkOwner(task);
  if (task.networkMode === 'awsvpc' && owner && owner !== container) {
    return { NetworkMode: `container:${containerName(placement.instance, task.taskId, owner.name)}` };
  }
  return { NetworkMode: placement.network, ExtraHosts: ['host.docker.internal:host-gateway'] };
}

const limits = ({ cpu, memory, memoryReservation }: ContainerSpec): HostConfig => ({
  // The kernel takes no fewer than 2 shares.
  ...(cpu > 0 && { CpuShares: Math.max(2, cpu) }),
  ...(memory !== undefined && { Memory: memory * MIB }),
  ...(memoryReservation !== undefined && { MemoryReservation: memoryReservation * MIB }),
});

const labels = (task: TaskSpec, container: ContainerSpec, { instance }: Placement): Record<string, string> => ({
  [LABEL.instance]: instance,
  [LABEL.task]: task.taskId,
  [LABEL.container]: container.name,
  'com.amazonaws.ecs.cluster': task.clusterName,
  'com.amazonaws.ecs.container-name': container.name,
  'com.amazonaws.ecs.task-arn': task.taskArn,
  'com.amazonaws.ecs.task-definition-family': task.family,
  'com.amazonaws.ecs.task-definition-version': String(task.revision),
});
