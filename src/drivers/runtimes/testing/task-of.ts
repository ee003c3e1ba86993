import { randomBytes } from 'node:crypto';
import type { ContainerSpec, TaskSpec } from '../runtime.ts';

/** A task of its own in the default account. */
export function taskOf(containers: readonly ContainerSpec[], more: Partial<TaskSpec> = {}): TaskSpec {
  const taskId = randomBytes(16).toString('hex');
  return {
    account: '000000000000',
    region: 'us-east-1',
    taskId,
    clusterName: 'default',
    taskArn: `arn:aws:ecs:us-east-1:000000000000:task/default/${taskId}`,
    family: 'web',
    revision: 1,
    networkMode: 'awsvpc',
    containers,
    ...more,
  };
}
