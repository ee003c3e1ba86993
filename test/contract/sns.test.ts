import { createVerify, X509Certificate } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  AddPermissionCommand,
  ConfirmSubscriptionCommand,
  CreateTopicCommand,
  DeleteTopicCommand,
  GetSubscriptionAttributesCommand,
  GetTopicAttributesCommand,
  ListSubscriptionsByTopicCommand,
  ListTagsForResourceCommand,
  ListTopicsCommand,
  PublishBatchCommand,
  PublishCommand,
  RemovePermissionCommand,
  SetSubscriptionAttributesCommand,
  SetTopicAttributesCommand,
  SNSClient,
  SubscribeCommand,
  TagResourceCommand,
  UnsubscribeCommand,
  UntagResourceCommand,
  type PublishCommandInput,
} from '@aws-sdk/client-sns';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { openHttpSink, type HttpSink, type Taken } from '../support/http-sink.ts';
import { startTestTeal, type TestTeal } from '../support/teal.ts';

let teal: TestTeal;
let sns: SNSClient;
const sinks: HttpSink[] = [];

beforeAll(async () => {
  teal = await startTestTeal({ timeScale: 1000 });
  const credentials = { accessKeyId: teal.account, secretAccessKey: 'secret' };
  sns = new SNSClient({ endpoint: teal.url, region: 'us-east-1', credentials, maxAttempts: 1 });
});

afterAll(async () => {
  sns.destroy();
  await teal.close();
  await Promise.all(sinks.map((sink) => sink.close()));
});

let topics = 0;
async function createTopic(Attributes: Record<string, string> = {}): Promise<string> {
  topics += 1;
  return (await sns.send(new CreateTopicCommand({ Name: `topic-${topics}`, Attributes }))).TopicArn ?? '';
}

async function open(answer?: (taken: Taken) => number | Promise<number>): Promise<HttpSink> {
  const sink = await openHttpSink(answer);
  sinks.push(sink);
  return sink;
}

const bodyOf = (taken: Taken) => JSON.parse(taken.body) as Record<string, string>;
const ofType = (sink: HttpSink, type: string) =>
  sink.taken.filter(({ headers }) => headers['x-amz-sns-message-type'] === type);
const nth = (sink: HttpSink, type: string, n = 1): Promise<Taken> =>
  eventually(`${type} ${n}`, () => ofType(sink, type)[n - 1]);

/** Subscribes and confirms as an endpoint does: by visiting the link. */
async function subscribe(TopicArn: string, sink: HttpSink, Attributes: Record<string, string> = {}): Promise<string> {
  const command = new SubscribeCommand({ TopicArn, Protocol: 'http', Endpoint: `${sink.url}/in`, Attributes });
  const { SubscriptionArn } = await sns.send(command);
  expect(SubscriptionArn).toBe('pending confirmation');
  const answer = await fetch(bodyOf(await nth(sink, 'SubscriptionConfirmation'))['SubscribeURL'] ?? '');
  return /<SubscriptionArn>(.*)<\/SubscriptionArn>/.exec(await answer.text())?.[1] ?? '';
}

const publish = (input: PublishCommandInput) => sns.send(new PublishCommand(input));

/** As the developer guide tells subscribers to. */
async function isSigned(body: Record<string, string>): Promise<boolean> {
  const names =
    body['Type'] === 'Notification'
      ? ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type']
      : ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'];
  const text = names.filter((name) => body[name] !== undefined).map((name) => `${name}\n${body[name]}\n`);
  const pem = await (await fetch(body['SigningCertURL'] ?? '')).text();
  const algorithm = body['SignatureVersion'] === '2' ? 'RSA-SHA256' : 'RSA-SHA1';
  const key = new X509Certificate(pem).publicKey;
  return createVerify(algorithm)
    .update(text.join(''))
    .verify(key, body['Signature'] ?? '', 'base64');
}

it('asks an endpoint whether it wants messages, and sends none before it has confirmed', async () => {
  const sink = await open();
  const TopicArn = await createTopic();
  await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'http', Endpoint: sink.url }));
  const asked = bodyOf(await nth(sink, 'SubscriptionConfirmation'));
  await publish({ TopicArn, Message: 'too early' });

  expect(asked).toMatchObject({ Type: 'SubscriptionConfirmation', TopicArn, SignatureVersion: '1' });
  expect(await isSigned(asked)).toBe(true);

  const Token = asked['Token'] ?? '';
  const { SubscriptionArn } = await sns.send(new ConfirmSubscriptionCommand({ TopicArn, Token }));
  await publish({ TopicArn, Message: 'in time' });

  expect(SubscriptionArn).toMatch(new RegExp(`^${TopicArn}:[0-9a-f-]{36}$`));
  expect(bodyOf(await nth(sink, 'Notification'))['Message']).toBe('in time');
});

