import { httpPost } from '../../../kernel/http-post.ts';
import { seconds } from '../../../kernel/span.ts';
import { isQueueArn, type QueueMessage } from '../../../kernel/queues.ts';
import type { SnsTools } from '../deps.ts';
import { topicPlace, type Notification } from '../records.ts';
import { failureOf, isRaw, outcomeOf, TAKEN, type Deliver, type Delivery, type Outcome } from './delivery.ts';
import { envelopeOf } from './envelope.ts';

const LIMIT = seconds(15);

/** To a queue by its ARN through an SQS client, or by its own URL. */
export const toQueue: Deliver = async (tools, delivery, signal) => {
  const { topic, subscription, message } = delivery;
  if (message.type !== 'Notification') return { ended: 'refused', why: 'a queue confirms nothing' };
  const sent = await queueMessage(tools, delivery, message);
  return isQueueArn(subscription.endpoint)
    ? sendTo(tools, subscription.endpoint, sent, signal)
    : postTo(tools, subscription.endpoint, topic, sent, signal);
};

/** To the queue of a subscription's dead letters: what the endpoint would have got. */
export async function toDeadLetters(
  tools: SnsTools,
  queueArn: string,
  delivery: Delivery,
  signal: AbortSignal,
): Promise<Outcome> {
  if (delivery.message.type !== 'Notification') return TAKEN;
  return sendTo(tools, queueArn, await queueMessage(tools, delivery, delivery.message), signal);
}

/** A raw message takes its attributes along; otherwise they are in the envelope. */
async function queueMessage(
  tools: SnsTools,
  { topic, subscription }: Delivery,
  message: Notification,
): Promise<QueueMessage> {
  if (isRaw(subscription)) return { body: message.text, attributes: message.attributes };
  return { body: JSON.stringify(await envelopeOf(tools, topic, subscription, message)) };
}

async function sendTo({ queues }: SnsTools, arn: string, message: QueueMessage, signal: AbortSignal): Promise<Outcome> {
  try {
    await queues.send(arn, message, signal);
    return TAKEN;
  } catch (cause) {
    return failureOf(cause);
  }
}

/** Calls SendMessage in SQS's form protocol, which every SQS speaks, at the queue's own URL. */
async function postTo(
  tools: SnsTools,
  url: string,
  topic: Delivery['topic'],
  { body, attributes = {} }: QueueMessage,
  signal: AbortSignal,
): Promise<Outcome> {
  const { scope } = topicPlace(topic.arn);
  const form = new URLSearchParams({
    Action: 'SendMessage',
    Version: '2012-11-05',
    QueueUrl: url,
    MessageBody: body,
    ...attributesOf(attributes),
  });
  const headers = {
    'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
    // Names account, region and service as a signature does, and signs nothing: there is no secret to sign with.
    authorization: `AWS4-HMAC-SHA256 Credential=${scope.account}/19700101/${scope.region}/sqs/aws4_request, SignedHeaders=host, Signature=none`,
  };
  const post = { url, headers, body: form.toString(), limit: LIMIT };
  return outcomeOf(await httpPost(tools.clock, post, signal));
}

function attributesOf(attributes: NonNullable<QueueMessage['attributes']>): Record<string, string> {
  const fields = Object.entries(attributes).flatMap(([name, { type, value }], index) => {
    const at = `MessageAttribute.${index + 1}`;
    const kind = type.startsWith('Binary') ? 'BinaryValue' : 'StringValue';
    return [
      [`${at}.Name`, name],
      [`${at}.Value.DataType`, type],
      [`${at}.Value.${kind}`, value],
    ];
  });
  return Object.fromEntries(fields) as Record<string, string>;
}
