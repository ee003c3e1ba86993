import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogGroupCommand,
  DeleteLogStreamCommand,
  DeleteMetricFilterCommand,
  DeleteRetentionPolicyCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  DescribeMetricFiltersCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  ListTagsForResourceCommand,
  ListTagsLogGroupCommand,
  paginateFilterLogEvents,
  PutLogEventsCommand,
  PutMetricFilterCommand,
  PutRetentionPolicyCommand,
  TagLogGroupCommand,
  TagResourceCommand,
  TestMetricFilterCommand,
  UntagLogGroupCommand,
  UntagResourceCommand,
  type FilterLogEventsCommandInput,
} from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestTeal, type TestTeal } from '../support/teal.ts';

let teal: TestTeal;
let logs: CloudWatchLogsClient;
let names = 0;

beforeAll(async () => {
  teal = await startTestTeal();
  logs = new CloudWatchLogsClient({
    endpoint: teal.url,
    region: 'us-east-1',
    credentials: { accessKeyId: teal.account, secretAccessKey: 'secret' },
    maxAttempts: 1,
  });
});

afterAll(async () => {
  logs.destroy();
  await teal.close();
});

/** A group with one stream, both new. */
async function stage() {
  const logGroupName = `/teal/test-${++names}`;
  const logStreamName = 'one';
  await logs.send(new CreateLogGroupCommand({ logGroupName }));
  await logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
  return { logGroupName, logStreamName };
}

type Stage = Awaited<ReturnType<typeof stage>>;

/** Messages a millisecond apart, the last one now unless said otherwise. */
const put = (to: Stage, messages: readonly string[], last = Date.now()) =>
  logs.send(
    new PutLogEventsCommand({
      ...to,
      logEvents: messages.map((message, index) => ({ message, timestamp: last - messages.length + 1 + index })),
    }),
  );

const messagesOf = (events: readonly { message?: string | undefined }[] = []) => events.map(({ message }) => message);
const filtered = async (input: Omit<FilterLogEventsCommandInput, 'logGroupName'> & Partial<Stage>) =>
  messagesOf((await logs.send(new FilterLogEventsCommand(input))).events);
const arnOf = (name: string) => `arn:aws:logs:us-east-1:${teal.account}:log-group:${name}`;

it('shows a group as AWS does', async () => {
  const { logGroupName } = await stage();

  const { logGroups } = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: logGroupName }));

  expect(logGroups).toEqual([
    {
      logGroupName,
      creationTime: expect.any(Number) as number,
      metricFilterCount: 0,
      arn: `${arnOf(logGroupName)}:*`,
      logGroupArn: arnOf(logGroupName),
      storedBytes: 0,
      logGroupClass: 'STANDARD',
      deletionProtectionEnabled: false,
    },
  ]);
});

it('pages through groups in the order of their names', async () => {
  for (const name of ['c', 'a', 'b']) await logs.send(new CreateLogGroupCommand({ logGroupName: `/page/${name}` }));
  const query = { logGroupNamePrefix: '/page/', limit: 2 };

  const first = await logs.send(new DescribeLogGroupsCommand(query));
  const second = await logs.send(new DescribeLogGroupsCommand({ ...query, nextToken: first.nextToken }));

  expect(first.logGroups?.map((group) => group.logGroupName)).toEqual(['/page/a', '/page/b']);
  expect(second.logGroups?.map((group) => group.logGroupName)).toEqual(['/page/c']);
  expect(second.nextToken).toBeUndefined();
});

it('refuses what is there already and what is not there', async () => {
  const one = await stage();
  const absent = { logGroupName: '/absent', logStreamName: 'x' };

  await expect(logs.send(new CreateLogGroupCommand(one))).rejects.toMatchObject({
    name: 'ResourceAlreadyExistsException',
    message: 'The specified log group already exists',
  });
  await expect(logs.send(new CreateLogStreamCommand(one))).rejects.toThrow('The specified log stream already exists');
  await expect(logs.send(new CreateLogStreamCommand(absent))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    message: 'The specified log group does not exist.',
  });
  await expect(put({ ...one, logStreamName: 'other' }, ['x'])).rejects.toThrow(
    'The specified log stream does not exist.',
  );
  await expect(filtered({ logGroupName: '/absent' })).rejects.toThrow('The specified log group does not exist.');
});