it.each(['1', '2'])('delivers what was published, signed with version %s', async (SignatureVersion) => {
  const sink = await open();
  const TopicArn = await createTopic({ SignatureVersion });
  const arn = await subscribe(TopicArn, sink);
  const { MessageId } = await publish({
    TopicArn,
    Subject: 'Hello',
    Message: 'World ✓',
    MessageAttributes: { colour: { DataType: 'String', StringValue: 'teal' } },
  });
  const { headers, body } = await nth(sink, 'Notification');
  const said = JSON.parse(body) as Record<string, string>;

  expect(said).toEqual({
    Type: 'Notification',
    MessageId,
    TopicArn,
    Subject: 'Hello',
    Message: 'World ✓',
    Timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string,
    SignatureVersion,
    Signature: expect.any(String) as string,
    SigningCertURL: `${teal.url}/_teal/sns/SimpleNotificationService.pem`,
    UnsubscribeURL: expect.stringContaining('Action=Unsubscribe') as string,
    MessageAttributes: { colour: { Type: 'String', Value: 'teal' } },
  });
  expect(headers).toMatchObject({
    'content-type': 'text/plain; charset=UTF-8',
    'user-agent': 'Amazon Simple Notification Service Agent',
    'x-amz-sns-message-id': MessageId,
    'x-amz-sns-topic-arn': TopicArn,
    'x-amz-sns-subscription-arn': arn,
  });
  expect(await isSigned(said)).toBe(true);
  expect(await isSigned({ ...said, Message: 'World x' })).toBe(false);
});

it('delivers the bare message where that is asked for', async () => {
  const sink = await open();
  const TopicArn = await createTopic();
  await subscribe(TopicArn, sink, { RawMessageDelivery: 'true' });
  await publish({ TopicArn, Message: '{"a":1}' });
  const { headers, body } = await nth(sink, 'Notification');

  expect(body).toBe('{"a":1}');
  expect(headers['x-amz-sns-rawdelivery']).toBe('true');
});

it('ends a subscription by its link, after which nothing comes', async () => {
  const [sink, other] = [await open(), await open()];
  const TopicArn = await createTopic();
  await subscribe(TopicArn, sink);
  await subscribe(TopicArn, other);
  await publish({ TopicArn, Message: 'one' });
  const { status } = await fetch(bodyOf(await nth(sink, 'Notification'))['UnsubscribeURL'] ?? '');
  await publish({ TopicArn, Message: 'two' });
  await nth(other, 'Notification', 2);

  expect(status).toBe(200);
  expect(ofType(sink, 'Notification')).toHaveLength(1);
});

it('tries again after a failure of the server, and not after a refusal', async () => {
  const answers = [500, 200];
  const failing = await open(({ headers }) =>
    headers['x-amz-sns-message-type'] === 'Notification' ? (answers.shift() ?? 200) : 200,
  );
  const refusing = await open(({ headers, body }) =>
    headers['x-amz-sns-message-type'] === 'Notification' && body.includes('first') ? 403 : 200,
  );
  const TopicArn = await createTopic();
  await subscribe(TopicArn, failing);
  await subscribe(TopicArn, refusing);
  const { MessageId } = await publish({ TopicArn, Message: 'first' });
  const again = await nth(failing, 'Notification', 2);
  await publish({ TopicArn, Message: 'second' });
  await nth(refusing, 'Notification', 2);

  expect(bodyOf(again)['MessageId']).toBe(MessageId);
  expect(ofType(refusing, 'Notification').map((taken) => bodyOf(taken)['Message'])).toEqual(['first', 'second']);
});

it('lets no endpoint that hangs hold up another', async () => {
  const hanging = await open(({ headers }) =>
    headers['x-amz-sns-message-type'] === 'Notification' ? new Promise(() => undefined) : 200,
  );
  const quick = await open();
  const TopicArn = await createTopic();
  await subscribe(TopicArn, hanging);
  await subscribe(TopicArn, quick);
  for (let n = 1; n <= 20; n += 1) await publish({ TopicArn, Message: `message ${n}` });

  await nth(quick, 'Notification', 20);
  expect(ofType(hanging, 'Notification').length).toBeLessThan(20);
});

