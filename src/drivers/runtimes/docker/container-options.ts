import type { ContainerCreateOptions, HostConfig } from 'dockerode';
import type { ContainerSpec, TaskSpec } from '../runtime.ts';
import { hostConfig } from './host-config.ts';
import { networkOf, portBindings, publishedPorts } from './container-network.ts';
import { containerName, LABEL } from './names.ts';
import { PAUSE_COMMAND } from './pause-image.ts';
import type { Placement } from './placement.ts';
import { holdsNamespaces, PAUSE, pausesFor } from './shared-namespaces.ts';

const NANOSECONDS = 1_000_000;

/** Writes a container definition in the Engine's words. */
export function containerOptions(
  task: TaskSpec,
  container: ContainerSpec,
  placement: Placement,
): ContainerCreateOptions {
  const network = networkOf(task, container, placement);
  const ownsNetwork = !network.NetworkMode?.startsWith('container:');
  return {
    name: containerName(placement.instance, task.taskId, container.name),
    Image: container.image,
    Env: Object.entries(environmentOf(task, container, placement)).map(([name, value]) => `${name}=${value}`),
    Labels: { ...container.labels, ...labels(task, container.name, placement) },
    ...(container.entryPoint && { Entrypoint: [...container.entryPoint] }),
    ...(container.command && { Cmd: [...container.command] }),
    ...(container.workingDirectory !== undefined && { WorkingDir: container.workingDirectory }),
    ...(container.user !== undefined && { User: container.user }),
    ...(container.hostname !== undefined && ownsNetwork && { Hostname: container.hostname }),
    ...(container.interactive && { OpenStdin: true }),
    ...(container.pseudoTerminal && { Tty: true }),
    ExposedPorts: exposed(task, container.name, placement),
    Healthcheck: healthcheck(container),
    HostConfig: { ...hostConfig(task, container, placement), ...network },
  };
}

/** The container that holds the namespaces of a task for all of it. */
export function pauseOptions(task: TaskSpec, image: string, placement: Placement): ContainerCreateOptions {
  const own = task.containers.filter((container) => pausesFor(task).network && !container.disableNetworking);
  const HostConfig: HostConfig = {
    ...(own.length > 0
      ? {
          NetworkMode: placement.network,
          ExtraHosts: placement.hosts,
          Dns: own.flatMap(({ dnsServers = [] }) => dnsServers),
          DnsSearch: own.flatMap(({ dnsSearchDomains = [] }) => dnsSearchDomains),
          PortBindings: portBindings(task, PAUSE, placement),
        }
      : { NetworkMode: 'none' }),
    Sysctls: Object.fromEntries(
      task.containers.flatMap(({ sysctls = {} }) =>
        Object.entries(sysctls).filter(([name]) => holdsNamespaces(task, name)),
      ),
    ),
    ...(pausesFor(task).ipc && { IpcMode: 'shareable' }),
    // Pid 1 of a shared process namespace has to take in orphans.
    Init: pausesFor(task).pid,
    ...(placement.cgroupParent !== undefined && { CgroupParent: placement.cgroupParent }),
    Memory: PAUSE_MEMORY,
    ReadonlyRootfs: true,
    LogConfig: { Type: 'none', Config: {} },
  };
  return {
    name: containerName(placement.instance, task.taskId, PAUSE),
    Image: image,
    Cmd: PAUSE_COMMAND,
    Labels: labels(task, PAUSE, placement),
    ExposedPorts: exposed(task, PAUSE, placement),
    HostConfig,
  };
}

/** The least that the Engine takes. */
const PAUSE_MEMORY = 6 * 1024 * 1024;

function environmentOf(task: TaskSpec, container: ContainerSpec, placement: Placement): Record<string, string> {
  if (task.networkMode === 'none' || container.disableNetworking) return { ...container.environment };
  const isHost = task.networkMode === 'host';
  const endpoint = isHost ? placement.hostEndpoint : placement.endpoint;
  const path = task.paths?.metadata[container.name];
  return {
    AWS_ENDPOINT_URL: endpoint,
    ...(path !== undefined && {
      ECS_AGENT_URI: `${endpoint}${path.replace('/v4/', '/api/')}`,
      ECS_CONTAINER_METADATA_URI: `${endpoint}${path.replace('/v4/', '/v3/')}`,
      ECS_CONTAINER_METADATA_URI_V4: `${endpoint}${path}`,
    }),
    ...credentials(task, placement),
    ...container.environment,
  };
}

/**
 * SDKs take credentials over plain HTTP from 169.254.170.2 and from loopback only, whatever the variable is called.
 * Where containers cannot be given that address, they get no credentials.
 */
function credentials({ paths, networkMode }: TaskSpec, placement: Placement): Record<string, string> {
  const path = paths?.credentials;
  if (path === undefined) return {};
  if (networkMode === 'host') return { AWS_CONTAINER_CREDENTIALS_FULL_URI: `${placement.hostEndpoint}${path}` };
  if (placement.linkLocal === undefined) return {};
  return placement.linkLocal.hasUsualPort
    ? { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: path }
    : { AWS_CONTAINER_CREDENTIALS_FULL_URI: `${placement.linkLocal.url}${path}` };
}

/** The image's own health check is not ECS's business. Source: ECS developer guide, container health checks. */
function healthcheck({ healthCheck }: ContainerSpec): ContainerCreateOptions['Healthcheck'] {
  if (!healthCheck || healthCheck.command[0] === 'NONE') return { Test: ['NONE'] };
  return {
    Test: [...healthCheck.command],
    Interval: healthCheck.interval * NANOSECONDS,
    Timeout: healthCheck.timeout * NANOSECONDS,
    StartPeriod: healthCheck.startPeriod * NANOSECONDS,
    Retries: healthCheck.retries,
  };
}

const exposed = (task: TaskSpec, container: string, placement: Placement): Record<string, object> =>
  Object.fromEntries(
    publishedPorts(task, container, placement).map(({ containerPort, protocol }) => [
      `${containerPort}/${protocol}`,
      {},
    ]),
  );

const labels = (task: TaskSpec, container: string, { instance }: Placement): Record<string, string> => ({
  [LABEL.instance]: instance,
  [LABEL.task]: task.taskId,
  [LABEL.container]: container,
  'com.amazonaws.ecs.cluster': task.clusterName,
  'com.amazonaws.ecs.container-name': container,
  'com.amazonaws.ecs.task-arn': task.taskArn,
  'com.amazonaws.ecs.task-definition-family': task.family,
  'com.amazonaws.ecs.task-definition-version': String(task.revision),
});