it('gives events of a stream newest page first, and walks to both ends by tokens', async () => {
  const to = await stage();
  await put(to, ['1', '2', '3', '4', '5']);
  const get = async (more: object) => logs.send(new GetLogEventsCommand({ ...to, limit: 2, ...more }));

  const newest = await get({});
  const older = await get({ nextToken: newest.nextBackwardToken });
  const end = await get({ nextToken: newest.nextForwardToken });
  const head = await get({ startFromHead: true });
  const next = await get({ nextToken: head.nextForwardToken });

  expect([newest, older, end, head, next].map(({ events }) => messagesOf(events))).toEqual([
    ['4', '5'],
    ['2', '3'],
    [],
    ['1', '2'],
    ['3', '4'],
  ]);
  expect(newest.nextForwardToken).toMatch(/^f\/\d{56}\/s$/);
  expect(newest.nextBackwardToken).toMatch(/^b\/\d{56}\/s$/);
  expect(end.nextForwardToken).toBe(newest.nextForwardToken);
});

it('gives what came meanwhile to a forward token of the end', async () => {
  const to = await stage();
  const { nextForwardToken: nextToken } = await logs.send(new GetLogEventsCommand(to));
  const empty = await logs.send(new GetLogEventsCommand({ ...to, startFromHead: true }));
  await put(to, ['late']);

  const fromHead = await logs.send(new GetLogEventsCommand({ ...to, nextToken: empty.nextForwardToken }));

  expect(nextToken).toMatch(/^f\//);
  expect(messagesOf(fromHead.events)).toEqual(['late']);
});

it('takes the start as inclusive, and the end as exclusive for a stream and inclusive for a search', async () => {
  const to = await stage();
  const now = Date.now();
  await put(to, ['1', '2', '3'], now);
  const span = { startTime: now - 1, endTime: now };

  const got = await logs.send(new GetLogEventsCommand({ ...to, ...span }));

  expect(messagesOf(got.events)).toEqual(['2']);
  expect(await filtered({ logGroupName: to.logGroupName, ...span })).toEqual(['2', '3']);
});

it('searches streams together in the order of time, with ids that stay', async () => {
  const to = await stage();
  await logs.send(new CreateLogStreamCommand({ ...to, logStreamName: 'two' }));
  const now = Date.now();
  await put(to, ['b'], now - 1);
  await put({ ...to, logStreamName: 'two' }, ['a', 'c'], now);
  await put({ ...to, logStreamName: 'two' }, ['0'], now - 60_000);
  const search = () => logs.send(new FilterLogEventsCommand({ logGroupIdentifier: arnOf(to.logGroupName) }));

  const [first, again] = [await search(), await search()];

  expect(messagesOf(first.events)).toEqual(['0', 'b', 'a', 'c']);
  expect(first.events?.map(({ logStreamName }) => logStreamName)).toEqual(['two', 'one', 'two', 'two']);
  const ids = first.events?.map(({ eventId }) => eventId) ?? [];
  expect(new Set(ids).size).toBe(4);
  expect(ids.every((id) => /^\d{56}$/.test(id ?? ''))).toBe(true);
  expect(again.events?.map(({ eventId }) => eventId)).toEqual(ids);
  expect(await filtered({ logGroupName: to.logGroupName, logStreamNames: ['one'] })).toEqual(['b']);
  expect(await filtered({ logGroupName: to.logGroupName, logStreamNamePrefix: 'tw' })).toEqual(['0', 'a', 'c']);
});

it('finds with a filter pattern, page after page', async () => {
  const to = await stage();
  const found: string[] = [];
  await put(
    to,
    Array.from({ length: 9 }, (_, index) => JSON.stringify({ level: index % 2 ? 'ERROR' : 'INFO', index })),
  );

  const pages = paginateFilterLogEvents(
    { client: logs, pageSize: 2 },
    { logGroupName: to.logGroupName, filterPattern: '{ $.level = "ERROR" && $.index > 1 }' },
  );
  for await (const { events = [] } of pages) for (const { message } of events) found.push(message ?? '');

  expect(found.map((text) => (JSON.parse(text) as { index: number }).index)).toEqual([3, 5, 7]);
  expect(await filtered({ logGroupName: to.logGroupName, filterPattern: 'ERROR -7' })).toHaveLength(3);
});

it('keeps every character of a message', async () => {
  const to = await stage();
  const messages = ['a\0b', 'é😀', ' padded ', '{"a":"\\u0000"}', 'two\nlines'];

  await put(to, messages);

  expect(await filtered({ logGroupName: to.logGroupName })).toEqual(messages);
});

it('takes events of the last 14 days and the next two hours, and says which it left out', async () => {
  const to = await stage();
  const now = Date.now();
  const day = 86_400_000;
  const putAt = async (...stamps: number[]) =>
    (
      await logs.send(
        new PutLogEventsCommand({
          ...to,
          logEvents: stamps.map((timestamp) => ({ timestamp, message: String(timestamp) })),
        }),
      )
    ).rejectedLogEventsInfo;

  expect(await putAt(now - 14 * day - 3_600_000, now - 14 * day + 3_600_000)).toEqual({ tooOldLogEventEndIndex: 1 });
  expect(await putAt(now, now + 3 * 3_600_000)).toEqual({ tooNewLogEventStartIndex: 1 });
  await logs.send(new PutRetentionPolicyCommand({ ...to, retentionInDays: 1 }));
  expect(await putAt(now - 2 * day)).toEqual({ expiredLogEventEndIndex: 1 });
  expect(await putAt(now)).toBeUndefined();
});

it.each([
  [[], /'logEvents' failed to satisfy constraint: Member must have length greater than or equal to 1/],
  [[{ timestamp: Date.now(), message: '' }], /Member must have length greater than or equal to 1/],
  [
    [
      { timestamp: Date.now(), message: 'b' },
      { timestamp: Date.now() - 10, message: 'a' },
    ],
    'Log events in a single PutLogEvents request must be in chronological order.',
  ],
  [
    [
      { timestamp: Date.now() - 90_000_000, message: 'a' },
      { timestamp: Date.now(), message: 'b' },
    ],
    'cannot span more than 24 hours',
  ],
  [[{ timestamp: Date.now(), message: 'x'.repeat(1_048_576) }], 'Upload too large'],
])('refuses the batch %#', async (logEvents, message) => {
  const to = await stage();

  await expect(logs.send(new PutLogEventsCommand({ ...to, logEvents }))).rejects.toThrow(message);
  await expect(logs.send(new PutLogEventsCommand({ ...to, logEvents }))).rejects.toMatchObject({
    name: 'InvalidParameterException',
  });
});

it('refuses limits, tokens and patterns that are none, in words of AWS', async () => {
  const to = await stage();

  await expect(logs.send(new GetLogEventsCommand({ ...to, limit: 10_001 }))).rejects.toMatchObject({
    name: 'InvalidParameterException',
    message:
      "1 validation error detected: Value '10001' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 10000",
  });
  await expect(logs.send(new GetLogEventsCommand({ ...to, nextToken: 'x' }))).rejects.toThrow(
    'The specified nextToken is invalid.',
  );
  await expect(filtered({ logGroupName: to.logGroupName, nextToken: 'x' })).rejects.toThrow(
    'The specified nextToken is invalid.',
  );
  await expect(filtered({ logGroupName: to.logGroupName, filterPattern: '{ $.a = 1' })).rejects.toThrow(
    "If a filter pattern starts with '{' it must end with '}'",
  );
  await expect(
    logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: 'a', logGroupNamePattern: 'b' })),
  ).rejects.toThrow('LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.');
});

