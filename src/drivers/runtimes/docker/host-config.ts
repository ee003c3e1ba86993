import type { HostConfig } from 'dockerode';
import type { ContainerSpec, TaskSpec, VolumeSpec } from '../runtime.ts';
import { containerName, volumeName } from './names.ts';
import type { Placement } from './placement.ts';
import { holdsNamespaces, PAUSE, pausesFor } from './shared-namespaces.ts';

const MIB = 1024 * 1024;

/** Limits, volumes and powers of a container in the Engine's words. */
export function hostConfig(task: TaskSpec, container: ContainerSpec, placement: Placement): HostConfig {
  return {
    ...limits(task, container, placement),
    ...namespaces(task, placement),
    ...kernel(task, container),
    Binds: (container.mounts ?? []).map(({ volume, path, readOnly }) => {
      const source = task.volumes?.find(({ name }) => name === volume);
      return `${source ? sourceOf(task, source, placement) : volume}:${path}${readOnly ? ':ro' : ''}`;
    }),
    VolumesFrom: (container.volumesFrom ?? []).map(
      (from) => `${containerName(placement.instance, task.taskId, from.container)}:${from.readOnly ? 'ro' : 'rw'}`,
    ),
    Init: hasInit(container),
    ReadonlyRootfs: container.readonlyRootFilesystem ?? false,
    Privileged: container.privileged ?? false,
    ...(container.securityOptions && { SecurityOpt: [...container.securityOptions] }),
    LogConfig: logConfig(container),
  };
}

/** As on AWS only where it is asked for: a program that is process 1 and handles no SIGTERM sits out its stop timeout. */
export const hasInit = ({ linux }: ContainerSpec): boolean => linux?.init ?? false;

/** The name the Engine knows a volume by, or a path of its machine. */
export function sourceOf({ taskId }: TaskSpec, volume: VolumeSpec, { instance }: Pick<Placement, 'instance'>): string {
  if (volume.kind === 'host') return volume.path;
  return volume.kind === 'docker' && volume.isShared ? volume.name : volumeName(instance, taskId, volume.name);
}

/**
 * A container's own limits, and the task's as the most that each container may have, which programs can read. The group
 * above holds all of them to it together, where there is one.
 */
function limits(task: TaskSpec, container: ContainerSpec, { cpus, cgroupParent }: Placement): HostConfig {
  const { cpu, memoryReservation, linux = {} } = container;
  const memory = container.memory ?? task.memory;
  return {
    ...(cgroupParent !== undefined && { CgroupParent: cgroupParent }),
    // The kernel takes no fewer than 2 shares.
    ...(cpu > 0 && { CpuShares: Math.max(2, cpu) }),
    ...(task.cpu !== undefined && task.cpu / 1024 < cpus && { NanoCpus: Math.round((task.cpu / 1024) * 1e9) }),
    ...(memory !== undefined && { Memory: memory * MIB }),
    ...(memory !== undefined && linux.maxSwap !== undefined && { MemorySwap: (memory + linux.maxSwap) * MIB }),
    ...(linux.swappiness !== undefined && linux.maxSwap !== undefined && { MemorySwappiness: linux.swappiness }),
    ...(memoryReservation !== undefined && { MemoryReservation: memoryReservation * MIB }),
    Ulimits: (container.ulimits ?? []).map(({ name, soft, hard }) => ({ Name: name, Soft: soft, Hard: hard })),
  };
}

function namespaces(task: TaskSpec, { instance }: Placement): HostConfig {
  const pause = `container:${containerName(instance, task.taskId, PAUSE)}`;
  const { pid, ipc } = pausesFor(task);
  return {
    ...(task.pidMode === 'host' && { PidMode: 'host' }),
    ...(pid && { PidMode: pause }),
    ...(task.ipcMode !== undefined && { IpcMode: ipc ? pause : task.ipcMode === 'task' ? 'private' : task.ipcMode }),
  };
}

function kernel(task: TaskSpec, { linux = {}, sysctls = {} }: ContainerSpec): HostConfig {
  const own = Object.entries(sysctls).filter(([name]) => !holdsNamespaces(task, name));
  return {
    ...(own.length > 0 && { Sysctls: Object.fromEntries(own) }),
    ...(linux.addedCapabilities && { CapAdd: [...linux.addedCapabilities] }),
    ...(linux.droppedCapabilities && { CapDrop: [...linux.droppedCapabilities] }),
    ...(linux.sharedMemory !== undefined && { ShmSize: linux.sharedMemory * MIB }),
    Devices: (linux.devices ?? []).map(({ host, container, permissions }) => ({
      PathOnHost: host,
      PathInContainer: container,
      CgroupPermissions: permissions,
    })),
    Tmpfs: Object.fromEntries(
      (linux.tmpfs ?? []).map(({ path, size, options }) => [path, [`size=${size}m`, ...options].join(',')]),
    ),
  };
}

const KEPT = { 'max-size': '10m', 'max-file': '2' };

/** Drivers of the Engine work as on AWS; lines that Teal itself stores are read from the Engine's own file. */
function logConfig({ log }: ContainerSpec): NonNullable<HostConfig['LogConfig']> {
  if (!log || log.driver === 'awslogs') return { Type: 'json-file', Config: KEPT };
  return { Type: log.driver, Config: { ...log.options } };
}
