import type { ContainerInspectInfo } from 'dockerode';
import type { ContainerObservation, ContainerSpec, Endpoint, PortMapping } from '../runtime.ts';
import type { TaskRecord } from '../task-records.ts';
import { isPublished, networkOwner, portKey, type Placement } from './container-options.ts';

const OUT_OF_MEMORY = 'OutOfMemoryError: Container killed due to memory usage';
const SIGKILLED = 137;

/** Tells how the containers of a task are, from what the Engine says of each, by container name. */
export function observeContainers(
  record: TaskRecord,
  inspected: ReadonlyMap<string, ContainerInspectInfo>,
  placement: Pick<Placement, 'isRouted'>,
): ContainerObservation[] {
  const owner = inspected.get(networkOwner(record.spec)?.name ?? '');
  return record.spec.containers.map((container) => {
    const info = inspected.get(container.name);
    const addressed = record.spec.networkMode === 'awsvpc' ? owner : info;
    return {
      name: container.name,
      ...lifeOf(record, info),
      ...(info && { runtimeId: info.Id }),
      endpoints: info?.State.Running ? endpointsOf(record, container, addressed, placement) : [],
    };
  });
}

type Life = Pick<ContainerObservation, 'state' | 'exitCode' | 'reason'>;

function lifeOf(record: TaskRecord, info: ContainerInspectInfo | undefined): Life {
  const isOver = record.stop !== undefined || record.startFailure !== undefined || record.stoppedAt !== undefined;
  // Somebody else removed a container that ran: it counts as killed.
  if (!info && record.startedAt !== undefined) return { state: 'stopped', exitCode: SIGKILLED };
  if (!info || info.State.Status === 'created') return { state: isOver ? 'stopped' : 'pending' };
  if (info.State.Running) return { state: 'running' };
  return {
    state: 'stopped',
    exitCode: info.State.ExitCode,
    ...(info.State.OOMKilled && { reason: OUT_OF_MEMORY }),
  };
}

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

const addressOf = (info: ContainerInspectInfo): string | undefined =>
  Object.values(info.NetworkSettings.Networks)
    .map(({ IPAddress }) => IPAddress)
    .find((address) => address !== '');