it('filters by attributes and by what stands in the message', async () => {
  const [byAttribute, byBody, all] = [await open(), await open(), await open()];
  const TopicArn = await createTopic();
  await subscribe(TopicArn, byAttribute, { FilterPolicy: '{"kind":["a"],"size":[{"numeric":[">",5]}]}' });
  await subscribe(TopicArn, byBody, {
    FilterPolicyScope: 'MessageBody',
    FilterPolicy: '{"deep":{"x":[{"prefix":"y"}]}}',
  });
  await subscribe(TopicArn, all);
  const send = (Message: string, kind: string, size: string) =>
    publish({
      TopicArn,
      Message,
      MessageAttributes: {
        kind: { DataType: 'String.Array', StringValue: JSON.stringify(['z', kind]) },
        size: { DataType: 'Number', StringValue: size },
      },
    });
  await send('{"deep":{"x":"no"}}', 'a', '5');
  await send('{"deep":{"x":"yes"}}', 'b', '6');
  await send('no JSON', 'a', '6');
  await nth(all, 'Notification', 3);

  expect(bodyOf(await nth(byAttribute, 'Notification'))['Message']).toBe('no JSON');
  expect(bodyOf(await nth(byBody, 'Notification'))['Message']).toBe('{"deep":{"x":"yes"}}');
  expect(ofType(byAttribute, 'Notification')).toHaveLength(1);
  expect(ofType(byBody, 'Notification')).toHaveLength(1);
});

it('writes mail into the outbox', async () => {
  const TopicArn = await createTopic({ DisplayName: 'Releases' });
  const mails = async () => {
    const files = await readdir(join(teal.data, 'outbox')).catch(() => []);
    return Promise.all(files.map((file) => readFile(join(teal.data, 'outbox', file), 'utf8')));
  };
  await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'email', Endpoint: 'ops@example.test' }));
  const asked = await eventually('the first mail', async () =>
    (await mails()).find((mail) => mail.includes('ops@example.test')),
  );
  await fetch(/http:\S+/.exec(asked)?.[0] ?? '');
  await publish({ TopicArn, Subject: 'Done', Message: 'It is done.' });
  const told = await eventually('the second mail', async () => (await mails()).find((mail) => mail.includes('Done')));

  expect(asked).toContain('You have chosen to subscribe');
  expect(told).toContain('From: Releases <');
  expect(told).toContain('To: ops@example.test\r\n');
  expect(told).toContain('\r\n\r\nIt is done.');
});

it('sends to a queue that speaks SQS', async () => {
  const queue = await open();
  const TopicArn = await createTopic();
  const endpoint = `${queue.url}/000000000000/orders`;
  const command = { TopicArn, Protocol: 'sqs', Endpoint: endpoint, Attributes: { RawMessageDelivery: 'true' } };
  const { SubscriptionArn } = await sns.send(new SubscribeCommand(command));
  const MessageAttributes = { colour: { DataType: 'String', StringValue: 'teal' } };
  await publish({ TopicArn, Message: 'a & b', MessageAttributes });
  const [taken] = await eventually('a message in the queue', () => (queue.taken.length > 0 ? queue.taken : undefined));

  expect(SubscriptionArn).toMatch(/:[0-9a-f-]{36}$/);
  expect(taken?.path).toBe('/000000000000/orders');
  expect(Object.fromEntries(new URLSearchParams(taken?.body))).toEqual({
    Action: 'SendMessage',
    Version: '2012-11-05',
    QueueUrl: endpoint,
    MessageBody: 'a & b',
    'MessageAttribute.1.Name': 'colour',
    'MessageAttribute.1.Value.DataType': 'String',
    'MessageAttribute.1.Value.StringValue': 'teal',
  });
});

it('gives each protocol the text that was meant for it', async () => {
  const sink = await open();
  const TopicArn = await createTopic();
  await subscribe(TopicArn, sink);
  const Message = JSON.stringify({ default: 'usual', http: 'for http' });
  await publish({ TopicArn, Message, MessageStructure: 'json' });

  expect(bodyOf(await nth(sink, 'Notification'))['Message']).toBe('for http');
});

