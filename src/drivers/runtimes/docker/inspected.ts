import type { ContainerInspectInfo } from 'dockerode';
import type { ContainerObservation, ContainerSpec, Endpoint, PortMapping } from '../runtime.ts';
import type { TaskRecord } from '../task-records.ts';
import { isPublished, networkOwner, portKey } from './container-network.ts';
import type { Placement } from './placement.ts';
import { needsGroup } from './task-groups.ts';

const OUT_OF_MEMORY = 'OutOfMemoryError: Container killed due to memory usage';
const REMOVED = 'CannotInspectContainerError: Error response from daemon: No such container';
const SIGKILLED = 137;

/** Tells how the containers of a task are, from what the Engine says of each, by container name. */
export function observeContainers(
  record: TaskRecord,
  inspected: ReadonlyMap<string, ContainerInspectInfo>,
  placement: Pick<Placement, 'isRouted'>,
): ContainerObservation[] {
  return record.spec.containers.map((container) => {
    const info = inspected.get(container.name);
    const owner = inspected.get(networkOwner(record.spec, container.name));
    const imageDigest = record.digests?.[container.name];
    const imageId = record.imageIds?.[container.name];
    return {
      name: container.name,
      ...lifeOf(record, container, info),
      ...(info && { runtimeId: info.Id }),
      ...(imageDigest !== undefined && { imageDigest }),
      ...(imageId !== undefined && { imageId }),
      ...(info?.State.Running && record.spec.networkMode !== 'host' && networkOf(owner)),
      endpoints: info?.State.Running ? endpointsOf(record, container, owner, placement) : [],
    };
  });
}

type Life = Omit<ContainerObservation, 'name' | 'endpoints' | 'runtimeId' | 'imageDigest' | 'imageId' | 'network'>;

function lifeOf(record: TaskRecord, container: ContainerSpec, info: ContainerInspectInfo | undefined): Life {
  const isOver = record.stop !== undefined || record.startFailure !== undefined || record.stoppedAt !== undefined;
  // Somebody else removed a container of a task that was ready to start: it counts as killed.
  if (!info && record.isPrepared) return { state: 'stopped', exitCode: SIGKILLED, reason: REMOVED };
  if (!info || info.State.Status === 'created')
    return { state: isOver ? 'stopped' : 'pending', ...reasonOf(record, container) };
  const startedAt = instant(info.State.StartedAt);
  if (info.State.Running) return { state: 'running', ...startedAt('startedAt'), ...healthOf(container, info) };
  return {
    state: 'stopped',
    exitCode: info.State.ExitCode,
    ...(isOutOfMemory(record, info) && { reason: OUT_OF_MEMORY }),
    ...startedAt('startedAt'),
    ...instant(info.State.FinishedAt)('finishedAt'),
  };
}

/** The Engine says it of every container of a group that ran out, also of those that went on. */
const isOutOfMemory = ({ spec }: TaskRecord, { State }: ContainerInspectInfo): boolean =>
  State.OOMKilled && (!needsGroup(spec) || State.ExitCode === SIGKILLED);

const reasonOf = ({ startFailure, failedContainer, failedBecause }: TaskRecord, { name }: ContainerSpec) =>
  startFailure !== undefined && failedContainer === name ? { reason: failedBecause ?? startFailure } : {};

const HEALTH: Readonly<Record<string, NonNullable<ContainerObservation['health']>>> = {
  healthy: 'HEALTHY',
  unhealthy: 'UNHEALTHY',
};

const healthOf = ({ healthCheck }: ContainerSpec, { State }: ContainerInspectInfo): Pick<Life, 'health'> =>
  healthCheck ? { health: HEALTH[State.Health?.Status ?? ''] ?? 'UNKNOWN' } : {};

/** The Engine says year 1 for never. */
const instant = (text: string) => (member: 'startedAt' | 'finishedAt') => {
  const at = Date.parse(text);
  return at > 0 ? { [member]: at } : {};
};

function endpointsOf(
  { spec }: TaskRecord,
  container: ContainerSpec,
  info: ContainerInspectInfo | undefined,
  placement: Pick<Placement, 'isRouted'>,
): Endpoint[] {
  return container.portMappings.flatMap((mapping): Endpoint[] => {
    const { containerPort, protocol } = mapping;
    if (spec.networkMode === 'host') return [{ containerPort, protocol, host: '127.0.0.1', port: containerPort }];
    if (!info || spec.networkMode === 'none') return [];
    if (isPublished(spec, placement)) return publishedAt(info, mapping);
    const host = addressOf(info);
    return host ? [{ containerPort, protocol, host, port: containerPort }] : [];
  });
}

function publishedAt(info: ContainerInspectInfo, { containerPort, protocol }: PortMapping): Endpoint[] {
  const [binding] = info.NetworkSettings.Ports[portKey({ containerPort, protocol })] ?? [];
  return binding ? [{ containerPort, protocol, host: '127.0.0.1', port: Number(binding.HostPort) }] : [];
}

const interfaceOf = (info: ContainerInspectInfo) =>
  Object.values(info.NetworkSettings.Networks).find(({ IPAddress }) => IPAddress !== '');

const addressOf = (info: ContainerInspectInfo): string | undefined => interfaceOf(info)?.IPAddress;

function networkOf(info: ContainerInspectInfo | undefined): Pick<ContainerObservation, 'network'> {
  const found = info && interfaceOf(info);
  if (!found) return {};
  const { IPAddress: address, IPPrefixLen: prefixLength, MacAddress: macAddress, Gateway: gateway } = found;
  return { network: { address, prefixLength, macAddress, ...(gateway !== '' && { gateway }) } };
}
