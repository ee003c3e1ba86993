import type { Tag } from '@aws-sdk/client-ecs';
import type { ContainerObservation, ContainerSpec } from '../../../drivers/runtimes/runtime.ts';
import { arns } from '../arns.ts';
import type { EcsDeps } from '../deps.ts';
import { firstZone } from '../records/task-subnet.ts';
import { clusters } from '../records/cluster.ts';
import type { TaskRecord } from '../records/task.ts';

const stamp = (at: number | undefined): string | undefined =>
  at === undefined ? undefined : new Date(at).toISOString();

/** What `/task` answers. Source: ECS developer guide, task metadata v4 response. */
export async function describeTask(deps: EcsDeps, task: TaskRecord) {
  const { account, region, clusterName, family, revision, cpu, memory } = task.spec;
  const pulled = task.pullStoppedAt === undefined ? ((await observe(deps.runtime, task)) ?? task) : task;
  const containers = await Promise.all(task.spec.containers.map((one) => describeContainer(deps, task, one)));
  return {
    Cluster: arns.cluster({ account, region }, clusterName),
    TaskARN: task.arn,
    Family: family,
    Revision: String(revision),
    ...(task.service !== undefined && { ServiceName: task.service }),
    DesiredStatus: task.desiredStatus,
    KnownStatus: task.lastStatus,
    ...((cpu ?? memory) !== undefined && {
      Limits: { ...(cpu !== undefined && { CPU: cpu / 1024 }), ...(memory !== undefined && { Memory: memory }) },
    }),
    PullStartedAt: stamp(pulled.pullStartedAt ?? task.createdAt),
    PullStoppedAt: stamp(pulled.pullStoppedAt ?? task.startedAt),
    AvailabilityZone: task.subnet?.zoneName ?? firstZone(task.spec),
    LaunchType: task.launchType,
    Containers: containers,
  };
}

/** What `/taskWithTags` answers beside: tags of the task and of its instance, each only where there are some. */
export async function tagsAround({ store }: EcsDeps, { spec, launchType, tags }: TaskRecord) {
  const cluster = launchType === 'EC2' ? await clusters(store).get(spec, spec.clusterName) : undefined;
  const instanceTags = cluster?.instanceTags ?? [];
  return {
    ...(tags.length > 0 && { TaskTags: asMap(tags) }),
    ...(instanceTags.length > 0 && { ContainerInstanceTags: asMap(instanceTags) }),
  };
}

const asMap = (tags: readonly Tag[]) => Object.fromEntries(tags.map(({ key = '', value = '' }) => [key, value]));

/** What the endpoint itself answers. */
export async function describeContainer({ runtime }: EcsDeps, task: TaskRecord, container: ContainerSpec) {
  const look = await lookAt(runtime, task, container.name);
  const { account, region } = task.spec;
  return {
    DockerId: look?.runtimeId ?? task.containerIds[container.name],
    Name: container.name,
    DockerName: `ecs-${task.spec.family}-${task.spec.revision}-${container.name}-${task.id}`,
    Image: container.image,
    ...((look?.imageId ?? look?.imageDigest) !== undefined && { ImageID: look?.imageId ?? look?.imageDigest }),
    Labels: {
      ...container.labels,
      'com.amazonaws.ecs.cluster': task.spec.clusterName,
      'com.amazonaws.ecs.container-name': container.name,
      'com.amazonaws.ecs.task-arn': task.arn,
      'com.amazonaws.ecs.task-definition-family': task.spec.family,
      'com.amazonaws.ecs.task-definition-version': String(task.spec.revision),
    },
    DesiredStatus: task.desiredStatus,
    KnownStatus: look?.state.toUpperCase() ?? 'PENDING',
    ...(look?.exitCode !== undefined && { ExitCode: look.exitCode }),
    Limits: limitsOf(container),
    CreatedAt: stamp(look?.startedAt ?? task.createdAt),
    StartedAt: stamp(look?.startedAt),
    ...(look?.finishedAt !== undefined && { FinishedAt: stamp(look.finishedAt) }),
    ...(look?.health !== undefined && { Health: { status: look.health, statusSince: stamp(look.startedAt) } }),
    Type: 'NORMAL',
    ...(container.log && { LogDriver: container.log.driver }),
    ContainerARN: arns.container({ account, region }, task.cluster, task.id, task.containerIds[container.name] ?? ''),
    Networks: networksOf(task, look),
    ...(container.portMappings.length > 0 && { Ports: portsOf(task, container, look) }),
  };
}

const observe = async (runtime: EcsDeps['runtime'], { id }: TaskRecord) =>
  (await runtime.observe()).find(({ taskId }) => taskId === id);

/** As recorded once it runs; before, as it is now: a container asks as soon as it has started. */
async function lookAt(runtime: EcsDeps['runtime'], task: TaskRecord, name: string) {
  const recorded = task.containers.find((one) => one.name === name);
  if (recorded && recorded.state !== 'pending') return recorded;
  const now = await observe(runtime, task);
  return now?.containers.find((one) => one.name === name);
}

const limitsOf = ({ cpu, memory }: ContainerSpec) => ({ CPU: cpu, ...(memory !== undefined && { Memory: memory }) });

function networksOf({ spec }: TaskRecord, look: ContainerObservation | undefined) {
  const { address, prefixLength, macAddress, gateway } = look?.network ?? {};
  const hosts = address === undefined ? (look?.endpoints ?? []).map(({ host }) => host) : [address];
  const isVpc = spec.networkMode === 'awsvpc';
  return [
    {
      NetworkMode: spec.networkMode,
      IPv4Addresses: [...new Set(hosts)],
      ...(isVpc && { AttachmentIndex: 0 }),
      ...(isVpc && macAddress !== undefined && { MACAddress: macAddress }),
      ...(isVpc && address && prefixLength !== undefined && { IPv4SubnetCIDRBlock: blockOf(address, prefixLength) }),
      ...(isVpc && gateway !== undefined && { SubnetGatewayIpv4Address: `${gateway}/${prefixLength}` }),
    },
  ];
}

/** The block of addresses that one is in: `172.18.0.0/16`. */
export function blockOf(address: string, prefixLength: number): string {
  const all = address.split('.').reduce((bits, part) => bits * 256 + Number(part), 0);
  const size = 2 ** (32 - prefixLength);
  const first = Math.floor(all / size) * size;
  return `${[24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256).join('.')}/${prefixLength}`;
}

const portsOf = (task: TaskRecord, { portMappings }: ContainerSpec, look: ContainerObservation | undefined) =>
  portMappings.map(({ containerPort, protocol }) => {
    const endpoint = look?.endpoints.find((one) => one.containerPort === containerPort && one.protocol === protocol);
    return {
      ContainerPort: containerPort,
      Protocol: protocol,
      ...(task.spec.networkMode !== 'awsvpc' && endpoint && { HostPort: endpoint.port }),
    };
  });
