import { gunzipSync } from 'node:zlib';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogGroupCommand,
  DeleteSubscriptionFilterCommand,
  DescribeSubscriptionFiltersCommand,
  FilterLogEventsCommand,
  PutLogEventsCommand,
  PutSubscriptionFilterCommand,
  type PutSubscriptionFilterCommandInput,
} from '@aws-sdk/client-cloudwatch-logs';
import { CreateFunctionCommand, waitUntilFunctionActiveV2 } from '@aws-sdk/client-lambda';
import { strToU8, zipSync } from 'fflate';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { openHttpSink, type HttpSink } from '../support/http-sink.ts';
import { startTestTeal, type TestTeal } from '../support/teal.ts';

let teal: TestTeal;
let sink: HttpSink;
let logs: CloudWatchLogsClient;
let destinationArn: string;
let names = 0;

beforeAll(async () => {
  [teal, sink] = await Promise.all([startTestTeal(), openHttpSink()]);
  const credentials = { accessKeyId: teal.account, secretAccessKey: 'secret' };
  logs = new CloudWatchLogsClient({ endpoint: teal.url, region: 'us-east-1', credentials, maxAttempts: 1 });
  const source = `exports.handler = (event) => fetch('${sink.url}', { method: 'POST', body: JSON.stringify(event) });`;
  const FunctionName = 'subscriber';
  const { FunctionArn = '' } = await teal.lambda.send(
    new CreateFunctionCommand({
      FunctionName,
      Role: `arn:aws:iam::${teal.account}:role/f`,
      Runtime: 'nodejs20.x',
      Handler: 'index.handler',
      Code: { ZipFile: zipSync({ 'index.js': strToU8(source) }) },
      Timeout: 60,
    }),
  );
  await waitUntilFunctionActiveV2({ client: teal.lambda, maxWaitTime: 60, minDelay: 0.05 }, { FunctionName });
  destinationArn = FunctionArn;
});

afterAll(async () => {
  logs.destroy();
  await teal.close();
  await sink.close();
});

async function stage(): Promise<string> {
  const logGroupName = `/subscribed/${++names}`;
  await logs.send(new CreateLogGroupCommand({ logGroupName }));
  await logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName: 'one' }));
  return logGroupName;
}

const subscribe = (logGroupName: string, more: Partial<PutSubscriptionFilterCommandInput> = {}) =>
  logs.send(
    new PutSubscriptionFilterCommand({ logGroupName, filterName: 'all', filterPattern: '', destinationArn, ...more }),
  );

const put = (logGroupName: string, ...messages: string[]) => {
  const logEvents = messages.map((message) => ({ message, timestamp: Date.now() }));
  return logs.send(new PutLogEventsCommand({ logGroupName, logStreamName: 'one', logEvents }));
};

interface Data {
  readonly logGroup: string;
  readonly logEvents: readonly { readonly message: string; readonly extractedFields?: object }[];
}

/** What the function got of a group so far. */
const dataOf = (group: string): Data[] =>
  sink.taken
    .map(({ body }) => (JSON.parse(body) as { readonly awslogs: { readonly data: string } }).awslogs.data)
    .map((data) => JSON.parse(gunzipSync(Buffer.from(data, 'base64')).toString()) as Data)
    .filter(({ logGroup }) => logGroup === group);
const first = (group: string) => eventually(`data of ${group}`, () => dataOf(group)[0], 60_000);

it('hands a function the events that a filter matches, compressed as AWS does', async () => {
  const group = await stage();
  await subscribe(group, { filterName: 'errors', filterPattern: 'ERROR' });
  await put(group, 'ERROR one', 'fine', 'ERROR two');
  const data = await first(group);
  const { events = [] } = await logs.send(new FilterLogEventsCommand({ logGroupName: group, filterPattern: 'ERROR' }));

  expect(data).toEqual({
    messageType: 'DATA_MESSAGE',
    owner: teal.account,
    logGroup: group,
    logStream: 'one',
    subscriptionFilters: ['errors'],
    logEvents: events.map(({ eventId, timestamp, message }) => ({ id: eventId, timestamp, message })),
  });
});

