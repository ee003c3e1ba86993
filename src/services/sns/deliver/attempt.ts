import type { DeliveryWork } from '../../../kernel/delivery-queue.ts';
import type { Due } from '../../../kernel/delivery-queue.ts';
import type { Scope } from '../../../kernel/scope.ts';
import { HTTP_POLICY, MANAGED_POLICY, retryWait, type RetryPolicy } from '../delivery-policy.ts';
import type { SnsTools } from '../deps.ts';
import { subscriptionPolicy } from '../read-delivery-policy.ts';
import { deadLetterQueue } from '../redrive-policy.ts';
import { deliveriesIn, subscriptionsIn, topicPlace, topicsIn, type DeliveryRecord, type Protocol } from '../records.ts';
import { effectivePolicy } from '../topic-attributes.ts';
import type { Deliver, Delivery, Outcome } from './delivery.ts';
import { toHttp } from './to-http.ts';
import { toLambda } from './to-lambda.ts';
import { toOutbox } from './to-outbox.ts';
import { toDeadLetters, toQueue } from './to-queue.ts';

const WAYS: Readonly<Record<Protocol, Deliver>> = {
  http: toHttp,
  https: toHttp,
  lambda: toLambda,
  sqs: toQueue,
  email: toOutbox,
  'email-json': toOutbox,
};

export const dueOf = (scope: Scope, { id, endpoint, deadLetterQueue: queue, dueAt }: DeliveryRecord): Due => ({
  scope: { account: scope.account, region: scope.region },
  id,
  lane: queue ?? endpoint,
  dueAt,
});

/** Delivers what the store holds. */
export function deliveryWork(tools: SnsTools): DeliveryWork {
  const deliveries = deliveriesIn(tools.store);
  return {
    async pending() {
      return (await deliveries.everywhere()).map(({ scope, record }) => dueOf(scope, record));
    },
    async attempt({ scope, id }, signal) {
      const record = await deliveries.get(scope, id);
      const delivery = record && (await deliveryOf(tools, scope, record));
      if (!record || !delivery) return void (await deliveries.remove(scope, id));
      const outcome = await send(tools, record, delivery, signal).catch((cause: unknown): Outcome => ({
        ended: 'failed',
        why: cause instanceof Error ? cause.message : String(cause),
      }));
      if (signal.aborted && outcome.ended !== 'taken') return undefined;
      const next = afterAttempt(tools, delivery, record, outcome);
      if (next) await deliveries.change(scope, id, () => next);
      else await deliveries.remove(scope, id);
      return next?.dueAt;
    },
  };
}

const send = (
  tools: SnsTools,
  { deadLetterQueue: queue }: DeliveryRecord,
  delivery: Delivery,
  signal: AbortSignal,
): Promise<Outcome> =>
  queue === undefined
    ? WAYS[delivery.subscription.protocol](tools, delivery, signal)
    : toDeadLetters(tools, queue, delivery, signal);

/** @returns `undefined` when the subscription has ended, or was confirmed before it heard how */
async function deliveryOf(tools: SnsTools, scope: Scope, record: DeliveryRecord): Promise<Delivery | undefined> {
  const subscription = await subscriptionsIn(tools.store).get(scope, record.subscriptionId);
  const topic = subscription && (await topicsIn(tools.store).get(scope, topicPlace(subscription.topicArn).name));
  if (!topic || (record.message.type === 'SubscriptionConfirmation' && subscription.isConfirmed)) return undefined;
  return { id: record.id, topic, subscription, message: record.message };
}

/** @returns the record of the next attempt; `undefined` when there is none */
function afterAttempt(
  { clock, logger }: SnsTools,
  delivery: Delivery,
  record: DeliveryRecord,
  outcome: Outcome,
): DeliveryRecord | undefined {
  if (outcome.ended === 'taken') return undefined;
  const failures = record.failures + 1;
  const now = clock.now().getTime();
  const wait = outcome.ended === 'failed' ? retryWait(policyOf(delivery, record), failures) : undefined;
  const to = record.deadLetterQueue ?? record.endpoint;
  const fields = { topic: delivery.topic.name, endpoint: to, failures, why: outcome.why };
  logger.warn(wait === undefined ? 'gave up on a notification' : 'a notification was not taken', fields);
  if (wait !== undefined) return { ...record, failures, dueAt: now + clock.scaled(wait) };
  const deadLetters = deadLetterQueue(delivery.subscription.attributes['RedrivePolicy']);
  const isDead = record.deadLetterQueue !== undefined || record.message.type !== 'Notification';
  return deadLetters === undefined || isDead
    ? undefined
    : { ...record, deadLetterQueue: deadLetters, failures: 0, dueAt: now };
}

function policyOf({ topic, subscription }: Delivery, record: DeliveryRecord): RetryPolicy {
  if (record.deadLetterQueue !== undefined) return MANAGED_POLICY;
  if (subscription.protocol !== 'http' && subscription.protocol !== 'https') return MANAGED_POLICY;
  const own = subscriptionPolicy(subscription.attributes['DeliveryPolicy'] ?? '{}').retries;
  return own ?? effectivePolicy(topic).http.defaultHealthyRetryPolicy ?? HTTP_POLICY;
}
