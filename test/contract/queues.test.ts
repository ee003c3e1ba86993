import {
  EventBridgeClient,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
  type Target,
} from '@aws-sdk/client-eventbridge';
import {
  CreateTopicCommand,
  GetSubscriptionAttributesCommand,
  PublishCommand,
  SetSubscriptionAttributesCommand,
  SNSClient,
  SubscribeCommand,
  type PublishCommandInput,
} from '@aws-sdk/client-sns';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { openHttpSink, type HttpSink } from '../support/http-sink.ts';
import { openSqsSink, type Sent, type SqsSink } from '../support/sqs-sink.ts';
import { startTestTeal, type TestTeal } from '../support/teal.ts';

let sqs: SqsSink;
let failing: HttpSink;
let teal: TestTeal;
let sns: SNSClient;
let events: EventBridgeClient;
let names = 0;
/** How often the queue named `late` has refused. */
let refusals = 0;

const isTo = (sent: Sent, queue: string) => sent.QueueUrl.endsWith(`/${queue}`);

beforeAll(async () => {
  sqs = await openSqsSink((sent) => {
    if (isTo(sent, 'gone')) return { code: 'com.amazonaws.sqs#QueueDoesNotExist', status: 400 };
    if (isTo(sent, 'late') && refusals++ < 2) return { code: 'InternalError', status: 500 };
    return undefined;
  });
  failing = await openHttpSink(({ path }) => (path === '/busy' ? 503 : 403));
  teal = await startTestTeal({ timeScale: 1000, sqsEndpoint: sqs.url });
  const credentials = { accessKeyId: teal.account, secretAccessKey: 'secret' };
  const config = { endpoint: teal.url, region: 'eu-west-1', credentials, maxAttempts: 1 };
  [sns, events] = [new SNSClient(config), new EventBridgeClient(config)];
});

afterAll(async () => {
  [sns, events].forEach((client) => client.destroy());
  await teal.close();
  await Promise.all([sqs.close(), failing.close()]);
});

const queueArn = (name: string) => `arn:aws:sqs:eu-west-1:${teal.account}:${name}`;
const sentTo = (queue: string, n = 1) =>
  eventually(`message ${n} to ${queue}`, () => sqs.sent.filter((sent) => isTo(sent, queue))[n - 1]);

async function subscribe(Endpoint: string, Attributes: Record<string, string> = {}, Protocol = 'sqs') {
  const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: `topic-${++names}` }));
  const asked = new SubscribeCommand({ TopicArn, Protocol, Endpoint, Attributes, ReturnSubscriptionArn: true });
  const { SubscriptionArn = '' } = await sns.send(asked);
  const publish = (input: Omit<PublishCommandInput, 'TopicArn'>) =>
    sns.send(new PublishCommand({ TopicArn, ...input }));
  return { TopicArn, SubscriptionArn, publish };
}

/** A rule for a source of its own, and what sends an event of that. */
async function rule(target: Omit<Target, 'Id'>) {
  const Name = `rule-${++names}`;
  await events.send(new PutRuleCommand({ Name, EventPattern: JSON.stringify({ source: [Name] }) }));
  await events.send(new PutTargetsCommand({ Rule: Name, Targets: [{ Id: 'one', ...target }] }));
  const entry = { Source: Name, DetailType: 'Test', Detail: '{"a":1}' };
  return { Name, put: () => events.send(new PutEventsCommand({ Entries: [entry] })) };
}

it('sends a message of a topic to a queue by its ARN, as an SQS client does', async () => {
  const { TopicArn, publish } = await subscribe(queueArn('mail'));
  const { MessageId } = await publish({ Subject: 'Hi', Message: 'there' });
  const sent = await sentTo('mail');

  expect(sent.QueueUrl).toBe(`${sqs.url}/${teal.account}/mail`);
  expect(sent.credential).toMatch(/^[^/]+\/\d{8}\/eu-west-1\/sqs\/aws4_request$/);
  expect(JSON.parse(sent.MessageBody)).toMatchObject({
    Type: 'Notification',
    MessageId,
    TopicArn,
    Subject: 'Hi',
    Message: 'there',
  });
});

it('sends the bare message with its attributes where that is asked for', async () => {
  const { publish } = await subscribe(queueArn('raw'), { RawMessageDelivery: 'true' });
  const MessageAttributes = {
    n: { DataType: 'Number', StringValue: '5' },
    b: { DataType: 'Binary', BinaryValue: Buffer.from('xy') },
  };
  await publish({ Message: 'bare', MessageAttributes });

  expect(await sentTo('raw')).toMatchObject({
    MessageBody: 'bare',
    MessageAttributes: {
      n: { DataType: 'Number', StringValue: '5' },
      b: { DataType: 'Binary', BinaryValue: Buffer.from('xy').toString('base64') },
    },
  });
});

it('tries again while the queue service fails', async () => {
  const { publish } = await subscribe(queueArn('late'));
  await publish({ Message: 'at last' });

  expect((await sentTo('late', 3)).MessageBody).toContain('at last');
});

