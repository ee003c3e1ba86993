import { InvokeCommand } from '@aws-sdk/client-lambda';
import { parseArn } from '../../../kernel/arn.ts';
import type { SubscriptionRecord } from '../records.ts';
import { failureOf, TAKEN, type Deliver } from './delivery.ts';
import { envelopeOf, type Envelope } from './envelope.ts';

export const toLambda: Deliver = async (tools, { topic, subscription, message }, signal) => {
  const envelope = await envelopeOf(tools, topic, subscription, message);
  const { account = '', region = '' } = parseArn(subscription.endpoint) ?? {};
  const command = new InvokeCommand({
    FunctionName: subscription.endpoint,
    InvocationType: 'Event',
    Payload: Buffer.from(JSON.stringify({ Records: [recordOf(subscription, envelope)] })),
  });
  try {
    await tools.clients.lambda({ account, region }).send(command, { abortSignal: signal });
    return TAKEN;
  } catch (cause) {
    return failureOf(cause);
  }
};

/** The names of URLs are others than over HTTP, and what is not there is null. Recorded. */
const recordOf = (subscription: SubscriptionRecord, envelope: Envelope) => ({
  EventSource: 'aws:sns',
  EventVersion: '1.0',
  EventSubscriptionArn: subscription.arn,
  Sns: {
    Type: envelope.Type,
    MessageId: envelope.MessageId,
    TopicArn: subscription.topicArn,
    Subject: envelope['Subject'] ?? null,
    Message: envelope.Message,
    Timestamp: envelope['Timestamp'],
    SignatureVersion: envelope['SignatureVersion'],
    Signature: envelope['Signature'],
    SigningCertUrl: envelope['SigningCertURL'],
    UnsubscribeUrl: envelope['UnsubscribeURL'],
    MessageAttributes: envelope['MessageAttributes'] ?? {},
  },
});
