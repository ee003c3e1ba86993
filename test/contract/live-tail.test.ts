import { Agent } from 'node:http';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
  StartLiveTailCommand,
  type LiveTailSessionUpdate,
  type StartLiveTailCommandInput,
  type StartLiveTailResponseStream,
} from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestTeal, type TestTeal } from '../support/teal.ts';

let teal: TestTeal;
let logs: CloudWatchLogsClient;
let names = 0;

const configOf = ({ url, account }: Pick<TestTeal, 'url' | 'account'>) => ({
  endpoint: url,
  region: 'us-east-1',
  credentials: { accessKeyId: account, secretAccessKey: 'secret' },
  maxAttempts: 1,
});

beforeAll(async () => {
  teal = await startTestTeal();
  logs = new CloudWatchLogsClient({ ...configOf(teal), disableHostPrefix: true });
});

afterAll(async () => {
  logs.destroy();
  await teal.close();
});

const arnOf = (name: string) => `arn:aws:logs:us-east-1:${teal.account}:log-group:${name}`;

async function stage(...streams: string[]): Promise<string> {
  const logGroupName = `/tail/${++names}`;
  await logs.send(new CreateLogGroupCommand({ logGroupName }));
  for (const logStreamName of streams) await logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
  return logGroupName;
}

const put = (logGroupName: string, logStreamName: string, ...messages: string[]) => {
  const logEvents = messages.map((message) => ({ message, timestamp: Date.now() }));
  return logs.send(new PutLogEventsCommand({ logGroupName, logStreamName, logEvents }));
};

type Tail = AsyncIterator<StartLiveTailResponseStream>;

/** A tail that has started. */
async function follow(input: StartLiveTailCommandInput, client = logs) {
  const { responseStream } = await client.send(new StartLiveTailCommand(input));
  const tail = responseStream?.[Symbol.asyncIterator]();
  if (!tail) throw new Error('there is no stream');
  return { tail, start: ((await tail.next()).value as StartLiveTailResponseStream).sessionStart };
}

async function nextUpdate(tail: Tail): Promise<LiveTailSessionUpdate> {
  const { value } = (await tail.next()) as { value: StartLiveTailResponseStream | undefined };
  if (!value?.sessionUpdate) throw new Error('the tail has ended');
  return value.sessionUpdate;
}

/** Reads updates until so many events have come. */
async function eventsOf(tail: Tail, count: number) {
  const events = [];
  while (events.length < count) events.push(...((await nextUpdate(tail)).sessionResults ?? []));
  return events;
}

it('shows what is stored while it is open, and nothing from before', async () => {
  const group = await stage('one', 'two');
  await put(group, 'one', 'before');
  const { tail, start } = await follow({ logGroupIdentifiers: [arnOf(group)] });
  await put(group, 'one', 'a');
  await put(group, 'two', 'b');
  const events = await eventsOf(tail, 2);
  await tail.return?.();

  expect(start).toMatchObject({
    sessionId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
    requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
    logGroupIdentifiers: [arnOf(group)],
  });
  expect(events.map(({ message, logStreamName }) => [logStreamName, message])).toEqual([
    ['one', 'a'],
    ['two', 'b'],
  ]);
  expect(events[0]).toMatchObject({
    logGroupIdentifier: arnOf(group),
    timestamp: expect.any(Number) as number,
    ingestionTime: expect.any(Number) as number,
  });
});

it('shows only streams and events that are asked for', async () => {
  const [group, other] = [await stage('web/1', 'web/2', 'job/1'), await stage('web/1')];
  const byPrefix = await follow({ logGroupIdentifiers: [arnOf(group)], logStreamNamePrefixes: ['web/'] });
  const byName = await follow({ logGroupIdentifiers: [arnOf(group)], logStreamNames: ['web/2', 'job/1'] });
  const byPattern = await follow({
    logGroupIdentifiers: [arnOf(group), arnOf(other)],
    logEventFilterPattern: '{ $.code >= 500 }',
  });
  await put(group, 'job/1', '{"code":501}');
  await put(group, 'web/1', '{"code":200}');
  await put(group, 'web/2', '{"code":500}');
  await put(other, 'web/1', '{"code":503}');
  const read = async (tail: Tail, count: number) => (await eventsOf(tail, count)).map(({ message }) => message);

  expect(await read(byPrefix.tail, 2)).toEqual(['{"code":200}', '{"code":500}']);
  expect(await read(byName.tail, 2)).toEqual(['{"code":501}', '{"code":500}']);
  expect(await read(byPattern.tail, 3)).toEqual(['{"code":501}', '{"code":500}', '{"code":503}']);
  for (const { tail } of [byPrefix, byName, byPattern]) await tail.return?.();
});

