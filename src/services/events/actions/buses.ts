import type {
  CreateEventBusCommand,
  DeleteEventBusCommand,
  DescribeEventBusCommand,
  ListEventBusesCommand,
  UpdateEventBusCommand,
} from '@aws-sdk/client-eventbridge';
import { isQueueArn } from '../../../kernel/queues.ts';
import { ApiError } from '../../../wire/api-error.ts';
import type { Action, ActionInput } from '../../../wire/types.ts';
import type { EventsTools } from '../deps.ts';
import { validation } from '../faults.ts';
import { pageOf } from '../paging.ts';
import { busArn, busesIn, busNamed, DEFAULT_BUS, rulesIn, tagsIn, type BusRecord } from '../records.ts';
import { putTags } from './tags.ts';

export const createEventBus =
  ({ store, clock }: EventsTools): Action<typeof CreateEventBusCommand> =>
  async (input, ctx) => {
    const { Name: name } = input;
    if (input.EventSourceName !== undefined) throw validation('Teal has no partner event sources yet.');
    if (name.includes('/')) throw validation(`Event bus name ${name} must not contain '/'.`);
    const made = {
      name,
      arn: busArn(ctx, name),
      ...settingsOf(input),
      createdAt: clock.now().getTime(),
    };
    await store.transaction(async (tx) => {
      if (name === DEFAULT_BUS || (await busesIn(tx).get(ctx, name)))
        throw new ApiError('ResourceAlreadyExistsException', `Event bus ${name} already exists.`);
      await busesIn(tx).insert(ctx, name, made);
      if (input.Tags) await putTags(tx, ctx, made.arn, input.Tags);
    });
    return { EventBusArn: made.arn, ...shownSettings(made) };
  };

/** What is not named stays as it is. */
export const updateEventBus =
  ({ store, clock }: EventsTools): Action<typeof UpdateEventBusCommand> =>
  (input, ctx) =>
    store.transaction(async (tx) => {
      const bus = await busNamed(tx, ctx, input.Name);
      const changed = { ...bus, ...settingsOf(input), changedAt: clock.now().getTime() };
      await busesIn(tx).put(ctx, bus.name, changed);
      return { Arn: bus.arn, Name: bus.name, ...shownSettings(changed) };
    });

type Settings = Pick<
  ActionInput<typeof UpdateEventBusCommand>,
  'Description' | 'KmsKeyIdentifier' | 'DeadLetterConfig' | 'LogConfig'
>;

/** @throws ValidationException */
function settingsOf({ Description, KmsKeyIdentifier, DeadLetterConfig, LogConfig }: Settings) {
  const queue = DeadLetterConfig?.Arn;
  if (queue !== undefined && !isQueueArn(queue))
    throw validation('Parameter DeadLetterConfig.Arn is not valid. Reason: it must be the ARN of a queue.');
  if (LogConfig && LogConfig.Level !== 'OFF')
    throw validation('Teal has no logs of event buses yet: leave LogConfig out.');
  return {
    ...(Description !== undefined && { description: Description }),
    ...(KmsKeyIdentifier !== undefined && { kmsKeyIdentifier: KmsKeyIdentifier }),
    ...(queue !== undefined && { deadLetterQueue: queue }),
  };
}

const shownSettings = ({ description, kmsKeyIdentifier, deadLetterQueue }: BusRecord) => ({
  Description: description,
  KmsKeyIdentifier: kmsKeyIdentifier,
  ...(deadLetterQueue !== undefined && { DeadLetterConfig: { Arn: deadLetterQueue } }),
});

export const describeEventBus =
  ({ store }: EventsTools): Action<typeof DescribeEventBusCommand> =>
  async (input, ctx) => {
    const bus = await busNamed(store, ctx, input.Name);
    return { ...shownBus(bus), ...shownSettings(bus) };
  };

export const listEventBuses =
  ({ store }: EventsTools): Action<typeof ListEventBusesCommand> =>
  async (input, ctx) => {
    const made = await busesIn(store).list(ctx);
    const all = [await busNamed(store, ctx, DEFAULT_BUS), ...made.filter(({ name }) => name !== DEFAULT_BUS)];
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

const shownBus = ({ name, arn, description, policy, createdAt, changedAt = createdAt }: BusRecord) => ({
  Name: name,
  Arn: arn,
  Description: description,
  Policy: policy,
  ...(createdAt !== undefined && { CreationTime: new Date(createdAt) }),
  ...(changedAt !== undefined && { LastModifiedTime: new Date(changedAt) }),
});
