import { parseArn } from '../../kernel/arn.ts';
import type { Scope } from '../../kernel/scope.ts';
import type { Records, Transaction } from '../../store/store.ts';
import { invalidParameter, noSubscription, noTopic } from './faults.ts';

/** Kept under its name. */
export interface TopicRecord {
  readonly name: string;
  readonly arn: string;
  /** Those that were set, as AWS names them. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  /** How many subscriptions have ended. */
  readonly deleted: number;
  readonly createdAt: number;
}

export const PROTOCOLS = ['http', 'https', 'email', 'email-json', 'lambda', 'sqs'] as const;
export type Protocol = (typeof PROTOCOLS)[number];

/** Kept under the last part of its ARN, with the topic's name as parent. */
export interface SubscriptionRecord {
  readonly id: string;
  readonly arn: string;
  readonly topicArn: string;
  readonly protocol: Protocol;
  readonly endpoint: string;
  readonly isConfirmed: boolean;
  /** What its confirmation must name. */
  readonly token: string;
  /** Whether only its owner may end it. */
  readonly needsOwner: boolean;
  /** Those that were set, as AWS names them. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly createdAt: number;
}

export interface AttributeValue {
  readonly type: string;
  /** Binary values as base64. */
  readonly value: string;
}

/** What a subscription is to get. */
export type Message =
  | { readonly type: 'SubscriptionConfirmation'; readonly id: string; readonly at: number }
  | {
      readonly type: 'Notification';
      readonly id: string;
      readonly at: number;
      readonly subject?: string;
      readonly text: string;
      readonly attributes: Readonly<Record<string, AttributeValue>>;
    };

export type Notification = Extract<Message, { type: 'Notification' }>;

/** A message on its way to one subscription. */
export interface DeliveryRecord {
  readonly id: string;
  readonly subscriptionId: string;
  /** Of the subscription. */
  readonly endpoint: string;
  readonly message: Message;
  /** Where it goes now that its endpoint did not take it. */
  readonly deadLetterQueue?: string;
  /** How many attempts have failed. */
  readonly failures: number;
  readonly dueAt: number;
}

export const topicsIn = (tx: Transaction): Records<TopicRecord> => tx.records<TopicRecord>('sns_topics');

export const subscriptionsIn = (tx: Transaction): Records<SubscriptionRecord> =>
  tx.records<SubscriptionRecord>('sns_subscriptions');

export const deliveriesIn = (tx: Transaction): Records<DeliveryRecord> => tx.records<DeliveryRecord>('sns_deliveries');

/** Everything behind the fifth colon. @throws InvalidParameter for what is no ARN */
function resourceOf(parameter: string, text: string): { readonly scope: Scope; readonly resource: string } {
  const found = parseArn(text);
  if (!found)
    throw invalidParameter(`${parameter} Reason: An ARN must have at least 6 elements, not ${text.split(':').length}`);
  return { scope: { account: found.account, region: found.region }, resource: found.resource };
}

/** Where a topic is kept. @throws InvalidParameter */
export function topicPlace(arn: string, parameter = 'TopicArn'): { readonly scope: Scope; readonly name: string } {
  const { scope, resource } = resourceOf(parameter, arn);
  if (parseArn(arn)?.service !== 'sns' || resource.includes(':')) throw invalidParameter(parameter);
  return { scope, name: resource };
}

/** Where a subscription is kept. @throws InvalidParameter */
export function subscriptionPlace(arn: string): { readonly scope: Scope; readonly id: string } {
  const { scope, resource } = resourceOf('SubscriptionArn', arn);
  const [, id] = resource.split(':');
  if (id === undefined) throw invalidParameter('SubscriptionArn');
  return { scope, id };
}

const isSame = (one: Scope, other: Scope): boolean => one.account === other.account && one.region === other.region;

/** @throws InvalidParameter, NotFound */
export async function requireTopic(
  tx: Transaction,
  scope: Scope,
  arn: string,
  parameter?: string,
): Promise<TopicRecord> {
  const place = topicPlace(arn, parameter);
  const topic = isSame(place.scope, scope) ? await topicsIn(tx).get(scope, place.name) : undefined;
  if (!topic) throw noTopic();
  return topic;
}

/** Changes a topic as one transaction. @throws InvalidParameter, NotFound */
export async function changeTopic(
  tx: Transaction,
  scope: Scope,
  arn: string,
  change: (topic: TopicRecord) => TopicRecord,
): Promise<void> {
  const { name } = await requireTopic(tx, scope, arn);
  if (!(await topicsIn(tx).change(scope, name, change))) throw noTopic();
}

/** @throws InvalidParameter, NotFound */
export async function requireSubscription(tx: Transaction, scope: Scope, arn: string): Promise<SubscriptionRecord> {
  const place = subscriptionPlace(arn);
  const found = isSame(place.scope, scope) ? await subscriptionsIn(tx).get(scope, place.id) : undefined;
  if (found?.arn !== arn) throw noSubscription();
  return found;
}
