import type { LaunchType, NetworkConfiguration, Tag, TaskOverride } from '@aws-sdk/client-ecs';
import { newId } from '../../../kernel/ids.ts';
import type { Scope } from '../../../kernel/scope.ts';
import { arns } from '../arns.ts';
import { pathsOf } from '../metadata/paths.ts';
import { taskOutputs } from '../output/task-outputs.ts';
import { resolvedPlatform } from '../records/placement.ts';
import type { TaskBinding, TaskRecord } from '../records/task.ts';
import { subnetOf, type TaskSubnet } from '../records/task-subnet.ts';
import { networkModeOf, type TaskDefinitionRecord } from '../records/task-definition.ts';
import { containerSpecs, stopTimeoutOf } from './container-specs.ts';
import { environmentFilesOf } from './environment-files.ts';
import { taskVolumes } from './task-volumes.ts';
import { parseCpu, parseMemory } from '../task-definition/sizes.ts';
import { unservedReason } from './unserved-reason.ts';

export interface TaskWish {
  readonly cluster: string;
  readonly definition: TaskDefinitionRecord;
  readonly launchType: LaunchType;
  readonly capacityProviderName?: string | undefined;
  readonly platformVersion?: string | undefined;
  readonly networkConfiguration?: NetworkConfiguration | undefined;
  /** Those of the configuration: the task is in one of them. */
  readonly subnets?: readonly TaskSubnet[];
  readonly group: string;
  readonly startedBy?: string | undefined;
  readonly service?: string | undefined;
  readonly setId?: string | undefined;
  readonly overrides?: TaskOverride | undefined;
  readonly bindings?: readonly TaskBinding[];
  readonly enableExecuteCommand?: boolean | undefined;
  readonly tags?: readonly Tag[] | undefined;
  readonly clientToken?: string | undefined;
  readonly requestDigest?: string | undefined;
}

/** A task as it is first recorded; the loop starts it. */
export function makeTask(scope: Scope, wish: TaskWish, now: number): TaskRecord {
  const { definition, cluster, launchType, overrides = {} } = wish;
  const id = newId.task();
  const arn = arns.task(scope, cluster, id);
  const networkMode = networkModeOf(definition.definition);
  const containers = containerSpecs(definition.definition, overrides, launchType, scope.region);
  const { pidMode, ipcMode, taskRoleArn } = definition.definition;
  const cpu = parseCpu(overrides.cpu) ?? definition.definition.cpu;
  const memory = parseMemory(overrides.memory) ?? definition.definition.memory;
  const names = containers.map(({ name }) => name);
  const containerIds = Object.fromEntries(containers.map(({ name }) => [name, newId.uuid()]));
  return {
    id,
    arn,
    cluster,
    setId: wish.setId,
    service: wish.service,
    taskDefinition: definition.arn,
    spec: {
      account: scope.account,
      region: scope.region,
      taskId: id,
      taskArn: arn,
      clusterName: cluster,
      family: definition.family,
      revision: definition.revision,
      networkMode,
      containers,
      volumes: taskVolumes(definition.definition),
      ...(pidMode !== undefined && { pidMode }),
      ...(ipcMode !== undefined && { ipcMode }),
      ...(cpu !== undefined && { cpu: Number(cpu) }),
      ...(memory !== undefined && { memory: Number(memory) }),
      paths: pathsOf(scope, id, names, Boolean(overrides.taskRoleArn ?? taskRoleArn)),
    },
    outputs: taskOutputs(definition.definition, id, containerIds),
    environmentFiles: environmentFilesOf(definition.definition.containerDefinitions, overrides),
    unserved: unservedReason(definition.definition),
    roleArn: roleArnOf(scope, overrides.taskRoleArn ?? taskRoleArn),
    launchType,
    capacityProviderName: wish.capacityProviderName,
    platformVersion: launchType === 'FARGATE' ? resolvedPlatform(wish.platformVersion) : undefined,
    networkConfiguration: wish.networkConfiguration,
    subnet: wish.subnets && subnetOf(wish.subnets, { id, isOnInstance: launchType === 'EC2', region: scope.region }),
    cpu: cpu ?? String(sum(containers.map(({ cpu }) => cpu))),
    memory: memory ?? String(sum(containers.map(({ memory, memoryReservation }) => memory ?? memoryReservation ?? 0))),
    ephemeralStorage: (overrides.ephemeralStorage ?? definition.definition.ephemeralStorage)?.sizeInGiB,
    group: wish.group,
    startedBy: wish.startedBy,
    overrides,
    enableExecuteCommand: wish.enableExecuteCommand ?? false,
    tags: [...(wish.tags ?? [])],
    stopTimeout: stopTimeoutOf(definition.definition),
    bindings: wish.bindings ?? [],
    targets: [],
    desiredStatus: 'RUNNING',
    lastStatus: networkMode === 'awsvpc' ? 'PROVISIONING' : 'PENDING',
    containerIds,
    attachmentId: newId.uuid(),
    containers: [],
    version: 1,
    createdAt: now,
    clientToken: wish.clientToken,
    requestDigest: wish.requestDigest,
  };
}

/** A role may be given by its name alone. */
const roleArnOf = ({ account }: Scope, given: string | undefined): string | undefined =>
  given && (given.startsWith('arn:') ? given : `arn:aws:iam::${account}:role/${given}`);

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
