import type { Scope } from '../../kernel/scope.ts';
import { invalidParameter } from './faults.ts';
import { HTTP_POLICY } from './delivery-policy.ts';
import { topicPolicy } from './read-delivery-policy.ts';
import type { SubscriptionRecord, TopicRecord } from './records.ts';

/** Kept and shown, without effect. */
const WITHOUT_EFFECT = [
  'KmsMasterKeyId',
  'TracingConfig',
  ...['HTTP', 'Firehose', 'Lambda', 'Application', 'SQS'].flatMap((endpoint) => [
    `${endpoint}SuccessFeedbackRoleArn`,
    `${endpoint}SuccessFeedbackSampleRate`,
    `${endpoint}FailureFeedbackRoleArn`,
  ]),
];

/** Checks each attribute that has an effect. */
const CHECKS: Readonly<Record<string, (value: string) => void>> = {
  DisplayName: (value) => {
    if (value.length > 100) throw invalidParameter('DisplayName');
  },
  Policy: (value) => {
    if (value !== '' && !isObject(value)) throw invalidParameter('Policy Error: null');
  },
  DeliveryPolicy: (value) => {
    if (value !== '') topicPolicy(value);
  },
  SignatureVersion: (value) => {
    if (value !== '1' && value !== '2') throw invalidParameter('SignatureVersion');
  },
  FifoTopic: (value) => {
    if (value !== 'false') throw invalidParameter('FifoTopic Reason: Teal has no FIFO topics yet');
  },
};

/** @throws InvalidParameter for an attribute that cannot be set so */
export function checkTopicAttribute(name: string, value: string): void {
  const check = Object.hasOwn(CHECKS, name) ? CHECKS[name] : undefined;
  if (check) return check(value);
  if (!WITHOUT_EFFECT.includes(name)) throw invalidParameter('AttributeName');
}

/** An attribute that is set to nothing is no longer set. */
export const withAttribute = (
  attributes: Readonly<Record<string, string>>,
  name: string,
  value: string,
): Readonly<Record<string, string>> => {
  const others = Object.entries(attributes).filter(([other]) => other !== name);
  return Object.fromEntries(value === '' ? others : [...others, [name, value]]);
};

/** As GetTopicAttributes shows them. */
export function shownTopic(
  scope: Scope,
  topic: TopicRecord,
  subscriptions: readonly SubscriptionRecord[],
): Record<string, string> {
  const confirmed = subscriptions.filter((subscription) => subscription.isConfirmed).length;
  return {
    DisplayName: '',
    ...topic.attributes,
    Policy: topic.attributes['Policy'] ?? JSON.stringify(defaultPolicy(scope, topic.arn)),
    TopicArn: topic.arn,
    Owner: scope.account,
    SubscriptionsConfirmed: String(confirmed),
    SubscriptionsPending: String(subscriptions.length - confirmed),
    SubscriptionsDeleted: String(topic.deleted),
    EffectiveDeliveryPolicy: JSON.stringify(effectivePolicy(topic)),
  };
}

export const effectivePolicy = ({ attributes }: TopicRecord) => {
  const { retries, contentType } = topicPolicy(attributes['DeliveryPolicy'] ?? '{}');
  return {
    http: {
      defaultHealthyRetryPolicy: retries ?? HTTP_POLICY,
      disableSubscriptionOverrides: false,
      defaultRequestPolicy: { headerContentType: contentType ?? 'text/plain; charset=UTF-8' },
    },
  };
};

/** Recorded: what a topic has before anyone sets a policy. */
export const defaultPolicy = ({ account }: Scope, topicArn: string) => ({
  Version: '2008-10-17',
  Id: '__default_policy_ID',
  Statement: [
    {
      Sid: '__default_statement_ID',
      Effect: 'Allow',
      Principal: { AWS: '*' },
      Action: [
        'SNS:GetTopicAttributes',
        'SNS:SetTopicAttributes',
        'SNS:AddPermission',
        'SNS:RemovePermission',
        'SNS:DeleteTopic',
        'SNS:Subscribe',
        'SNS:ListSubscriptionsByTopic',
        'SNS:Publish',
      ],
      Resource: topicArn,
      Condition: { StringEquals: { 'AWS:SourceOwner': account } },
    } as Readonly<Record<string, unknown>>,
  ],
});

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