it('lists streams by name or by their last event', async () => {
  const to = await stage();
  await logs.send(new CreateLogStreamCommand({ ...to, logStreamName: 'two' }));
  const now = Date.now();
  await put({ ...to, logStreamName: 'two' }, ['x'], now - 1000);
  await put(to, ['x', 'y'], now);
  const list = async (more: object) => (await logs.send(new DescribeLogStreamsCommand({ ...to, ...more }))).logStreams;
  const named = async (more: object) => (await list(more))?.map(({ logStreamName }) => logStreamName);

  expect(await named({})).toEqual(['one', 'two']);
  expect(await named({ orderBy: 'LastEventTime' })).toEqual(['two', 'one']);
  expect(await named({ orderBy: 'LastEventTime', descending: true, limit: 1 })).toEqual(['one']);
  expect((await list({ logStreamNamePrefix: 'one' }))?.[0]).toMatchObject({
    firstEventTimestamp: now - 1,
    lastEventTimestamp: now,
    lastIngestionTime: expect.any(Number) as number,
    arn: `${arnOf(to.logGroupName)}:log-stream:one`,
  });
  await expect(list({ orderBy: 'LastEventTime', logStreamNamePrefix: 'o' })).rejects.toThrow(
    'Cannot order by LastEventTime with a logStreamNamePrefix.',
  );
});

