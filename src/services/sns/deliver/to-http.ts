import { httpPost } from '../../../kernel/http-post.ts';
import { seconds } from '../../../kernel/span.ts';
import { subscriptionPolicy } from '../read-delivery-policy.ts';
import { effectivePolicy } from '../topic-attributes.ts';
import { isRaw, outcomeOf, type Deliver, type Delivery } from './delivery.ts';
import { envelopeOf } from './envelope.ts';

/** How long an endpoint may take to answer. Source: SNS Developer Guide, HTTP/S endpoints. */
const LIMIT = seconds(15);

export const toHttp: Deliver = async (tools, delivery, signal) => {
  const { topic, subscription, message } = delivery;
  const raw = message.type === 'Notification' && isRaw(subscription) ? message.text : undefined;
  const body = raw ?? JSON.stringify(await envelopeOf(tools, topic, subscription, message), null, 2);
  const post = { url: subscription.endpoint, headers: headersOf(delivery, raw !== undefined), body, limit: LIMIT };
  return outcomeOf(await httpPost(tools.clock, post, signal));
};

const headersOf = ({ topic, subscription, message }: Delivery, hasRaw: boolean): Record<string, string> => ({
  'content-type': contentType(topic, subscription),
  'user-agent': 'Amazon Simple Notification Service Agent',
  'accept-encoding': 'gzip,deflate',
  'x-amz-sns-message-type': message.type,
  'x-amz-sns-message-id': message.id,
  'x-amz-sns-topic-arn': topic.arn,
  ...(message.type === 'Notification' && { 'x-amz-sns-subscription-arn': subscription.arn }),
  ...(hasRaw && { 'x-amz-sns-rawdelivery': 'true' }),
});

const contentType = (topic: Delivery['topic'], { attributes }: Delivery['subscription']): string =>
  subscriptionPolicy(attributes['DeliveryPolicy'] ?? '{}').contentType ??
  effectivePolicy(topic).http.defaultRequestPolicy.headerContentType;