it('shows the fields that a pattern of columns names', async () => {
  const group = await stage();
  await subscribe(group, { filterPattern: '[ip, code = 5*]' });
  await put(group, '10.0.0.1 200', '10.0.0.2 503');

  expect((await first(group)).logEvents).toMatchObject([
    { message: '10.0.0.2 503', extractedFields: { ip: '10.0.0.2', code: '503' } },
  ]);
});

it('divides what is too much for one invocation, and loses nothing of it', async () => {
  const group = await stage();
  await subscribe(group);
  const messages = Array.from({ length: 9 }, (_, n) => `${n}${'x'.repeat(100_000)}`);
  await put(group, ...messages);
  const all = await eventually(
    'all events',
    () => {
      const found = dataOf(group).flatMap(({ logEvents }) => logEvents.map(({ message }) => message));
      return found.length >= 9 ? found : undefined;
    },
    60_000,
  );

  expect(all.sort()).toEqual(messages);
  expect(dataOf(group)).toHaveLength(2);
});

it('keeps filters with their group, two at most', async () => {
  const group = await stage();
  await subscribe(group, { filterName: 'b' });
  await subscribe(group, { filterName: 'a', filterPattern: 'x', distribution: 'Random' });
  await subscribe(group, { filterName: 'b', filterPattern: 'y' });
  const describe = () => logs.send(new DescribeSubscriptionFiltersCommand({ logGroupName: group }));

  expect((await describe()).subscriptionFilters).toEqual([
    expect.objectContaining({ filterName: 'a', filterPattern: 'x', distribution: 'Random', logGroupName: group }),
    expect.objectContaining({ filterName: 'b', filterPattern: 'y', distribution: 'ByLogStream', destinationArn }),
  ]);
  await expect(subscribe(group, { filterName: 'c' })).rejects.toMatchObject({
    name: 'LimitExceededException',
    message: 'Resource limit exceeded.',
  });
  await logs.send(new DeleteSubscriptionFilterCommand({ logGroupName: group, filterName: 'a' }));
  expect((await describe()).subscriptionFilters).toHaveLength(1);
  await logs.send(new DeleteLogGroupCommand({ logGroupName: group }));
  await logs.send(new CreateLogGroupCommand({ logGroupName: group }));
  expect((await describe()).subscriptionFilters).toEqual([]);
});

it.each<[string, string, RegExp, (group: string) => Promise<unknown>]>([
  [
    'a group that is not there',
    'ResourceNotFoundException',
    /^The specified log group does not exist\.$/,
    () => subscribe('/none'),
  ],
  [
    'a function that is not there',
    'InvalidParameterException',
    /^Could not execute the lambda function\./,
    (group) => subscribe(group, { destinationArn: `${destinationArn}-none` }),
  ],
  [
    'another kind of destination',
    'InvalidParameterException',
    /Lambda functions only/,
    (group) => subscribe(group, { destinationArn: 'arn:aws:kinesis:us-east-1:000000000000:stream/s' }),
  ],
  [
    'a role with a function',
    'InvalidParameterException',
    /cannot be used with roleArn$/,
    (group) => subscribe(group, { roleArn: 'arn:aws:iam::000000000000:role/r' }),
  ],
  [
    'a pattern that is none',
    'InvalidParameterException',
    /pattern/,
    (group) => subscribe(group, { filterPattern: '{ $.a = ' }),
  ],
  [
    "the function's own output",
    'InvalidParameterException',
    /reserved for the function logs of the destination function\.$/,
    async () => {
      await logs.send(new CreateLogGroupCommand({ logGroupName: '/aws/lambda/subscriber' })).catch(() => undefined);
      return subscribe('/aws/lambda/subscriber');
    },
  ],
  [
    'an end of a filter that is not there',
    'ResourceNotFoundException',
    /^The specified subscription filter does not exist\.$/,
    (logGroupName) => logs.send(new DeleteSubscriptionFilterCommand({ logGroupName, filterName: 'none' })),
  ],
])('refuses %s', async (_what, name, message, call) => {
  const group = await stage();

  await expect(call(group)).rejects.toMatchObject({ name, message: expect.stringMatching(message) as string });
});