it('deletes what a retention policy no longer keeps', async () => {
  const to = await stage();
  const old = Date.now() - 2 * 86_400_000;
  await put(to, ['old'], old);
  await put(to, ['new']);

  await logs.send(new PutRetentionPolicyCommand({ ...to, retentionInDays: 1 }));

  await expect
    .poll(() => filtered({ logGroupName: to.logGroupName }), { timeout: 10_000, interval: 10 })
    .toEqual(['new']);
  const shown = async () =>
    (await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: to.logGroupName }))).logGroups?.[0];
  expect(await shown()).toMatchObject({ retentionInDays: 1, storedBytes: 29 });
  await logs.send(new DeleteRetentionPolicyCommand(to));
  expect((await shown())?.retentionInDays).toBeUndefined();
  await expect(logs.send(new PutRetentionPolicyCommand({ ...to, retentionInDays: 2 }))).rejects.toThrow(
    "Value '2' at 'retentionInDays' failed to satisfy constraint",
  );
});

it('deletes streams and groups with all that is in them', async () => {
  const to = await stage();
  await put(to, ['gone']);
  await logs.send(new DeleteLogStreamCommand(to));
  await logs.send(new CreateLogStreamCommand(to));
  const afterStream = await filtered({ logGroupName: to.logGroupName });
  await put(to, ['gone too']);
  await logs.send(new DeleteLogGroupCommand(to));
  await logs.send(new CreateLogGroupCommand(to));

  expect(afterStream).toEqual([]);
  expect(await filtered({ logGroupName: to.logGroupName })).toEqual([]);
  expect((await logs.send(new DescribeLogStreamsCommand(to))).logStreams).toEqual([]);
});

it('deletes no group that is protected', async () => {
  const logGroupName = '/teal/protected';
  await logs.send(new CreateLogGroupCommand({ logGroupName, deletionProtectionEnabled: true }));

  await expect(logs.send(new DeleteLogGroupCommand({ logGroupName }))).rejects.toThrow('deletion protection');
});

it('keeps tags, in the new way and the old', async () => {
  const { logGroupName } = await stage();
  const resourceArn = arnOf(logGroupName);

  await logs.send(new TagResourceCommand({ resourceArn, tags: { a: '1', b: '2' } }));
  await logs.send(new TagLogGroupCommand({ logGroupName, tags: { c: '3' } }));
  await logs.send(new UntagResourceCommand({ resourceArn, tagKeys: ['a'] }));
  const { tags } = await logs.send(new ListTagsForResourceCommand({ resourceArn }));
  await logs.send(new UntagLogGroupCommand({ logGroupName, tags: ['b'] }));

  expect(tags).toEqual({ b: '2', c: '3' });
  expect((await logs.send(new ListTagsLogGroupCommand({ logGroupName }))).tags).toEqual({ c: '3' });
});

it('keeps metric filters and tests patterns', async () => {
  const { logGroupName } = await stage();
  const filter = {
    logGroupName,
    filterName: 'errors',
    filterPattern: '{ $.level = "ERROR" }',
    metricTransformations: [
      { metricName: 'Latency', metricNamespace: 'App', metricValue: '$.latency', unit: 'Milliseconds' as const },
    ],
  };
  await logs.send(new PutMetricFilterCommand(filter));

  const { metricFilters } = await logs.send(
    new DescribeMetricFiltersCommand({ metricName: 'Latency', metricNamespace: 'App' }),
  );
  const { matches } = await logs.send(
    new TestMetricFilterCommand({
      filterPattern: '[ip, status=4*]',
      logEventMessages: ['10.0.0.1 200', '10.0.0.1 404'],
    }),
  );
  const { logGroups } = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: logGroupName }));

  expect(metricFilters).toMatchObject([filter]);
  expect(logGroups?.[0]?.metricFilterCount).toBe(1);
  expect(matches).toEqual([
    { eventNumber: 2, eventMessage: '10.0.0.1 404', extractedValues: { $ip: '10.0.0.1', $status: '404' } },
  ]);
  await logs.send(new DeleteMetricFilterCommand(filter));
  await expect(logs.send(new DeleteMetricFilterCommand(filter))).rejects.toThrow(
    'The specified metric filter does not exist.',
  );
  await expect(logs.send(new PutMetricFilterCommand({ ...filter, filterPattern: 'ERROR' }))).rejects.toMatchObject({
    name: 'InvalidParameterException',
  });
});