it('publishes the entries of a batch, each with its own answer', async () => {
  const sink = await open();
  const TopicArn = await createTopic();
  await subscribe(TopicArn, sink);
  const { Successful, Failed } = await sns.send(
    new PublishBatchCommand({
      TopicArn,
      PublishBatchRequestEntries: [
        { Id: 'one', Message: 'first' },
        { Id: 'two', Message: 'second', Subject: 'two\nlines' },
      ],
    }),
  );
  const { headers } = await nth(sink, 'Notification');

  expect(Successful).toEqual([{ Id: 'one', MessageId: headers['x-amz-sns-message-id'] }]);
  expect(Failed).toEqual([
    { Id: 'two', Code: 'InvalidParameter', Message: 'Invalid parameter: Subject', SenderFault: true },
  ]);
});

it('shows topics and subscriptions as they are', async () => {
  const sink = await open();
  const TopicArn = await createTopic({ DisplayName: 'Shown' });
  const SubscriptionArn = await subscribe(TopicArn, sink);
  await sns.send(new SetTopicAttributesCommand({ TopicArn, AttributeName: 'DisplayName', AttributeValue: 'Renamed' }));
  const set = { SubscriptionArn, AttributeName: 'FilterPolicy', AttributeValue: '{"a":["b"]}' };
  await sns.send(new SetSubscriptionAttributesCommand(set));
  await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'email', Endpoint: 'a@b.test' }));
  const topic = await sns.send(new GetTopicAttributesCommand({ TopicArn }));
  const subscription = await sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn }));
  const listed = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }));

  expect(topic.Attributes).toMatchObject({
    TopicArn,
    Owner: teal.account,
    DisplayName: 'Renamed',
    SubscriptionsConfirmed: '1',
    SubscriptionsPending: '1',
    SubscriptionsDeleted: '0',
    Policy: expect.stringContaining('__default_policy_ID') as string,
  });
  expect(subscription.Attributes).toMatchObject({
    SubscriptionArn,
    TopicArn,
    Protocol: 'http',
    Endpoint: `${sink.url}/in`,
    PendingConfirmation: 'false',
    RawMessageDelivery: 'false',
    FilterPolicy: '{"a":["b"]}',
    FilterPolicyScope: 'MessageAttributes',
  });
  expect(listed.Subscriptions?.map((one) => one.SubscriptionArn).sort()).toEqual(
    [SubscriptionArn, 'PendingConfirmation'].sort(),
  );
});

it('keeps tags and permissions, and nothing of a topic that is deleted', async () => {
  const TopicArn = await createTopic();
  await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: 'http://127.0.0.1:1/q' }));
  await sns.send(
    new TagResourceCommand({
      ResourceArn: TopicArn,
      Tags: [
        { Key: 'a', Value: '1' },
        { Key: 'b', Value: '2' },
      ],
    }),
  );
  await sns.send(new UntagResourceCommand({ ResourceArn: TopicArn, TagKeys: ['a'] }));
  const permission = { TopicArn, Label: 'them', AWSAccountId: ['123456789012'], ActionName: ['Publish'] };
  await sns.send(new AddPermissionCommand(permission));
  const policy = async () => (await sns.send(new GetTopicAttributesCommand({ TopicArn }))).Attributes?.['Policy'];

  expect((await sns.send(new ListTagsForResourceCommand({ ResourceArn: TopicArn }))).Tags).toEqual([
    { Key: 'b', Value: '2' },
  ]);
  expect(await policy()).toContain('"SNS:Publish","Resource"');
  await sns.send(new RemovePermissionCommand({ TopicArn, Label: 'them' }));
  expect(await policy()).not.toContain('123456789012');

  await sns.send(new DeleteTopicCommand({ TopicArn }));
  await sns.send(new CreateTopicCommand({ Name: TopicArn.split(':').at(-1) }));
  expect((await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }))).Subscriptions).toEqual([]);
});

it('lists topics of one account and region only', async () => {
  const TopicArn = await createTopic();
  const credentials = { accessKeyId: teal.account, secretAccessKey: 'secret' };
  const elsewhere = new SNSClient({ endpoint: teal.url, region: 'eu-west-1', credentials, maxAttempts: 1 });
  const here = (await sns.send(new ListTopicsCommand({}))).Topics?.map((topic) => topic.TopicArn);
  const there = (await elsewhere.send(new ListTopicsCommand({}))).Topics;
  elsewhere.destroy();

  expect(here).toContain(TopicArn);
  expect(there ?? []).toEqual([]);
});

