import { httpPost } from '../../../kernel/http-post.ts';
import { seconds } from '../../../kernel/span.ts';
import { topicPlace, type Notification } from '../records.ts';
import { isRaw, outcomeOf, type Deliver } from './delivery.ts';
import { envelopeOf } from './envelope.ts';

const LIMIT = seconds(15);

/** Calls SendMessage in SQS's form protocol, which every SQS speaks, at the queue's own URL. */
export const toQueue: Deliver = async (tools, { topic, subscription, message }, signal) => {
  if (message.type !== 'Notification') return { ended: 'refused', why: 'a queue confirms nothing' };
  const raw = isRaw(subscription);
  const body = raw ? message.text : JSON.stringify(await envelopeOf(tools, topic, subscription, message));
  const { scope } = topicPlace(topic.arn);
  const form = new URLSearchParams({
    Action: 'SendMessage',
    Version: '2012-11-05',
    QueueUrl: subscription.endpoint,
    MessageBody: body,
    ...(raw && attributesOf(message)),
  });
  const headers = {
    'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
    // Names account, region and service as a signature does, and signs nothing: there is no secret to sign with.
    authorization: `AWS4-HMAC-SHA256 Credential=${scope.account}/19700101/${scope.region}/sqs/aws4_request, SignedHeaders=host, Signature=none`,
  };
  const post = { url: subscription.endpoint, headers, body: form.toString(), limit: LIMIT };
  return outcomeOf(await httpPost(tools.clock, post, signal));
};

function attributesOf({ attributes }: Notification): Record<string, string> {
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
