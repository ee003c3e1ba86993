import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Envelope } from './envelope.ts';
import { TAKEN, type Deliver, type Delivery } from './delivery.ts';
import { envelopeOf } from './envelope.ts';

/** Writes mail into a file of the outbox, one per message and subscription; an attempt that is repeated writes it again. */
export const toOutbox: Deliver = async (tools, delivery) => {
  const envelope = await envelopeOf(tools, delivery.topic, delivery.subscription, delivery.message);
  const file = join(
    tools.outbox,
    `${new Date(delivery.message.at).toISOString().replace(/\D/g, '')}-${delivery.id}.eml`,
  );
  await mkdir(tools.outbox, { recursive: true, mode: 0o700 });
  await writeFile(`${file}.part`, mailOf(delivery, envelope), { mode: 0o600 });
  await rename(`${file}.part`, file);
  return TAKEN;
};

function mailOf({ topic, subscription, message }: Delivery, envelope: Envelope): string {
  const confirms = message.type === 'SubscriptionConfirmation';
  const usual = confirms ? 'AWS Notification - Subscription Confirmation' : 'AWS Notification Message';
  const subject = (message.type === 'Notification' ? message.subject : undefined) ?? usual;
  const headers = [
    `From: ${oneLine(topic.attributes['DisplayName'] ?? 'AWS Notifications')} <no-reply@sns.teal>`,
    `To: ${subscription.endpoint}`,
    `Subject: ${oneLine(subject)}`,
    `Date: ${new Date(message.at).toUTCString()}`,
    `Message-ID: <${message.id}@sns.teal>`,
    'Content-Type: text/plain; charset=UTF-8',
    `x-amz-sns-message-type: ${message.type}`,
    `x-amz-sns-topic-arn: ${topic.arn}`,
  ];
  return `${headers.join('\r\n')}\r\n\r\n${textOf(subscription.protocol, confirms, envelope)}\r\n`;
}

function textOf(protocol: string, confirms: boolean, envelope: Envelope): string {
  if (protocol === 'email-json') return JSON.stringify(envelope, null, 2);
  if (confirms)
    return `${envelope.Message.split('\n')[0] ?? ''}\nTo confirm this subscription, visit:\n${String(envelope['SubscribeURL'])}`;
  return `${envelope.Message}\n\n--\nIf you wish to stop receiving notifications from this topic, visit:\n${String(envelope['UnsubscribeURL'])}`;
}

const oneLine = (text: string): string => text.replace(/[\r\n]+/g, ' ');
