import type { DescribeTasksCommand, ListTasksCommand, StopTaskCommand } from '@aws-sdk/client-ecs';
import type { Action } from '../../../wire/types.ts';
import { arns, containerInstanceId } from '../arns.ts';
import { instanceIdIn } from '../checks/container-instance.ts';
import { taskId } from '../checks/task-id.ts';
import type { EcsDeps } from '../deps.ts';
import { invalidParameter, serviceNotFound } from '../faults.ts';
import { ended } from '../loop/end-task.ts';
import { page } from '../paging.ts';
import { requireCluster } from '../records/cluster.ts';
import { findService } from '../records/service.ts';
import { tasks } from '../records/task.ts';
import { showTask } from '../views/show-task.ts';

/** Source: API reference, StopTask. */
const LONGEST_REASON = 1024;

export const describeTasks =
  ({ store }: EcsDeps): Action<typeof DescribeTasksCommand> =>
  async ({ cluster, tasks: given, include = [] }, ctx) => {
    if (given.length === 0) throw invalidParameter('Tasks cannot be empty.');
    if (given.length > 100) throw invalidParameter('taskIds can have at most 100 items.');
    const { name } = await requireCluster(store, ctx, cluster);
    const ids = given.map((one) => taskId(ctx, name, one));
    const found = (await tasks(store).list(ctx, name)).filter(({ id }) => ids.includes(id));
    const withTags = include.includes('TAGS');
    return {
      tasks: found.map((task) => ({ ...showTask(ctx, task), ...(!withTags && { tags: [] }) })),
      failures: ids
        .filter((id) => !found.some((task) => task.id === id))
        .map((id) => ({ arn: arns.task(ctx, name, id), reason: 'MISSING' })),
    };
  };

export const listTasks =
  ({ store }: EcsDeps): Action<typeof ListTasksCommand> =>
  async ({ cluster, serviceName, family, startedBy, launchType, desiredStatus = 'RUNNING', ...rest }, ctx) => {
    const { name } = await requireCluster(store, ctx, cluster);
    const instance = rest.containerInstance && instanceIdIn(ctx, name, rest.containerInstance);
    if (serviceName !== undefined && (family !== undefined || startedBy !== undefined))
      throw invalidParameter('serviceName cannot be combined with family or startedBy.');
    const service = serviceName === undefined ? undefined : await findService(store, ctx, name, serviceName);
    if (serviceName !== undefined && !service) throw serviceNotFound();
    const found = (await tasks(store).list(ctx, name))
      .filter((task) => task.desiredStatus === desiredStatus)
      .filter((task) => !service || task.service === service.name)
      .filter((task) => family === undefined || task.spec.family === family)
      .filter((task) => startedBy === undefined || task.startedBy === startedBy)
      .filter((task) => launchType === undefined || task.launchType === launchType)
      .filter((task) => !instance || (task.launchType === 'EC2' && instance === containerInstanceId(ctx, name)));
    const { shown, nextToken } = page(found.map(({ arn }) => arn).sort(), rest);
    return { taskArns: shown, nextToken };
  };

/** Records that the task ends; a task that has stopped is given back unchanged. */
export const stopTask =
  ({ store, clock, bell }: EcsDeps): Action<typeof StopTaskCommand> =>
  async ({ cluster, task: given, reason }, ctx) => {
    const { name } = await requireCluster(store, ctx, cluster);
    if ((reason ?? '').length > LONGEST_REASON) throw invalidParameter(`reason longer than ${LONGEST_REASON}.`); // assumed
    const id = taskId(ctx, name, given);
    const now = clock.now().getTime();
    const task = await tasks(store).change(ctx, id, (current) =>
      current.cluster === name && current.desiredStatus === 'RUNNING'
        ? {
            ...ended(current, { stopCode: 'UserInitiated', reason: reason || 'Task stopped by user' }, now),
            version: current.version + 1,
          }
        : undefined,
    );
    if (task?.cluster !== name) throw invalidParameter('The referenced task was not found.');
    bell.ring();
    return { task: showTask(ctx, task) };
  };
