import type {
  ListTagsForResourceCommand,
  Tag,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-eventbridge';
import { parseArn } from '../../../kernel/arn.ts';
import type { Scope } from '../../../kernel/scope.ts';
import type { Transaction } from '../../../store/store.ts';
import { ApiError } from '../../../wire/api-error.ts';
import type { Action } from '../../../wire/types.ts';
import type { EventsTools } from '../deps.ts';
import { DEFAULT_BUS, requireBus, requireRule, tagsIn } from '../records.ts';
import { validation } from '../faults.ts';

const MOST = 50;

/** Adds tags; a key that is there gets the new value. @throws ValidationException */
export async function putTags(tx: Transaction, scope: Scope, arn: string, given: readonly Tag[]): Promise<void> {
  const kept = (await tagsIn(tx).get(scope, arn))?.tags ?? [];
  const all = new Map([...kept, ...given].map(({ Key = '', Value = '' }) => [Key, Value]));
  if (all.size > MOST) throw validation(`A resource can have at most ${MOST} tags.`);
  await tagsIn(tx).put(scope, arn, { tags: [...all].map(([Key, Value]) => ({ Key, Value })) });
}

export const tagResource =
  ({ store }: EventsTools): Action<typeof TagResourceCommand> =>
  (input, ctx) =>
    store.transaction(async (tx) => {
      await requireResource(tx, ctx, input.ResourceARN);
      await putTags(tx, ctx, input.ResourceARN, input.Tags);
    });

export const untagResource =
  ({ store }: EventsTools): Action<typeof UntagResourceCommand> =>
  async (input, ctx) => {
    await requireResource(store, ctx, input.ResourceARN);
    await tagsIn(store).change(ctx, input.ResourceARN, ({ tags }) => ({
      tags: tags.filter(({ Key }) => !input.TagKeys.includes(Key)),
    }));
  };

export const listTagsForResource =
  ({ store }: EventsTools): Action<typeof ListTagsForResourceCommand> =>
  async (input, ctx) => {
    await requireResource(store, ctx, input.ResourceARN);
    return { Tags: [...((await tagsIn(store).get(ctx, input.ResourceARN))?.tags ?? [])] };
  };

/** @throws ResourceNotFoundException */
async function requireResource(tx: Transaction, scope: Scope, arn: string): Promise<void> {
  const found = parseArn(arn);
  const isHere = found?.service === 'events' && found.account === scope.account && found.region === scope.region;
  const [kind, ...names] = isHere ? found.resource.split('/') : [];
  if (kind === 'event-bus') return void (await requireBus(tx, scope, names.join('/')));
  const [bus = DEFAULT_BUS, name = ''] = names.length > 1 ? names : [DEFAULT_BUS, ...names];
  if (kind === 'rule') return void (await requireRule(tx, scope, name, bus));
  throw new ApiError('ResourceNotFoundException', `Resource ${arn} does not exist.`);
}
