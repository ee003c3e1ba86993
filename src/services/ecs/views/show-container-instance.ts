import type { ContainerInstance, Resource } from '@aws-sdk/client-ecs';
import type { Machine } from '../../../drivers/runtimes/runtime.ts';
import type { Scope } from '../../../kernel/scope.ts';
import { version } from '../../../kernel/version.ts';
import { arns, instanceId } from '../arns.ts';
import { cpuOf, needOf, RESERVED_PORTS } from '../loop/decide-placement.ts';
import type { ClusterRecord } from '../records/cluster.ts';
import { isPending, isRunning, type TaskRecord } from '../records/task.ts';
import { firstZone } from '../records/task-subnet.ts';

export interface InstanceParts {
  readonly machine: Machine;
  /** Those on the machine that have not stopped, of every cluster. */
  readonly held: readonly TaskRecord[];
  /** Of the cluster. */
  readonly own: readonly TaskRecord[];
}

/**
 * The machine as DescribeContainerInstances shows it. What is left is never below 0, although tasks may be placed that
 * together need more. Ports are those that cannot be had, as on AWS.
 */
export function showContainerInstance(
  scope: Scope,
  cluster: ClusterRecord,
  { machine, held, own }: InstanceParts,
  withTags: boolean,
): ContainerInstance {
  const { instanceRegisteredAt, instanceTags = [] } = cluster;
  const onInstance = own.filter(({ launchType }) => launchType === 'EC2');
  return {
    containerInstanceArn: arns.containerInstance(scope, cluster.name),
    ec2InstanceId: instanceId(scope),
    // It counts events of changes, of which there are none.
    version: 1,
    versionInfo: {
      agentVersion: version(),
      ...(machine.dockerVersion !== undefined && { dockerVersion: `DockerVersion: ${machine.dockerVersion}` }),
    },
    registeredResources: resources({ cpu: cpuOf(machine), memory: machine.memory, tcp: [], udp: [] }),
    remainingResources: remaining(machine, held),
    status: 'ACTIVE',
    agentConnected: true,
    runningTasksCount: onInstance.filter(isRunning).length,
    pendingTasksCount: onInstance.filter(isPending).length,
    attributes: attributesOf(scope, machine),
    ...(instanceRegisteredAt !== undefined && { registeredAt: new Date(instanceRegisteredAt) }),
    attachments: [],
    tags: withTags ? [...instanceTags] : [],
  };
}

function remaining(machine: Machine, held: readonly TaskRecord[]): Resource[] {
  const needs = held.map(({ spec }) => needOf(spec));
  const ports = needs.flatMap((need) => need.ports.map((port) => port.split('/')));
  const of = (wanted: string): string[] =>
    ports.flatMap(([port = '', protocol]) => (protocol === wanted ? [port] : []));
  const left = (all: number, taken: readonly number[]): number =>
    Math.max(
      0,
      taken.reduce((rest, one) => rest - one, all),
    );
  return resources({
    cpu: left(
      cpuOf(machine),
      needs.map(({ cpu }) => cpu),
    ),
    memory: left(
      machine.memory,
      needs.map(({ memory }) => memory),
    ),
    tcp: of('tcp'),
    udp: of('udp'),
  });
}

interface Amounts {
  readonly cpu: number;
  readonly memory: number;
  readonly tcp: readonly string[];
  readonly udp: readonly string[];
}

const resources = ({ cpu, memory, tcp, udp }: Amounts): Resource[] => [
  integer('CPU', cpu),
  integer('MEMORY', memory),
  set('PORTS', [...RESERVED_PORTS, ...tcp]),
  set('PORTS_UDP', udp),
];

/** Every resource has all number members. Source: API reference, Resource, in its examples. */
const NO_NUMBERS = { doubleValue: 0, longValue: 0, integerValue: 0 };

const integer = (name: string, integerValue: number): Resource => ({
  name,
  type: 'INTEGER',
  ...NO_NUMBERS,
  integerValue,
});

const set = (name: string, values: readonly string[]): Resource => ({
  name,
  type: 'STRINGSET',
  ...NO_NUMBERS,
  stringSetValue: [...new Set(values)],
});

/** Those of ECS that are true here; of systems it knows two. */
const attributesOf = ({ region }: Scope, { os, architecture }: Machine) => [
  { name: 'ecs.availability-zone', value: firstZone({ region }) },
  { name: 'ecs.cpu-architecture', value: architecture },
  ...(['linux', 'windows'].includes(os) ? [{ name: 'ecs.os-type', value: os }] : []),
];
