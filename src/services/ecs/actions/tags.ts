import type { ListTagsForResourceCommand, Tag, TagResourceCommand, UntagResourceCommand } from '@aws-sdk/client-ecs';
import { parseArn } from '../../../kernel/arn.ts';
import type { Scope } from '../../../kernel/scope.ts';
import type { Records, Transaction } from '../../../store/store.ts';
import type { Action } from '../../../wire/types.ts';
import { containerInstanceId } from '../arns.ts';
import { checkTags } from '../checks/tags.ts';
import type { EcsDeps } from '../deps.ts';
import { clusterNotFound, invalidParameter, serviceNotFound, taskSetNotFound } from '../faults.ts';
import { clusters } from '../records/cluster.ts';
import { services } from '../records/service.ts';
import { taskDefinitions } from '../records/task-definition.ts';
import { taskSetId, taskSets } from '../records/task-set.ts';
import { tasks } from '../records/task.ts';

export const listTagsForResource =
  ({ store }: EcsDeps): Action<typeof ListTagsForResourceCommand> =>
  async ({ resourceArn }, ctx) => ({ tags: await changeTags(store, ctx, resourceArn, () => undefined) });

export const tagResource =
  ({ store }: EcsDeps): Action<typeof TagResourceCommand> =>
  async ({ resourceArn, tags }, ctx) => {
    checkTags(tags);
    await changeTags(store, ctx, resourceArn, (current) => {
      const kept = current.filter(({ key }) => !tags.some((tag) => tag.key === key));
      const next = [...kept, ...tags.map(({ key, value }) => ({ key, value: value ?? '' }))];
      if (next.length > 50) throw invalidParameter('A resource can have at most 50 tags.');
      return next;
    });
  };

export const untagResource =
  ({ store }: EcsDeps): Action<typeof UntagResourceCommand> =>
  async ({ resourceArn, tagKeys }, ctx) => {
    await changeTags(store, ctx, resourceArn, (tags) => tags.filter(({ key }) => !tagKeys.includes(key ?? '')));
  };

type Change = (tags: readonly Tag[]) => Tag[] | undefined;

/** Changes the tags of whatever the ARN names, and gives them as they now are. */
async function changeTags(tx: Transaction, scope: Scope, arn: string, change: Change): Promise<Tag[]> {
  const parsed = parseArn(arn);
  if (parsed && parsed.account !== scope.account) throw invalidParameter('AccountIDs mismatch');
  const resource = parsed?.service === 'ecs' && parsed.region === scope.region ? parsed.resource : '';
  const slash = resource.indexOf('/');
  const rest = resource.slice(slash + 1);
  switch (resource.slice(0, slash)) {
    case 'cluster':
      return changeRecord(clusters(tx), scope, rest, change, clusterNotFound);
    case 'service':
      return changeRecord(services(tx), scope, rest, change, serviceNotFound);
    case 'task-definition':
      return changeRecord(taskDefinitions(tx), scope, rest, change, () =>
        invalidParameter('The specified task definition does not exist.'),
      );
    case 'task-set':
      return changeRecord(taskSets(tx), scope, taskSetId(scope, arn), change, taskSetNotFound);
    case 'task':
      return changeRecord(tasks(tx), scope, rest.slice(rest.lastIndexOf('/') + 1), change, () =>
        invalidParameter('The specified task does not exist.'),
      );
    case 'container-instance':
      return changeInstanceTags(tx, scope, rest, change);
    default:
      throw invalidParameter('The ARN provided is invalid.');
  }
}

async function changeRecord<T extends { readonly tags: readonly Tag[] }>(
  records: Records<T>,
  scope: Scope,
  id: string,
  change: Change,
  missing: () => Error,
): Promise<Tag[]> {
  const record = await records.change(scope, id, (current) => {
    const tags = change(current.tags);
    return tags && { ...current, tags };
  });
  if (!record) throw missing();
  return [...record.tags];
}

/** Its cluster keeps them. The words are assumed, after those of tasks. */
async function changeInstanceTags(tx: Transaction, scope: Scope, name: string, change: Change): Promise<Tag[]> {
  const [cluster = '', id] = name.split('/');
  const found = await clusters(tx).change(scope, cluster, (current) => {
    const isKnown = current.status === 'ACTIVE' && id === containerInstanceId(scope, cluster);
    const instanceTags = isKnown ? change(current.instanceTags ?? []) : undefined;
    return instanceTags && { ...current, instanceTags };
  });
  if (found?.status !== 'ACTIVE' || id !== containerInstanceId(scope, cluster))
    throw invalidParameter('The specified container instance does not exist.');
  return [...(found.instanceTags ?? [])];
}
