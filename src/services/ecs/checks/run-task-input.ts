import type { RunTaskCommand, Tag, TaskOverride } from '@aws-sdk/client-ecs';
import type { ActionInput } from '../../../wire/types.ts';
import { invalidParameter, notServed } from '../faults.ts';
import type { TaskDefinitionRecord } from '../records/task-definition.ts';
import { LEAST_MEMORY } from '../task-definition/check-containers.ts';
import { checkStorageSize } from '../task-definition/check-fargate.ts';
import { checkFargateSize, parseCpu, parseMemory } from '../task-definition/sizes.ts';
import { checkFargatePlacement, refuseBoth } from './service-input.ts';
import { checkTags } from './tags.ts';

type Input = ActionInput<typeof RunTaskCommand>;

/** What can be refused of a request without a look at anything else. */
export function checkRunTask(input: Input): void {
  const { count = 1, startedBy = '', clientToken = '' } = input;
  if (count < 1 || count > 10) throw invalidParameter('Task count must be between 1 and 10.');
  if (startedBy.length > 128) throw invalidParameter('startedBy longer than 128.');
  if (clientToken.length > 64) throw invalidParameter('clientToken longer than 64.'); // assumed
  if (input.volumeConfigurations?.length) throw notServed('volumeConfigurations');
  if (input.launchType === 'EXTERNAL') throw notServed('Launch type EXTERNAL');
  refuseBoth(input);
  checkFargatePlacement(input);
  if (input.propagateTags === 'SERVICE')
    throw invalidParameter('Tags can be propagated from a service to tasks of that service only.'); // assumed
  checkTags(input.tags);
}

/** @throws {InvalidParameterException} @throws {ClientException} for a size that tasks cannot have */
export function checkOverrides(
  overrides: TaskOverride = {},
  { definition }: TaskDefinitionRecord,
  isFargate: boolean,
): void {
  for (const { name, memory, memoryReservation } of overrides.containerOverrides ?? []) {
    // The words of the first and the last are assumed, after those of definitions.
    if (!name) throw invalidParameter('ContainerOverride.name should not be null or empty.');
    if (!definition.containerDefinitions?.some((container) => container.name === name))
      throw invalidParameter(`Override for container named ${name} is not a container in the TaskDefinition.`);
    if ([memory, memoryReservation].some((one) => one !== undefined && one < LEAST_MEMORY))
      throw invalidParameter(`Invalid 'memory' setting for container '${name}'.`);
  }
  const cpu = parseCpu(overrides.cpu) ?? definition.cpu;
  const memory = parseMemory(overrides.memory) ?? definition.memory;
  if (isFargate) checkFargateSize(cpu, memory);
  checkStorageSize(overrides.ephemeralStorage?.sizeInGiB);
}

/** The tags of the definition where they are asked for, the request's own over them, and those of ECS. */
export function tagsOfTask(
  { propagateTags, tags = [], enableECSManagedTags }: Input,
  definition: TaskDefinitionRecord,
  cluster: string,
): Tag[] {
  const inherited = propagateTags === 'TASK_DEFINITION' ? definition.tags : [];
  const managed = enableECSManagedTags ? [{ key: 'aws:ecs:clusterName', value: cluster }] : [];
  return [...inherited.filter(({ key }) => !tags.some((own) => own.key === key)), ...tags, ...managed];
}
