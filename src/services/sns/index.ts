import type * as Sdk from '@aws-sdk/client-sns';
import { createDeliveryQueue } from '../../kernel/delivery-queue.ts';
import type { Actions, Service } from '../../wire/types.ts';
import { addPermission, removePermission } from './actions/permissions.ts';
import { publish, publishBatch } from './actions/publish.ts';
import { subscribe } from './actions/subscribe.ts';
import {
  confirmSubscription,
  getSubscriptionAttributes,
  listSubscriptions,
  listSubscriptionsByTopic,
  setSubscriptionAttributes,
  unsubscribe,
} from './actions/subscriptions.ts';
import { listTagsForResource, tagResource, untagResource } from './actions/tags.ts';
import { createTopic, deleteTopic, getTopicAttributes, listTopics, setTopicAttributes } from './actions/topics.ts';
import { deliveryWork } from './deliver/attempt.ts';
import type { SnsParts, SnsTools } from './deps.ts';
import { createSigner } from './signing/signer.ts';

/*
 * SNS: topics, subscriptions, and messages that arrive.
 *
 * Not served, and refused with an error that says so: FIFO topics; the protocols sms, application and firehose;
 * message archives and data protection; sandboxes and platform applications.
 *
 * Kept and shown, without effect: policies of topics (nobody is refused), keys, tracing, delivery feedback.
 *
 * Different from AWS: Teal has no queues, so those of subscriptions and dead letters are where --sqs-endpoint says, and the
 * endpoint of `sqs` may be the URL of a queue instead of an ARN; mail is a
 * file of the outbox in the data folder; messages are signed with a key of this Teal's own, and SigningCertURL is at Teal,
 * which checks that ask for amazonaws.com must be told; tokens of confirmation never expire; who ends a subscription gets no
 * UnsubscribeConfirmation; deliveries to functions, queues and mail are given up after a quarter of an hour; the wildcard
 * match, which EventBridge has, is taken in filter policies too.
 */
export interface SnsService extends Service {
  /** Of the key that signs messages, as PEM. */
  signingCertificate(): Promise<string>;
}

export function sns(parts: SnsParts): SnsService {
  const signer = createSigner(parts.store, parts.clock);
  const tools: SnsTools = { ...parts, signer, deliver: (dues) => queue.add(dues) };
  const queue = createDeliveryQueue(parts.clock, parts.logger, deliveryWork(tools));
  return {
    name: 'sns',
    actions: actionsOf(tools),
    signingCertificate: () => signer.certificate(),
    start: () => queue.start(),
    close: () => queue.close(),
  };
}

const actionsOf = (tools: SnsTools) =>
  ({
    AddPermission: addPermission(tools),
    ConfirmSubscription: confirmSubscription(tools),
    CreateTopic: createTopic(tools),
    DeleteTopic: deleteTopic(tools),
    GetSubscriptionAttributes: getSubscriptionAttributes(tools),
    GetTopicAttributes: getTopicAttributes(tools),
    ListSubscriptions: listSubscriptions(tools),
    ListSubscriptionsByTopic: listSubscriptionsByTopic(tools),
    ListTagsForResource: listTagsForResource(tools),
    ListTopics: listTopics(tools),
    Publish: publish(tools),
    PublishBatch: publishBatch(tools),
    RemovePermission: removePermission(tools),
    SetSubscriptionAttributes: setSubscriptionAttributes(tools),
    SetTopicAttributes: setTopicAttributes(tools),
    Subscribe: subscribe(tools),
    TagResource: tagResource(tools),
    Unsubscribe: unsubscribe(tools),
    UntagResource: untagResource(tools),
  }) satisfies Actions<typeof Sdk>;
