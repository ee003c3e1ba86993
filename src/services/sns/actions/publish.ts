import type { PublishBatchCommand, PublishCommand } from '@aws-sdk/client-sns';
import { newId } from '../../../kernel/ids.ts';
import type { Scope } from '../../../kernel/scope.ts';
import { ApiError } from '../../../wire/api-error.ts';
import type { Action } from '../../../wire/types.ts';
import { dueOf } from '../deliver/attempt.ts';
import type { SnsTools } from '../deps.ts';
import { invalidParameter } from '../faults.ts';
import { passesFilter } from '../filter.ts';
import { LARGEST, readMessage, sizeOf, type Draft } from '../message.ts';
import {
  deliveriesIn,
  requireTopic,
  subscriptionsIn,
  type DeliveryRecord,
  type Notification,
  type SubscriptionRecord,
  type TopicRecord,
} from '../records.ts';

export const publish =
  (tools: SnsTools): Action<typeof PublishCommand> =>
  async (input, ctx) => {
    if (input.PhoneNumber !== undefined) throw invalidParameter('PhoneNumber Reason: Teal does not deliver to sms yet');
    const target = input.TopicArn ?? input.TargetArn;
    if (target === undefined) throw invalidParameter('TopicArn or TargetArn Reason: no value for required parameter');
    const topic = await requireTopic(tools.store, ctx, target, input.TopicArn === undefined ? 'TargetArn' : 'TopicArn');
    refuseFifo(input);
    return { MessageId: await promise(tools, ctx, topic, readMessage(input)) };
  };

export const publishBatch =
  (tools: SnsTools): Action<typeof PublishBatchCommand> =>
  async (input, ctx) => {
    const topic = await requireTopic(tools.store, ctx, input.TopicArn);
    const entries = input.PublishBatchRequestEntries.map((entry) => ({ ...entry, Id: entry.Id ?? '' }));
    checkBatch(entries.map(({ Id }) => Id));
    if (entries.reduce((sum, entry) => sum + sizeOf(entry), 0) > LARGEST)
      throw new ApiError('BatchRequestTooLong', 'The length of all the messages put together is more than the limit.');
    const Successful: { Id: string; MessageId: string }[] = [];
    const Failed: { Id: string; Code: string; Message: string; SenderFault: boolean }[] = [];
    for (const entry of entries) {
      try {
        refuseFifo(entry);
        Successful.push({ Id: entry.Id, MessageId: await promise(tools, ctx, topic, readMessage(entry)) });
      } catch (cause) {
        if (!(cause instanceof ApiError)) throw cause;
        Failed.push({ Id: entry.Id, Code: cause.code, Message: cause.message, SenderFault: true });
      }
    }
    return { Successful, Failed };
  };

function checkBatch(ids: readonly string[]): void {
  if (ids.length === 0) throw new ApiError('EmptyBatchRequest', "The batch request doesn't contain any entries.");
  if (ids.length > 10)
    throw new ApiError('TooManyEntriesInBatchRequest', 'The batch request contains more entries than permissible.');
  if (ids.some((id) => !/^[\w-]{1,80}$/.test(id)))
    throw new ApiError(
      'InvalidBatchEntryId',
      "The Id of a batch entry in a batch request doesn't abide by the specification.",
    );
  if (new Set(ids).size < ids.length)
    throw new ApiError('BatchEntryIdsNotDistinct', 'Two or more batch entries in the request have the same Id.');
}

interface FifoMembers {
  readonly MessageGroupId?: string | undefined;
  readonly MessageDeduplicationId?: string | undefined;
}

function refuseFifo({ MessageDeduplicationId: id }: FifoMembers): void {
  if (id !== undefined)
    throw invalidParameter(
      'MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that is not valid for this topic type',
    );
}

/** Keeps the message for everyone who takes it before its publisher hears of it. */
async function promise(tools: SnsTools, scope: Scope, topic: TopicRecord, draft: Draft): Promise<string> {
  const id = newId.uuid();
  const now = tools.clock.now().getTime();
  const promised = await tools.store.transaction(async (tx) => {
    const kept: DeliveryRecord[] = [];
    for (const subscription of await subscriptionsIn(tx).list(scope, topic.name)) {
      const message = messageFor(subscription, draft, id, now);
      if (!subscription.isConfirmed || !passesFilter(subscription.attributes, message)) continue;
      const delivery = deliveryOf(subscription, message);
      await deliveriesIn(tx).insert(scope, delivery.id, delivery);
      kept.push(delivery);
    }
    return kept;
  });
  tools.deliver(promised.map((delivery) => dueOf(scope, delivery)));
  return id;
}

const messageFor = ({ protocol }: SubscriptionRecord, draft: Draft, id: string, at: number): Notification => ({
  type: 'Notification',
  id,
  at,
  ...(draft.subject !== undefined && { subject: draft.subject }),
  text: draft.textFor(protocol),
  attributes: draft.attributes,
});

const deliveryOf = ({ id, endpoint }: SubscriptionRecord, message: Notification): DeliveryRecord => ({
  id: newId.uuid(),
  subscriptionId: id,
  endpoint,
  message,
  failures: 0,
  dueAt: message.at,
});
