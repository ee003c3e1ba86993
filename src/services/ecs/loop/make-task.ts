import type { LaunchType, NetworkConfiguration, Tag, TaskOverride } from '@aws-sdk/client-ecs';
import { newId } from '../../../kernel/ids.ts';
import type { Scope } from '../../../kernel/scope.ts';
import { arns } from '../arns.ts';
import { taskOutputs } from '../output/task-outputs.ts';
import { resolvedPlatform } from '../records/placement.ts';
import type { TaskBinding, TaskRecord } from '../records/task.ts';
import { networkModeOf, type TaskDefinitionRecord } from '../records/task-definition.ts';
import { containerSpecs, stopTimeoutOf, unservedReason } from './container-specs.ts';

export interface TaskWish {
  readonly cluster: string;
  readonly definition: TaskDefinitionRecord;
  readonly launchType: LaunchType;
  readonly platformVersion?: string | undefined;
  readonly networkConfiguration?: NetworkConfiguration | undefined;
  readonly group: string;
  readonly startedBy?: string | undefined;
  readonly service?: string | undefined;
  readonly setId?: string | undefined;
  readonly overrides?: TaskOverride | undefined;
  readonly bindings?: readonly TaskBinding[];
  readonly enableExecuteCommand?: boolean | undefined;
  readonly tags?: readonly Tag[] | undefined;
  readonly clientToken?: string | undefined;
}

/** A task as it is first recorded; the loop starts it. */
export function makeTask(scope: Scope, wish: TaskWish, now: number): TaskRecord {
  const { definition, cluster, launchType, overrides = {} } = wish;
  const id = newId.task();
  const arn = arns.task(scope, cluster, id);
  const networkMode = networkModeOf(definition.definition);
  const containers = containerSpecs(definition.definition, overrides, launchType);
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
    },
    outputs: taskOutputs(definition.definition, id, containerIds),
    unserved: unservedReason(definition.definition),
    launchType,
    platformVersion: launchType === 'FARGATE' ? resolvedPlatform(wish.platformVersion) : undefined,
    networkConfiguration: wish.networkConfiguration,
    cpu: overrides.cpu ?? definition.definition.cpu ?? String(sum(containers.map(({ cpu }) => cpu))),
    memory:
      overrides.memory ??
      definition.definition.memory ??
      String(sum(containers.map(({ memory, memoryReservation }) => memory ?? memoryReservation ?? 0))),
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
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
