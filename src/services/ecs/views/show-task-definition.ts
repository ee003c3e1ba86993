import type { TaskDefinition } from '@aws-sdk/client-ecs';
import type { TaskDefinitionRecord } from '../records/task-definition.ts';

/** A task definition as DescribeTaskDefinition shows it. */
export const showTaskDefinition = (record: TaskDefinitionRecord): TaskDefinition => ({
  ...record.definition,
  status: record.status,
  registeredAt: new Date(record.registeredAt),
  ...(record.deregisteredAt !== undefined && { deregisteredAt: new Date(record.deregisteredAt) }),
  ...(record.deleteRequestedAt !== undefined && { deleteRequestedAt: new Date(record.deleteRequestedAt) }),
});