it('shows at most 500 events in an update, says so, and sends an update when nothing came', async () => {
  const group = await stage('one');
  const { tail } = await follow({ logGroupIdentifiers: [arnOf(group)] });
  await put(group, 'one', ...Array.from({ length: 501 }, (_, index) => `${index}`));
  let update = await nextUpdate(tail);
  while (update.sessionResults?.length === 0) update = await nextUpdate(tail);
  const after = await nextUpdate(tail);
  await tail.return?.();

  expect(update.sessionResults).toHaveLength(500);
  expect(update.sessionMetadata).toEqual({ sampled: true });
  expect(after).toEqual({ sessionMetadata: { sampled: false }, sessionResults: [] });
});

it('takes the host that SDKs send a tail to', async () => {
  const group = await stage('one');
  const hosts: string[] = [];
  const lookup = (host: string, _options: unknown, found: (error: null, all: object[]) => void) => {
    hosts.push(host);
    found(null, [{ address: '127.0.0.1', family: 4 }]);
  };
  const httpAgent = new Agent({ lookup: lookup as never });
  const client = new CloudWatchLogsClient({ ...configOf(teal), requestHandler: { httpAgent } });
  const { tail } = await follow({ logGroupIdentifiers: [arnOf(group)] }, client);
  await put(group, 'one', 'a');

  expect((await eventsOf(tail, 1))[0]?.message).toBe('a');
  expect(hosts[0]).toMatch(/^stream(ing)?-127\.0\.0\.1$/);
  await tail.return?.();
  client.destroy();
});

it('has fifteen tails at most, and takes another when one has gone', async () => {
  const group = await stage('one');
  const credentials = { accessKeyId: '222222222222', secretAccessKey: 'secret' };
  const client = new CloudWatchLogsClient({ ...configOf(teal), credentials, disableHostPrefix: true });
  await client.send(new CreateLogGroupCommand({ logGroupName: group }));
  const input = { logGroupIdentifiers: [group] };
  const tails = [];
  for (let n = 0; n < 15; n++) tails.push((await follow(input, client)).tail);

  await expect(follow(input, client)).rejects.toMatchObject({ name: 'LimitExceededException' });
  client.destroy();
  await Promise.allSettled(tails.map(async (tail) => tail.return?.()));
  const again = new CloudWatchLogsClient({ ...configOf(teal), credentials, disableHostPrefix: true });
  await expect
    .poll(
      () =>
        follow(input, again).then(
          ({ tail }) => tail.return?.(),
          () => 'full',
        ),
      { timeout: 60_000 },
    )
    .not.toBe('full');
  again.destroy();
});

it.each<[string, string, (group: string) => StartLiveTailCommandInput]>([
  ['a group that is not there', 'ResourceNotFoundException', () => ({ logGroupIdentifiers: [arnOf('/none')] })],
  [
    'a group of another account',
    'ResourceNotFoundException',
    (group) => ({ logGroupIdentifiers: [arnOf(group).replace(teal.account, '111111111111')] }),
  ],
  ['no group', 'InvalidParameterException', () => ({ logGroupIdentifiers: [] })],
  [
    'eleven groups',
    'InvalidParameterException',
    (group) => ({ logGroupIdentifiers: Array.from({ length: 11 }, (_, n) => arnOf(`${group}-${n}`)) }),
  ],
  ['a group twice', 'InvalidParameterException', (group) => ({ logGroupIdentifiers: [arnOf(group), group] })],
  [
    'names and prefixes together',
    'InvalidParameterException',
    (group) => ({ logGroupIdentifiers: [arnOf(group)], logStreamNames: ['a'], logStreamNamePrefixes: ['a'] }),
  ],
  [
    'stream names of two groups',
    'InvalidParameterException',
    (group) => ({ logGroupIdentifiers: [arnOf(group), arnOf('/none')], logStreamNames: ['a'] }),
  ],
  [
    'a pattern that is none',
    'InvalidParameterException',
    (group) => ({ logGroupIdentifiers: [arnOf(group)], logEventFilterPattern: '{ $.a = ' }),
  ],
])('refuses %s', async (_what, name, input) => {
  const group = await stage();

  await expect(follow(input(group))).rejects.toMatchObject({ name, $fault: 'client' });
});

it('ends when Teal closes', async () => {
  const other = await startTestTeal();
  const client = new CloudWatchLogsClient({ ...configOf(other), disableHostPrefix: true });
  await client.send(new CreateLogGroupCommand({ logGroupName: 'closing' }));
  const { tail } = await follow({ logGroupIdentifiers: ['closing'] }, client);
  const read = (async () => {
    while (!(await tail.next()).done);
  })().catch(() => 'cut');
  await other.close();

  expect([undefined, 'cut']).toContain(await read);
  client.destroy();
});
