import type {
  CreateEventBusCommand,
  DeleteEventBusCommand,
  DescribeEventBusCommand,
  ListEventBusesCommand,
} from '@aws-sdk/client-eventbridge';
import type { Scope } from '../../../kernel/scope.ts';
import { ApiError } from '../../../wire/api-error.ts';
import type { Action } from '../../../wire/types.ts';
import type { EventsTools } from '../deps.ts';
import { validation } from '../faults.ts';
import { pageOf } from '../paging.ts';
import { busArn, busesIn, DEFAULT_BUS, requireBus, rulesIn, tagsIn, type BusRecord } from '../records.ts';
import { putTags } from './tags.ts';

export const createEventBus =
  ({ store, clock }: EventsTools): Action<typeof CreateEventBusCommand> =>
  async (input, ctx) => {
    const { Name: name, Description: description } = input;
    if (input.EventSourceName !== undefined) throw validation('Teal has no partner event sources yet.');
    if (input.DeadLetterConfig?.Arn !== undefined)
      throw validation('Teal has no queues of its own, so no DeadLetterConfig yet.');
    if (name.includes('/')) throw validation(`Event bus name ${name} must not contain '/'.`);
    const made = {
      name,
      arn: busArn(ctx, name),
      ...(description !== undefined && { description }),
      createdAt: clock.now().getTime(),
    };
    await store.transaction(async (tx) => {
      if (name === DEFAULT_BUS || (await busesIn(tx).get(ctx, name)))
        throw new ApiError('ResourceAlreadyExistsException', `Event bus ${name} already exists.`);
      await busesIn(tx).insert(ctx, name, made);
      if (input.Tags) await putTags(tx, ctx, made.arn, input.Tags);
    });
    return { EventBusArn: made.arn, Description: description };
  };

export const describeEventBus =
  ({ store }: EventsTools): Action<typeof DescribeEventBusCommand> =>
  async (input, ctx) => {
    const name = await requireBus(store, ctx, input.Name);
    return shownBus((await busesIn(store).get(ctx, name)) ?? defaultBus(ctx));
  };

export const listEventBuses =
  ({ store }: EventsTools): Action<typeof ListEventBusesCommand> =>
  async (input, ctx) => {
    const all = [defaultBus(ctx), ...(await busesIn(store).list(ctx))];
    const named = all.filter((bus) => bus.name.startsWith(input.NamePrefix ?? ''));
    const { items, ...page } = pageOf(named, (bus) => bus.name, input);
    return { EventBuses: items.map(shownBus), ...page };
  };

/** One that is gone is no error. */
export const deleteEventBus =
  ({ store }: EventsTools): Action<typeof DeleteEventBusCommand> =>
  async ({ Name: name }, ctx) => {
    if (name === DEFAULT_BUS) throw validation('Cannot delete event bus default.');
    await store.transaction(async (tx) => {
      if ((await rulesIn(tx).list(ctx, name)).length > 0)
        throw validation(`Event bus ${name} can't be deleted since it has rules.`);
      await busesIn(tx).remove(ctx, name);
      await tagsIn(tx).remove(ctx, busArn(ctx, name));
    });
  };

/** Nobody made it, so it has no time of that. */
const defaultBus = (scope: Scope): Omit<BusRecord, 'createdAt'> => ({
  name: DEFAULT_BUS,
  arn: busArn(scope, DEFAULT_BUS),
});

const shownBus = (bus: Omit<BusRecord, 'createdAt'> & { readonly createdAt?: number }) => ({
  Name: bus.name,
  Arn: bus.arn,
  Description: bus.description,
  ...(bus.createdAt !== undefined && {
    CreationTime: new Date(bus.createdAt),
    LastModifiedTime: new Date(bus.createdAt),
  }),
});
