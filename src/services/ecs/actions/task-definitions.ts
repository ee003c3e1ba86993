import type {
  DeleteTaskDefinitionsCommand,
  DeregisterTaskDefinitionCommand,
  DescribeTaskDefinitionCommand,
  ListTaskDefinitionFamiliesCommand,
  ListTaskDefinitionsCommand,
} from '@aws-sdk/client-ecs';
import type { Action } from '../../../wire/types.ts';
import { lastPart, nameFrom } from '../arns.ts';
import type { EcsDeps } from '../deps.ts';
import { clientError, invalidParameter } from '../faults.ts';
import { page } from '../paging.ts';
import { findTaskDefinition, taskDefinitions, type TaskDefinitionRecord } from '../records/task-definition.ts';
import { forgetDeleted } from '../task-definition/forget-deleted.ts';
import { showTaskDefinition } from '../views/show-task-definition.ts';

export const describeTaskDefinition =
  ({ store }: EcsDeps): Action<typeof DescribeTaskDefinitionCommand> =>
  async ({ taskDefinition, include = [] }, ctx) => {
    const family = nameFrom(ctx, 'task-definition', taskDefinition).split(':')[0];
    await forgetDeleted(store, ctx, family);
    const found = await findTaskDefinition(store, ctx, taskDefinition);
    if (!found) throw clientError('Unable to describe task definition.');
    return {
      taskDefinition: showTaskDefinition(found),
      ...(include.includes('TAGS') && { tags: [...found.tags] }),
    };
  };

/** Of ARNs, which end in `family:revision`. */
function byRevision(a: string, b: string): number {
  const [[family = '', revision], [otherFamily = '', otherRevision]] = [lastPart(a).split(':'), lastPart(b).split(':')];
  return family < otherFamily ? -1 : family > otherFamily ? 1 : Number(revision) - Number(otherRevision);
}

export const listTaskDefinitions =
  ({ store }: EcsDeps): Action<typeof ListTaskDefinitionsCommand> =>
  async ({ familyPrefix, status = 'ACTIVE', sort = 'ASC', ...paging }, ctx) => {
    if (status === 'DELETE_IN_PROGRESS') await forgetDeleted(store, ctx, familyPrefix || undefined);
    const found = (await taskDefinitions(store).list(ctx, familyPrefix || undefined))
      .filter((record) => record.status === status)
      .map(({ arn }) => arn);
    const order = sort === 'DESC' ? (a: string, b: string) => byRevision(b, a) : byRevision;
    const { shown, nextToken } = page(found.sort(order), paging, { order });
    return { taskDefinitionArns: shown, nextToken };
  };

export const listTaskDefinitionFamilies =
  ({ store }: EcsDeps): Action<typeof ListTaskDefinitionFamiliesCommand> =>
  async ({ familyPrefix = '', status = 'ALL', ...paging }, ctx) => {
    const all = (await taskDefinitions(store).list(ctx)).filter(
      ({ family, status }) => family.startsWith(familyPrefix) && status !== 'DELETE_IN_PROGRESS',
    );
    const active = new Set(all.filter((record) => record.status === 'ACTIVE').map(({ family }) => family));
    const names = [...new Set(all.map(({ family }) => family))]
      .filter((family) => status === 'ALL' || (status === 'ACTIVE') === active.has(family))
      .sort();
    const { shown, nextToken } = page(names, paging);
    return { families: shown, nextToken };
  };

export const deregisterTaskDefinition =
  ({ store, clock }: EcsDeps): Action<typeof DeregisterTaskDefinitionCommand> =>
  async ({ taskDefinition }, ctx) => {
    const name = nameFrom(ctx, 'task-definition', taskDefinition);
    if (!name.includes(':')) throw clientError('Revision is missing.');
    const now = clock.now().getTime();
    await forgetDeleted(store, ctx, name.split(':')[0]);
    const found = await taskDefinitions(store).change(ctx, name, (record) =>
      record.status === 'ACTIVE' ? { ...record, status: 'INACTIVE', deregisteredAt: now } : undefined,
    );
    if (!found) throw clientError('The specified task definition does not exist.');
    const { deregisteredAt, ...shown } = showTaskDefinition(found);
    // Seen on AWS: the answer that makes it inactive does not have the stamp yet.
    return { taskDefinition: { ...shown, ...(found.deregisteredAt !== now && { deregisteredAt }) } };
  };

export const deleteTaskDefinitions =
  ({ store, clock }: EcsDeps): Action<typeof DeleteTaskDefinitionsCommand> =>
  async ({ taskDefinitions: given }, ctx) => {
    if (given.length === 0) throw invalidParameter('Task definitions cannot be empty.');
    if (given.length > 10) throw invalidParameter('You can delete at most 10 task definitions at a time.');
    const deleted: TaskDefinitionRecord[] = [];
    const failures: { arn: string; reason: string }[] = [];
    const now = clock.now().getTime();
    await forgetDeleted(store, ctx);
    for (const one of given) {
      const name = nameFrom(ctx, 'task-definition', one);
      const found = await taskDefinitions(store).change(ctx, name, (record) =>
        record.status === 'INACTIVE' ? { ...record, status: 'DELETE_IN_PROGRESS', deleteRequestedAt: now } : undefined,
      );
      if (found?.status === 'DELETE_IN_PROGRESS') deleted.push(found);
      else failures.push({ arn: found?.arn ?? one, reason: found ? STILL_ACTIVE : 'MISSING' });
    }
    return { taskDefinitions: deleted.map(showTaskDefinition), failures };
  };

const STILL_ACTIVE =
  'The specified task definition is still in ACTIVE status. Please deregister the target and try again.';
