import type { Scope } from '../../kernel/scope.ts';
import type { Queues } from '../../kernel/queues.ts';
import { invalidParameter } from './faults.ts';
import { checkFilter, filterScope } from './filter.ts';
import { HTTP_POLICY } from './delivery-policy.ts';
import { subscriptionPolicy } from './read-delivery-policy.ts';
import { requireRedrive } from './redrive-policy.ts';
import type { Protocol, SubscriptionRecord } from './records.ts';

type Attributes = Readonly<Record<string, string>>;

const RAW_PROTOCOLS: readonly Protocol[] = ['http', 'https', 'sqs'];

const CHECKS: Readonly<Record<string, (value: string, protocol: Protocol, queues: Queues) => void>> = {
  RawMessageDelivery(value, protocol) {
    if (!/^(true|false)$/i.test(value))
      throw invalidParameter(`Attributes Reason: RawMessageDelivery: Invalid value [${value}]. Must be true or false.`);
    if (/^true$/i.test(value) && !RAW_PROTOCOLS.includes(protocol))
      throw invalidParameter(
        `Attributes Reason: Delivery protocol [${protocol}] does not support raw message delivery.`,
      );
  },
  FilterPolicy: () => undefined, // with its scope, below
  FilterPolicyScope(value) {
    if (value !== 'MessageAttributes' && value !== 'MessageBody')
      throw invalidParameter(
        `FilterPolicyScope: Invalid value [${value}]. Please use either MessageBody or MessageAttributes`,
      );
  },
  DeliveryPolicy: (value) => void subscriptionPolicy(value),
  RedrivePolicy: (value, _protocol, queues) => void requireRedrive(value, queues),
};

/** Attributes with others set; one that is set to nothing is no longer set. @throws InvalidParameter */
export function withSubscriptionAttributes(
  current: Attributes,
  given: Attributes,
  protocol: Protocol,
  queues: Queues,
): Attributes {
  const kept = new Map(Object.entries(current));
  for (const [name, value] of Object.entries(given)) {
    const check = Object.hasOwn(CHECKS, name) ? CHECKS[name] : undefined;
    if (!check) throw invalidParameter('AttributeName');
    const unsets = value === '' || (name === 'FilterPolicy' && value.trim() === '{}');
    if (unsets) kept.delete(name);
    else {
      check(value, protocol, queues);
      kept.set(name, value);
    }
  }
  const next = Object.fromEntries(kept);
  checkFilter(next);
  return next;
}

/** As GetSubscriptionAttributes shows them. */
export function shownSubscription({ account }: Scope, subscription: SubscriptionRecord): Record<string, string> {
  const { arn, topicArn, protocol, endpoint, isConfirmed, attributes } = subscription;
  const isHttp = protocol === 'http' || protocol === 'https';
  const { retries } = subscriptionPolicy(attributes['DeliveryPolicy'] ?? '{}');
  return {
    RawMessageDelivery: 'false',
    ...attributes,
    ...(attributes['FilterPolicy'] !== undefined && { FilterPolicyScope: filterScope(attributes) }),
    ...(isHttp && { EffectiveDeliveryPolicy: JSON.stringify({ healthyRetryPolicy: retries ?? HTTP_POLICY }) }),
    SubscriptionArn: arn,
    TopicArn: topicArn,
    Protocol: protocol,
    Endpoint: endpoint,
    Owner: account,
    SubscriptionPrincipal: `arn:aws:iam::${account}:root`,
    PendingConfirmation: String(!isConfirmed),
    ConfirmationWasAuthenticated: String(subscription.needsOwner),
  };
}
