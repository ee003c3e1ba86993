import { SubscribeCommand, type SNSClient } from '@aws-sdk/client-sns';
import { eventually } from './eventually.ts';
import { openHttpSink, type HttpSink } from './http-sink.ts';

export interface TopicSink {
  /** Messages so far, as the endpoint got them. */
  messages(): readonly Readonly<Record<string, unknown>>[];
  close(): Promise<void>;
}

/** An endpoint that has subscribed to a topic and confirmed. */
export async function openTopicSink(sns: SNSClient, TopicArn: string): Promise<TopicSink> {
  const sink = await openHttpSink();
  await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'http', Endpoint: sink.url }));
  const asked = await eventually('the question to confirm', () => of(sink, 'SubscriptionConfirmation')[0]);
  await fetch(String(asked['SubscribeURL']));
  return { messages: () => of(sink, 'Notification'), close: () => sink.close() };
}

const of = (sink: HttpSink, type: string): Readonly<Record<string, unknown>>[] =>
  sink.taken.map(({ body }) => JSON.parse(body) as Record<string, unknown>).filter(({ Type }) => Type === type);
