import type { ContainerDefinition, LaunchType } from '@aws-sdk/client-ecs';
import type { ContainerSpec, LinuxSpec } from '../../../drivers/runtimes/runtime.ts';
import { seconds } from '../../../kernel/span.ts';

/** Seconds. Source: ECS developer guide: stop timeout, restart policy. */
export const STOP_TIMEOUT = 30;
const RESTART_ATTEMPT_PERIOD = 300;

/** What a container waits for, and what it is waited for. Spans as configured: the time scale comes later. */
export function waitsOf(container: ContainerDefinition): Partial<ContainerSpec> {
  const { dependsOn, startTimeout, stopTimeout = STOP_TIMEOUT, healthCheck, restartPolicy } = container;
  return {
    ...(dependsOn?.length && {
      dependsOn: dependsOn.map(({ containerName = '', condition = 'START' }) => ({
        container: containerName,
        condition,
      })),
    }),
    ...(startTimeout !== undefined && { startTimeout: seconds(startTimeout) }),
    stopTimeout: seconds(stopTimeout),
    ...(healthCheck && {
      healthCheck: {
        command: healthCheck.command ?? [],
        interval: seconds(healthCheck.interval ?? 30),
        timeout: seconds(healthCheck.timeout ?? 5),
        retries: healthCheck.retries ?? 3,
        startPeriod: seconds(healthCheck.startPeriod ?? 0),
      },
    }),
    ...(restartPolicy?.enabled && {
      restart: {
        ignoredExitCodes: restartPolicy.ignoredExitCodes ?? [],
        attemptPeriod: seconds(restartPolicy.restartAttemptPeriod ?? RESTART_ATTEMPT_PERIOD),
      },
    }),
  };
}

/** Volumes and names. */
export function namesOf(container: ContainerDefinition): Partial<ContainerSpec> {
  const { mountPoints, volumesFrom, links, hostname, dnsServers, dnsSearchDomains, extraHosts, dockerLabels } =
    container;
  const { logDriver, options = {} } = container.logConfiguration ?? {};
  return {
    ...(mountPoints?.length && {
      mounts: mountPoints.map(({ sourceVolume = '', containerPath = '', readOnly = false }) => ({
        volume: sourceVolume,
        path: containerPath,
        readOnly,
      })),
    }),
    ...(volumesFrom?.length && {
      volumesFrom: volumesFrom.map(({ sourceContainer = '', readOnly = false }) => ({
        container: sourceContainer,
        readOnly,
      })),
    }),
    ...(links?.length && { links }),
    ...(hostname && { hostname }),
    ...(dnsServers?.length && { dnsServers }),
    ...(dnsSearchDomains?.length && { dnsSearchDomains }),
    ...(extraHosts?.length && { extraHosts: extraHosts.map((host) => `${host.hostname}:${host.ipAddress}`) }),
    ...(dockerLabels && { labels: dockerLabels }),
    ...(logDriver !== undefined && { log: { driver: logDriver, options: logDriver === 'awslogs' ? {} : options } }),
  };
}

/** What Fargate sets unless told otherwise. Source: ECS developer guide, Ulimit. */
const FARGATE_FILES = { name: 'nofile', soft: 65_535, hard: 65_535, isWish: true };

/** Powers, limits and settings of the kernel. */
export function kernelOf(container: ContainerDefinition, launchType: LaunchType): Partial<ContainerSpec> {
  const { systemControls, ulimits = [], privileged, interactive, pseudoTerminal, linuxParameters } = container;
  const own = ulimits.map(({ name = 'nofile', softLimit = 0, hardLimit = 0 }) => ({
    name,
    soft: softLimit,
    hard: hardLimit,
  }));
  const isFilesMissing = launchType === 'FARGATE' && !own.some(({ name }) => name === FARGATE_FILES.name);
  const all = isFilesMissing ? [...own, FARGATE_FILES] : own;
  return {
    ...(systemControls?.length && {
      sysctls: Object.fromEntries(systemControls.map(({ namespace = '', value = '' }) => [namespace, value])),
    }),
    ...(all.length > 0 && { ulimits: all }),
    ...(privileged && { privileged }),
    ...(interactive && { interactive }),
    ...(pseudoTerminal && { pseudoTerminal }),
    ...(container.dockerSecurityOptions?.length && { securityOptions: container.dockerSecurityOptions }),
    ...(container.disableNetworking && { disableNetworking: true }),
    ...(linuxParameters && { linux: linuxOf(linuxParameters) }),
  };
}

function linuxOf(parameters: NonNullable<ContainerDefinition['linuxParameters']>): LinuxSpec {
  const { capabilities, devices, initProcessEnabled, sharedMemorySize, maxSwap, swappiness, tmpfs } = parameters;
  return {
    ...(initProcessEnabled !== undefined && { init: initProcessEnabled }),
    ...(capabilities?.add?.length && { addedCapabilities: capabilities.add }),
    ...(capabilities?.drop?.length && { droppedCapabilities: capabilities.drop }),
    ...(devices?.length && {
      devices: devices.map(({ hostPath = '', containerPath = hostPath, permissions }) => ({
        host: hostPath,
        container: containerPath,
        permissions: (permissions ?? ['read', 'write', 'mknod']).map((one) => one[0]).join(''),
      })),
    }),
    ...(sharedMemorySize !== undefined && { sharedMemory: sharedMemorySize }),
    ...(maxSwap !== undefined && { maxSwap }),
    ...(swappiness !== undefined && { swappiness }),
    ...(tmpfs?.length && {
      tmpfs: tmpfs.map(({ containerPath = '', size = 0, mountOptions = [] }) => ({
        path: containerPath,
        size,
        options: mountOptions,
      })),
    }),
  };
}
