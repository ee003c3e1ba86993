import type { Attachment, Container, NetworkBinding, Task } from '@aws-sdk/client-ecs';
import type { ContainerSpec } from '../../../drivers/runtimes/runtime.ts';
import type { Scope } from '../../../kernel/scope.ts';
import { arns } from '../arns.ts';
import { firstZone } from '../records/task-subnet.ts';
import { healthOfTask, type TaskRecord } from '../records/task.ts';

const asDate = (at: number | undefined): Date | undefined => (at === undefined ? undefined : new Date(at));

/** GiB that Fargate gives. Source: recorded. */
const USUAL_STORAGE = 20;

/** A task as DescribeTasks shows it. */
export function showTask(scope: Scope, task: TaskRecord): Task {
  const isFargate = task.launchType === 'FARGATE';
  // A runtime that pulls nothing does not say when; its tasks then were ready when they ran.
  const pullStartedAt = task.pullStartedAt ?? (task.startedAt && task.createdAt);
  const pullStoppedAt = task.pullStoppedAt ?? task.startedAt;
  return {
    attachments: attachmentsOf(task),
    attributes: [{ name: 'ecs.cpu-architecture', value: process.arch === 'arm64' ? 'arm64' : 'x86_64' }],
    availabilityZone: task.subnet?.zoneName ?? firstZone(scope),
    capacityProviderName: task.capacityProviderName,
    clusterArn: arns.cluster(scope, task.cluster),
    containerInstanceArn: isFargate ? undefined : arns.containerInstance(scope, task.cluster),
    connectivity: pullStartedAt === undefined ? undefined : 'CONNECTED',
    connectivityAt: asDate(pullStartedAt),
    containers: task.spec.containers.map((spec) => showContainer(scope, task, spec)),
    cpu: task.cpu,
    createdAt: new Date(task.createdAt),
    desiredStatus: task.desiredStatus,
    enableExecuteCommand: task.enableExecuteCommand,
    executionStoppedAt: asDate(task.executionStoppedAt),
    group: task.group,
    healthStatus: healthOfTask(task),
    lastStatus: task.lastStatus,
    launchType: task.launchType,
    memory: task.memory,
    overrides: {
      ...task.overrides,
      containerOverrides: task.spec.containers.map(
        ({ name }) => task.overrides.containerOverrides?.find((one) => one.name === name) ?? { name },
      ),
      inferenceAcceleratorOverrides: [],
    },
    ...(isFargate && {
      platformVersion: task.platformVersion,
      platformFamily: 'Linux',
      ephemeralStorage: { sizeInGiB: task.ephemeralStorage ?? USUAL_STORAGE },
      fargateEphemeralStorage: { sizeInGiB: task.ephemeralStorage ?? USUAL_STORAGE },
    }),
    pullStartedAt: asDate(pullStartedAt),
    pullStoppedAt: asDate(pullStoppedAt),
    startedAt: asDate(task.startedAt),
    startedBy: task.startedBy,
    stopCode: task.stopCode,
    stoppedAt: asDate(task.stoppedAt),
    stoppedReason: task.stoppedReason,
    stoppingAt: asDate(task.stoppingAt),
    tags: task.tags,
    taskArn: task.arn,
    taskDefinitionArn: task.taskDefinition,
    version: task.version,
  };
}

function showContainer(scope: Scope, task: TaskRecord, spec: ContainerSpec): Container {
  const seen = task.containers.find(({ name }) => name === spec.name);
  const address = privateAddress(task);
  return {
    containerArn: arns.container(scope, task.cluster, task.id, task.containerIds[spec.name] ?? task.id),
    taskArn: task.arn,
    name: spec.name,
    image: spec.image,
    imageDigest: seen?.imageDigest,
    runtimeId: seen?.runtimeId,
    lastStatus: task.lastStatus === 'STOPPED' ? 'STOPPED' : (seen?.state.toUpperCase() ?? 'PENDING'),
    exitCode: seen?.exitCode,
    reason: seen?.reason,
    networkBindings: networkBindings(task, spec),
    networkInterfaces:
      task.spec.networkMode === 'awsvpc' && address !== undefined
        ? [{ attachmentId: task.attachmentId, privateIpv4Address: address }]
        : [],
    healthStatus: seen?.health ?? 'UNKNOWN',
    cpu: String(spec.cpu),
    memory: spec.memory === undefined ? undefined : String(spec.memory),
    memoryReservation: spec.memoryReservation === undefined ? undefined : String(spec.memoryReservation),
  };
}

/** There are none before the container runs; afterwards they stay. */
function networkBindings(
  { spec: { networkMode }, network }: TaskRecord,
  { name }: ContainerSpec,
): NetworkBinding[] | undefined {
  if (networkMode === 'awsvpc') return [];
  return network?.[name]?.endpoints.map(({ containerPort, port, protocol }) => ({
    bindIP: '0.0.0.0',
    containerPort,
    hostPort: port,
    protocol,
  }));
}

const connectionsOf = ({ network }: TaskRecord) => Object.values(network ?? {});

/** Where its ports answer, if it has some; all its containers share one address. */
const privateAddress = (task: TaskRecord): string | undefined =>
  connectionsOf(task).flatMap(({ endpoints }) => endpoints)[0]?.host ??
  connectionsOf(task).flatMap(({ network }) => network ?? [])[0]?.address;

const macAddress = (task: TaskRecord): string | undefined =>
  connectionsOf(task).flatMap(({ network }) => network?.macAddress ?? [])[0];

/** The network interface of an awsvpc task; its ids follow from the attachment's. */
function attachmentsOf(task: TaskRecord): Attachment[] {
  if (task.spec.networkMode !== 'awsvpc') return [];
  const digits = task.attachmentId.replaceAll('-', '');
  const address = privateAddress(task);
  const status =
    task.lastStatus === 'STOPPED' ? 'DELETED' : task.lastStatus === 'PROVISIONING' ? 'PRECREATED' : 'ATTACHED';
  const details = [
    ['subnetId', task.subnet?.subnetId ?? task.networkConfiguration?.awsvpcConfiguration?.subnets?.[0]],
    ['networkInterfaceId', `eni-${digits.slice(0, 17)}`],
    ['macAddress', macAddress(task) ?? `02:${(digits.slice(-10).match(/../g) ?? []).join(':')}`],
    ['privateIPv4Address', address],
  ] as const;
  return [
    {
      id: task.attachmentId,
      type: 'ElasticNetworkInterface',
      status,
      details: details.flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }])),
    },
  ];
}
