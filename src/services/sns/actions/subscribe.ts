import { randomBytes } from 'node:crypto';
import type { SubscribeCommand } from '@aws-sdk/client-sns';
import { newId } from '../../../kernel/ids.ts';
import type { Action, ActionInput } from '../../../wire/types.ts';
import { dueOf } from '../deliver/attempt.ts';
import type { SnsTools } from '../deps.ts';
import { asksForConfirmation, checkEndpoint, readProtocol } from '../endpoints.ts';
import { invalidParameter } from '../faults.ts';
import {
  deliveriesIn,
  requireTopic,
  subscriptionsIn,
  type DeliveryRecord,
  type SubscriptionRecord,
  type TopicRecord,
} from '../records.ts';
import { withSubscriptionAttributes } from '../subscription-attributes.ts';

type Input = ActionInput<typeof SubscribeCommand>;

/** Who subscribes again gets the same subscription, and when it waits for confirmation, another message about that. */
export const subscribe =
  (tools: SnsTools): Action<typeof SubscribeCommand> =>
  async (input, ctx) => {
    const topic = await requireTopic(tools.store, ctx, input.TopicArn);
    const asked = newSubscription(tools, topic, input);
    const { subscription, confirmation } = await tools.store.transaction(async (tx) => {
      const subscriptions = subscriptionsIn(tx);
      // Deleted meanwhile, it would leave a subscription to whatever topic gets its name.
      await requireTopic(tx, ctx, input.TopicArn);
      const found = (await subscriptions.list(ctx, topic.name)).find(
        ({ protocol, endpoint }) => protocol === asked.protocol && endpoint === asked.endpoint,
      );
      if (found) requireSame(found, asked);
      else await subscriptions.insert(ctx, asked.id, asked, { parent: topic.name });
      const kept = found ?? asked;
      if (kept.isConfirmed) return { subscription: kept };
      const promised = confirmationOf(kept, asked.createdAt);
      await deliveriesIn(tx).insert(ctx, promised.id, promised);
      return { subscription: kept, confirmation: promised };
    });
    if (confirmation) tools.deliver([dueOf(ctx, confirmation)]);
    const isShown = subscription.isConfirmed || input.ReturnSubscriptionArn === true;
    return { SubscriptionArn: isShown ? subscription.arn : 'pending confirmation' };
  };

function newSubscription({ clock, queues }: SnsTools, topic: TopicRecord, input: Input): SubscriptionRecord {
  const protocol = readProtocol(input.Protocol);
  const endpoint = input.Endpoint ?? '';
  checkEndpoint(protocol, endpoint, queues);
  const id = newId.uuid();
  return {
    id,
    arn: `${topic.arn}:${id}`,
    topicArn: topic.arn,
    protocol,
    endpoint,
    isConfirmed: !asksForConfirmation(protocol),
    token: randomBytes(64).toString('hex'),
    needsOwner: !asksForConfirmation(protocol),
    attributes: withSubscriptionAttributes({}, input.Attributes ?? {}, protocol, queues),
    createdAt: clock.now().getTime(),
  };
}

function requireSame(found: SubscriptionRecord, asked: SubscriptionRecord): void {
  if (Object.entries(asked.attributes).some(([name, value]) => found.attributes[name] !== value))
    throw invalidParameter('Attributes Reason: Subscription already exists with different attributes');
}

const confirmationOf = ({ id, endpoint }: SubscriptionRecord, now: number): DeliveryRecord => ({
  id: newId.uuid(),
  subscriptionId: id,
  endpoint,
  message: { type: 'SubscriptionConfirmation', id: newId.uuid(), at: now },
  failures: 0,
  dueAt: now,
});