it('sends what an endpoint does not take to the dead letters of its subscription', async () => {
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: queueArn('dead') });
  const { SubscriptionArn, publish } = await subscribe(queueArn('gone'), { RedrivePolicy });
  await publish({ Message: 'lost' });
  const sent = await sentTo('dead');
  const { Attributes } = await sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn }));

  expect(JSON.parse(sent.MessageBody)).toMatchObject({ Type: 'Notification', Message: 'lost' });
  expect(Attributes?.['RedrivePolicy']).toBe(RedrivePolicy);
});

it('sends an event to a queue, and to a FIFO queue with its group', async () => {
  const plain = await rule({ Arn: queueArn('orders'), InputPath: '$.detail' });
  const fifo = await rule({ Arn: queueArn('orders.fifo'), SqsParameters: { MessageGroupId: 'g' } });
  await plain.put();
  const { Entries } = await fifo.put();

  expect((await sentTo('orders')).MessageBody).toBe('{"a":1}');
  expect(await sentTo('orders.fifo')).toMatchObject({
    MessageGroupId: 'g',
    MessageDeduplicationId: Entries?.[0]?.EventId,
  });
});

it('sends an event that is refused to the dead letters of its target, with the reason', async () => {
  const DeadLetterConfig = { Arn: queueArn('dead-refused') };
  const { Name, put } = await rule({ Arn: `${failing.url}/no`, Input: '{}', DeadLetterConfig });
  await put();
  const { MessageBody, MessageAttributes } = await sentTo('dead-refused');

  expect(JSON.parse(MessageBody)).toMatchObject({ source: Name, detail: { a: 1 } });
  expect(MessageAttributes).toEqual({
    RULE_ARN: { DataType: 'String', StringValue: `arn:aws:events:eu-west-1:${teal.account}:rule/${Name}` },
    TARGET_ARN: { DataType: 'String', StringValue: `${failing.url}/no` },
    ERROR_CODE: { DataType: 'String', StringValue: 'SDK_CLIENT_ERROR' },
    ERROR_MESSAGE: { DataType: 'String', StringValue: 'the endpoint answered 403' },
    RETRY_ATTEMPTS: { DataType: 'String', StringValue: '0' },
  });
});

it.each([
  ['attempts', { MaximumRetryAttempts: 2 }, 'MaximumRetryAttempts'],
  ['age', { MaximumEventAgeInSeconds: 60 }, 'MaximumEventAgeInSeconds'],
])('gives up on an event by the %s that its target allows', async (what, RetryPolicy, condition) => {
  const DeadLetterConfig = { Arn: queueArn(`dead-${what}`) };
  const { put } = await rule({ Arn: `${failing.url}/busy`, DeadLetterConfig, RetryPolicy });
  await put();
  const { MessageAttributes } = await sentTo(`dead-${what}`);

  expect(MessageAttributes?.['EXHAUSTED_RETRY_CONDITION']?.StringValue).toBe(condition);
  if (what === 'attempts') expect(MessageAttributes?.['RETRY_ATTEMPTS']?.StringValue).toBe('2');
});

it.each<[string, string, RegExp, () => Promise<unknown>]>([
  [
    'a subscription to what is no queue',
    'InvalidParameterException',
    /^Invalid parameter: SQS endpoint ARN$/,
    () => subscribe('arn:aws:sqs:eu-west-1:1:q'),
  ],
  [
    'a subscription to a FIFO queue',
    'InvalidParameterException',
    /FIFO SQS Queues can not be subscribed to standard SNS topics$/,
    () => subscribe(queueArn('a.fifo')),
  ],
  [
    'a redrive policy that is no JSON',
    'InvalidParameterException',
    /RedrivePolicy: failed to parse JSON/,
    () => subscribe(queueArn('a'), { RedrivePolicy: '{' }),
  ],
  [
    'a redrive policy without a queue',
    'InvalidParameterException',
    /RedrivePolicy: deadLetterTargetArn/,
    async () => {
      const { SubscriptionArn } = await subscribe(queueArn('a'));
      const AttributeName = 'RedrivePolicy';
      const asked = { SubscriptionArn, AttributeName, AttributeValue: '{"deadLetterTargetArn":"arn:x"}' };
      return sns.send(new SetSubscriptionAttributesCommand(asked));
    },
  ],
  [
    'a FIFO queue as a target without its group',
    'ValidationException',
    /SqsParameters must be specified/,
    () => rule({ Arn: queueArn('a.fifo') }),
  ],
  [
    'a group for a target that is no FIFO queue',
    'ValidationException',
    /SqsParameters not valid/,
    () => rule({ Arn: queueArn('a'), SqsParameters: { MessageGroupId: 'g' } }),
  ],
  [
    'dead letters that are no queue',
    'ValidationException',
    /DeadLetterConfig.Arn of target one is not valid/,
    () => rule({ Arn: queueArn('a'), DeadLetterConfig: { Arn: 'arn:aws:sns:eu-west-1:000000000000:t' } }),
  ],
  [
    'more attempts than AWS allows',
    'ValidationException',
    /less than or equal to 185/,
    () => rule({ Arn: queueArn('a'), RetryPolicy: { MaximumRetryAttempts: 186 } }),
  ],
])('refuses %s', async (_what, name, message, call) => {
  await expect(call()).rejects.toMatchObject({ name, message: expect.stringMatching(message) as string });
});
