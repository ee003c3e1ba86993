import type { SnsTools } from '../deps.ts';
import type { Message, SubscriptionRecord, TopicRecord } from '../records.ts';
import { SIGNING_CERTIFICATE_PATH, subscribeUrl, unsubscribeUrl } from './links.ts';

/** A message as subscribers read it, with AWS's names in AWS's order. */
export type Envelope = Readonly<Record<string, unknown>> & {
  readonly Type: string;
  readonly MessageId: string;
  readonly Message: string;
};

/** What stands in the text that is signed, in its order. Source: SNS Developer Guide, verifying signatures. */
const SIGNED = ['Message', 'MessageId', 'SubscribeURL', 'Subject', 'Timestamp', 'Token', 'TopicArn', 'Type'];

type Tools = Pick<SnsTools, 'signer' | 'endpoint'>;

/** Words and signs a message for one subscription. */
export async function envelopeOf(
  { signer, endpoint }: Tools,
  topic: TopicRecord,
  subscription: SubscriptionRecord,
  message: Message,
): Promise<Envelope> {
  const version = topic.attributes['SignatureVersion'] === '2' ? '2' : '1';
  const text = textOf(endpoint(), subscription, message);
  const signature = {
    Timestamp: new Date(message.at).toISOString(),
    SignatureVersion: version,
    Signature: '',
    SigningCertURL: `${endpoint()}${SIGNING_CERTIFICATE_PATH}`,
  };
  const unsigned = { ...text, ...signature, ...endOf(endpoint(), subscription, message) };
  return { ...unsigned, Signature: await signer.sign(signedText(unsigned), version) };
}

function textOf(endpoint: string, { topicArn, token }: SubscriptionRecord, message: Message) {
  const { type, id } = message;
  if (type === 'Notification')
    return {
      Type: type,
      MessageId: id,
      TopicArn: topicArn,
      ...(message.subject !== undefined && { Subject: message.subject }),
      Message: message.text,
    };
  return {
    Type: type,
    MessageId: id,
    Token: token,
    TopicArn: topicArn,
    Message: `You have chosen to subscribe to the topic ${topicArn}.\nTo confirm the subscription, visit the SubscribeURL included in this message.`,
    SubscribeURL: subscribeUrl(endpoint, topicArn, token),
  };
}

function endOf(endpoint: string, { arn }: SubscriptionRecord, message: Message): Readonly<Record<string, unknown>> {
  if (message.type !== 'Notification') return {};
  const attributes = Object.entries(message.attributes).map(([name, { type, value }]) => [
    name,
    { Type: type, Value: value },
  ]);
  return {
    UnsubscribeURL: unsubscribeUrl(endpoint, arn),
    ...(attributes.length > 0 && { MessageAttributes: Object.fromEntries(attributes) as unknown }),
  };
}

const signedText = (fields: Readonly<Record<string, unknown>>): string =>
  SIGNED.filter((name) => typeof fields[name] === 'string')
    .map((name) => `${name}\n${String(fields[name])}\n`)
    .join('');