const topicArn = (name: string) => `arn:aws:sns:us-east-1:${teal.account}:${name}`;

it.each<[string, () => { Code: string; message: string }, () => Promise<unknown>]>([
  [
    'a topic that is none',
    () => ({ Code: 'NotFound', message: 'Topic does not exist' }),
    () => publish({ TopicArn: topicArn('none'), Message: 'x' }),
  ],
  [
    'what is no ARN',
    () => ({
      Code: 'InvalidParameter',
      message: 'Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 1',
    }),
    () => publish({ TopicArn: 'x', Message: 'x' }),
  ],
  [
    'a bad name',
    () => ({ Code: 'InvalidParameter', message: 'Invalid parameter: Topic Name' }),
    () => sns.send(new CreateTopicCommand({ Name: 'a b' })),
  ],
  [
    'a FIFO topic',
    () => ({
      Code: 'InvalidParameter',
      message: 'Invalid parameter: Topic Name Reason: Teal has no FIFO topics yet',
    }),
    () => sns.send(new CreateTopicCommand({ Name: 'a.fifo', Attributes: { FifoTopic: 'true' } })),
  ],
  [
    'an empty message',
    () => ({ Code: 'InvalidParameter', message: 'Invalid parameter: Empty message' }),
    async () => publish({ TopicArn: await createTopic(), Message: '' }),
  ],
  [
    'a message that is too long',
    () => ({ Code: 'InvalidParameter', message: 'Invalid parameter: Message too long' }),
    async () => publish({ TopicArn: await createTopic(), Message: 'x'.repeat(262_145) }),
  ],
  [
    'a protocol that is none',
    () => ({
      Code: 'InvalidParameter',
      message: 'Invalid parameter: Amazon SNS does not support this protocol string: pigeon',
    }),
    async () => sns.send(new SubscribeCommand({ TopicArn: await createTopic(), Protocol: 'pigeon', Endpoint: 'x' })),
  ],
  [
    'an ARN of a queue when nobody said where queues are',
    () => ({
      Code: 'InvalidParameter',
      message: expect.stringMatching(/^Invalid parameter: SQS endpoint Reason: .* --sqs-endpoint URL/) as string,
    }),
    async () => {
      const Endpoint = 'arn:aws:sqs:us-east-1:000000000000:q';
      return sns.send(new SubscribeCommand({ TopicArn: await createTopic(), Protocol: 'sqs', Endpoint }));
    },
  ],
  [
    'a filter policy that is none',
    () => ({
      Code: 'InvalidParameter',
      message: 'Invalid parameter: FilterPolicy: "a" must be an object or an array',
    }),
    async () =>
      sns.send(
        new SubscribeCommand({
          TopicArn: await createTopic(),
          Protocol: 'email',
          Endpoint: 'a@b.test',
          Attributes: { FilterPolicy: '{"a":1}' },
        }),
      ),
  ],
  [
    'a token that is none',
    () => ({ Code: 'InvalidParameter', message: 'Invalid parameter: Token' }),
    async () => sns.send(new ConfirmSubscriptionCommand({ TopicArn: await createTopic(), Token: 'x' })),
  ],
  [
    'a batch of nothing twice',
    () => ({
      Code: 'BatchEntryIdsNotDistinct',
      message: 'Two or more batch entries in the request have the same Id.',
    }),
    async () => {
      const entry = { Id: 'a', Message: 'x' };
      const TopicArn = await createTopic();
      return sns.send(new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries: [entry, entry] }));
    },
  ],
])('refuses %s', async (_what, expected, call) => {
  await expect(call()).rejects.toMatchObject(expected());
});

it('takes an end of a subscription that is gone, and refuses one from another account', async () => {
  const TopicArn = await createTopic();
  const { SubscriptionArn } = await sns.send(
    new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: 'http://127.0.0.1:1/q' }),
  );
  const credentials = { accessKeyId: '999999999999', secretAccessKey: 'secret' };
  const stranger = new SNSClient({ endpoint: teal.url, region: 'us-east-1', credentials, maxAttempts: 1 });

  await expect(stranger.send(new UnsubscribeCommand({ SubscriptionArn }))).rejects.toMatchObject({
    Code: 'AuthorizationError',
  });
  stranger.destroy();
  await sns.send(new UnsubscribeCommand({ SubscriptionArn }));
  await sns.send(new UnsubscribeCommand({ SubscriptionArn }));
});
