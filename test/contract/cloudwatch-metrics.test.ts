import {
  CloudWatchClient,
  GetMetricDataCommand,
  GetMetricStatisticsCommand,
  ListMetricsCommand,
  paginateListMetrics,
  PutMetricDataCommand,
  type Dimension,
  type GetMetricDataCommandInput,
  type GetMetricStatisticsCommandInput,
  type MetricDataQuery,
  type MetricDatum,
} from '@aws-sdk/client-cloudwatch';
import { AwsQueryProtocol } from '@aws-sdk/core/protocols';
import { SmithyRpcV2CborProtocol } from '@smithy/core/cbor';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../src/kernel/clock.ts';
import { startTestTeal, type TestTeal } from '../support/teal.ts';

let teal: TestTeal;
let cloudwatch: CloudWatchClient;
const opened: CloudWatchClient[] = [];

beforeAll(async () => {
  teal = await startTestTeal({ clock: systemClock(1) });
  cloudwatch = client();
});

afterAll(async () => {
  for (const one of opened) one.destroy();
  await teal.close();
});

function client(protocol?: unknown, region = 'us-east-1'): CloudWatchClient {
  const made = new CloudWatchClient({
    endpoint: teal.url,
    region,
    credentials: { accessKeyId: teal.account, secretAccessKey: 'secret' },
    maxAttempts: 1,
    ...(protocol === undefined ? {} : { protocol: protocol as never }),
  });
  opened.push(made);
  return made;
}

const PROTOCOLS: readonly (readonly [string, unknown])[] = [
  ['JSON', undefined],
  ['CBOR', SmithyRpcV2CborProtocol],
  ['query', AwsQueryProtocol],
];

const MINUTE = 60_000;
/** The start of a minute some minutes ago. */
const minutesAgo = (n: number) => new Date(Math.floor(Date.now() / MINUTE) * MINUTE - n * MINUTE);

let names = 0;
/** A namespace that no other test has. */
const newNamespace = () => `Test/${(names += 1)}`;

const put = (Namespace: string, ...MetricData: MetricDatum[]) =>
  cloudwatch.send(new PutMetricDataCommand({ Namespace, MetricData }));

async function statistics(Namespace: string, more: Partial<GetMetricStatisticsCommandInput> = {}) {
  const answer = await cloudwatch.send(
    new GetMetricStatisticsCommand({
      Namespace,
      MetricName: 'm',
      StartTime: minutesAgo(30),
      EndTime: minutesAgo(-1),
      Period: 60,
      Statistics: ['Sum'],
      ...more,
    }),
  );
  return answer.Datapoints ?? [];
}

it.each(PROTOCOLS)('stores and gives every kind of data in %s', async (_name, protocol) => {
  const [Namespace, spoken, Timestamp] = [newNamespace(), client(protocol), minutesAgo(3)];
  await spoken.send(
    new PutMetricDataCommand({
      Namespace,
      MetricData: [
        { MetricName: 'm', Value: 0.5, Timestamp, Unit: 'Seconds' },
        { MetricName: 'm', Values: [1, 2], Counts: [3, 4], Timestamp, Unit: 'Seconds' },
        {
          MetricName: 'm',
          StatisticValues: { SampleCount: 2, Sum: 20, Minimum: 9, Maximum: 11 },
          Timestamp,
          Unit: 'Seconds',
        },
      ],
    }),
  );

  const { Label, Datapoints } = await spoken.send(
    new GetMetricStatisticsCommand({
      Namespace,
      MetricName: 'm',
      StartTime: minutesAgo(10),
      EndTime: minutesAgo(0),
      Period: 60,
      Statistics: ['SampleCount', 'Sum', 'Average', 'Minimum', 'Maximum'],
    }),
  );

  expect(Label).toBe('m');
  expect(Datapoints).toEqual([
    { Timestamp, SampleCount: 10, Sum: 31.5, Average: 3.15, Minimum: 0.5, Maximum: 11, Unit: 'Seconds' },
  ]);
});

it.each(PROTOCOLS)('names errors for %s as its clients know them', async (_name, protocol) => {
  const asked = client(protocol).send(new PutMetricDataCommand({ Namespace: 'AWS/ECS', MetricData: [] }));

  await expect(asked).rejects.toMatchObject({
    name: 'InvalidParameterValueException',
    message: 'The value AWS/ for parameter Namespace is invalid.',
  });
});

it('puts data of one minute into one point, periods together, and units apart unless one is asked for', async () => {
  const Namespace = newNamespace();
  const at = minutesAgo(4).getTime();
  await put(
    Namespace,
    { MetricName: 'm', Value: 1, Timestamp: new Date(at + 1000) },
    { MetricName: 'm', Value: 2, Timestamp: new Date(at + 59_000) },
    { MetricName: 'm', Value: 4, Timestamp: new Date(at + MINUTE) },
    { MetricName: 'm', Value: 8, Timestamp: new Date(at), Unit: 'Count' },
  );

  const sums = (points: Awaited<ReturnType<typeof statistics>>) => points.map(({ Sum, Unit }) => [Sum, Unit]);
  expect(sums(await statistics(Namespace))).toEqual([
    [3, 'None'],
    [8, 'Count'],
    [4, 'None'],
  ]);
  expect(sums(await statistics(Namespace, { Unit: 'Count' }))).toEqual([[8, 'Count']]);
  const wide = { StartTime: minutesAgo(4), EndTime: minutesAgo(2), Period: 120, Unit: 'None' } as const;
  expect(sums(await statistics(Namespace, wide))).toEqual([[7, 'None']]);
});

it('keeps the seconds of high resolution, and only the minutes of the rest', async () => {
  const [Namespace, at] = [newNamespace(), minutesAgo(4).getTime()];
  await put(
    Namespace,
    { MetricName: 'm', Value: 1, Timestamp: new Date(at + 11_000), StorageResolution: 1 },
    { MetricName: 'm', Value: 2, Timestamp: new Date(at + 19_500), StorageResolution: 1 },
    { MetricName: 'm', Value: 4, Timestamp: new Date(at + 19_500) },
  );

  const points = await statistics(Namespace, { Period: 10, StartTime: new Date(at), EndTime: new Date(at + MINUTE) });

  expect(points.map(({ Timestamp, Sum }) => [(Timestamp?.getTime() ?? 0) - at, Sum])).toEqual([
    [0, 4],
    [10_000, 3],
  ]);
});

it('gives percentiles and trimmed statistics, but none where only totals are known', async () => {
  const [Namespace, Timestamp] = [newNamespace(), minutesAgo(2)];
  await put(Namespace, { MetricName: 'm', Values: Array.from({ length: 100 }, (_, n) => n + 1), Timestamp });
  await put(Namespace, {
    MetricName: 'sets',
    StatisticValues: { SampleCount: 3, Sum: 6, Minimum: 1, Maximum: 3 },
    Timestamp,
  });
  const asked = { Statistics: undefined, ExtendedStatistics: ['p50', 'p99.5', 'tm90', 'TC(10:20)', 'PR(:50)', 'wm90'] };

  const [point] = await statistics(Namespace, asked);

  expect(point?.ExtendedStatistics).toEqual({
    p50: 50,
    'p99.5': 100,
    tm90: 45.5,
    'TC(10:20)': 10,
    'PR(:50)': 50,
    wm90: (45.5 * 90 + 90 * 10) / 100,
  });
  const [totals] = await statistics(Namespace, { ...asked, MetricName: 'sets' });
  expect(totals?.ExtendedStatistics).toBeUndefined();
});

it('tells metrics by all of their dimensions, in whatever order', async () => {
  const [Namespace, Timestamp] = [newNamespace(), minutesAgo(2)];
  const [a, b]: [Dimension, Dimension] = [
    { Name: 'a', Value: '1' },
    { Name: 'b', Value: '2' },
  ];
  await put(
    Namespace,
    { MetricName: 'm', Dimensions: [a, b], Value: 1, Timestamp },
    { MetricName: 'm', Dimensions: [b, a], Value: 2, Timestamp },
    { MetricName: 'm', Dimensions: [a], Value: 4, Timestamp },
  );

  const sum = async (Dimensions: Dimension[]) => (await statistics(Namespace, { Dimensions })).map(({ Sum }) => Sum);
  expect(await sum([b, a])).toEqual([3]);
  expect(await sum([a])).toEqual([4]);
  expect(await sum([])).toEqual([]);
});

it('keeps regions apart', async () => {
  const Namespace = newNamespace();
  await put(Namespace, { MetricName: 'm', Value: 1 });

  const elsewhere = await client(undefined, 'eu-west-1').send(new ListMetricsCommand({ Namespace }));
  expect(elsewhere.Metrics).toEqual([]);
});

it('lists metrics by namespace, name and some of their dimensions, in pages of 500', async () => {
  const Namespace = newNamespace();
  const Timestamp = minutesAgo(240);
  await put(Namespace, { MetricName: 'old', Value: 1, Timestamp });
  const many = Array.from({ length: 1000 }, (_, n) => `m${n}`);
  await put(
    Namespace,
    ...many.map((MetricName, n) => ({
      MetricName,
      Value: 1,
      Dimensions: [
        { Name: 'Even', Value: String(n % 2 === 0) },
        { Name: 'N', Value: String(n) },
      ],
    })),
  );

  const pages: number[] = [];
  const found = new Set<string | undefined>();
  for await (const { Metrics = [] } of paginateListMetrics({ client: cloudwatch }, { Namespace })) {
    pages.push(Metrics.length);
    for (const { MetricName } of Metrics) found.add(MetricName);
  }

  expect(pages).toEqual([500, 500, 1]);
  expect(found.size).toBe(1001);
  const named = (more: object) => cloudwatch.send(new ListMetricsCommand({ Namespace, ...more }));
  expect((await named({ MetricName: 'm7' })).Metrics).toEqual([
    {
      Namespace,
      MetricName: 'm7',
      Dimensions: [
        { Name: 'Even', Value: 'false' },
        { Name: 'N', Value: '7' },
      ],
    },
  ]);
  expect((await named({ Dimensions: [{ Name: 'Even', Value: 'true' }] })).Metrics).toHaveLength(500);
  expect((await named({ MetricName: 'old' })).Metrics).toHaveLength(1);
  expect((await named({ MetricName: 'old', RecentlyActive: 'PT3H' })).Metrics).toEqual([]);
  await expect(named({ NextToken: 'nonsense' })).rejects.toMatchObject({ name: 'InvalidNextToken' });
});

it('takes a compressed request with a thousand metrics', async () => {
  const Namespace = newNamespace();
  await put(
    Namespace,
    ...Array.from({ length: 1000 }, () => ({ MetricName: 'm', Value: 1, Timestamp: minutesAgo(2) })),
  );

  expect((await statistics(Namespace))[0]?.Sum).toBe(1000);
});

const at = (member: string) => `MetricData.member.2.${member}`;

it.each<readonly [string, MetricDatum, string, string]>([
  [
    'NaN',
    { MetricName: 'm', Value: NaN },
    'InvalidParameterValueException',
    `The value NaN for parameter ${at('Value')} is invalid.`,
  ],
  [
    'a number too large',
    { MetricName: 'm', Value: 1e300 },
    'InvalidParameterValueException',
    `The value 1e+300 for parameter ${at('Value')} is invalid.`,
  ],
  ['no value', { MetricName: 'm' }, 'MissingRequiredParameterException', `The parameter ${at('Value')} is required.`],
  [
    'two kinds of value',
    { MetricName: 'm', Value: 1, Values: [1] },
    'InvalidParameterCombinationException',
    `The parameters ${at('Value')} and ${at('Values')} are mutually exclusive and you have specified both.`,
  ],
  [
    'counts for other values',
    { MetricName: 'm', Values: [1, 2], Counts: [1] },
    'InvalidParameterValueException',
    `The parameters ${at('Values')} and ${at('Counts')} must be of the same size.`,
  ],
  [
    'too many values',
    { MetricName: 'm', Values: Array.from({ length: 151 }, (_, n) => n) },
    'InvalidParameterValueException',
    `The collection ${at('Values')} must not have a size greater than 150.`,
  ],
  [
    'old data',
    { MetricName: 'm', Value: 1, Timestamp: minutesAgo(15 * 24 * 60) },
    'InvalidParameterValueException',
    `The parameter ${at('Timestamp')} must specify a time within the past two weeks.`,
  ],
  [
    'data of tomorrow',
    { MetricName: 'm', Value: 1, Timestamp: minutesAgo(-24 * 60) },
    'InvalidParameterValueException',
    `The parameter ${at('Timestamp')} must specify a time no more than two hours in the future.`,
  ],
  [
    'a resolution of 30 seconds',
    { MetricName: 'm', Value: 1, StorageResolution: 30 },
    'InvalidParameterValueException',
    `The value 30 for parameter ${at('StorageResolution')} is invalid: it must be 1 or 60.`,
  ],
  [
    'a set upside down',
    { MetricName: 'm', StatisticValues: { SampleCount: 1, Sum: 1, Minimum: 2, Maximum: 1 } },
    'InvalidParameterValueException',
    `The parameter ${at('StatisticValues.Minimum')} must be less than or equal to ${at('StatisticValues')}.Maximum.`,
  ],
  [
    'a unit that there is none of',
    { MetricName: 'm', Value: 1, Unit: 'Parsecs' as never },
    'ValidationException',
    'Member must satisfy enum value set',
  ],
])('refuses %s and stores nothing of the request', async (_what, datum, name, words) => {
  const Namespace = newNamespace();

  const refused = put(Namespace, { MetricName: 'm', Value: 1 }, datum);

  await expect(refused).rejects.toMatchObject({ name, message: expect.stringContaining(words) as string });
  expect((await cloudwatch.send(new ListMetricsCommand({ Namespace }))).Metrics).toEqual([]);
});

it('refuses more than a thousand data', async () => {
  const data = Array.from({ length: 1001 }, () => ({ MetricName: 'm', Value: 1 }));

  await expect(put(newNamespace(), ...data)).rejects.toMatchObject({
    name: 'InvalidParameterValueException',
    message: 'The collection MetricData must not have a size greater than 1000.',
  });
});

it.each<readonly [string, Partial<GetMetricStatisticsCommandInput>, string, string]>([
  [
    'no statistic',
    { Statistics: undefined },
    'InvalidParameterCombinationException',
    'At least one of the parameters Statistics and ExtendedStatistics must be specified.',
  ],
  [
    'both kinds of statistic',
    { ExtendedStatistics: ['p50'] },
    'InvalidParameterCombinationException',
    'mutually exclusive',
  ],
  [
    'a percentile above 100',
    { Statistics: undefined, ExtendedStatistics: ['p101'] },
    'InvalidParameterValueException',
    'The value p101 for parameter ExtendedStatistic is not supported.',
  ],
  [
    'an end before its start',
    { EndTime: minutesAgo(60) },
    'InvalidParameterValueException',
    'The parameter StartTime must be less than the parameter EndTime.',
  ],
  ['a period of 61 seconds', { Period: 61 }, 'InvalidParameterValueException', 'The parameter Period must be'],
  [
    'too many points',
    { StartTime: minutesAgo(3000), EndTime: minutesAgo(0) },
    'InvalidParameterCombinationException',
    'You have requested up to 3000 datapoints, which exceeds the limit of 1440. You may reduce the datapoints requested by increasing Period, or decreasing the time range.',
  ],
])('refuses statistics with %s', async (_what, more, name, words) => {
  await expect(statistics('Test', more)).rejects.toMatchObject({
    name,
    message: expect.stringContaining(words) as string,
  });
});

const metric = (Namespace: string, Id: string, MetricName: string, Stat = 'Sum', Period = 60): MetricDataQuery => ({
  Id,
  MetricStat: { Metric: { Namespace, MetricName }, Stat, Period },
});

const data = (MetricDataQueries: MetricDataQuery[], more: Partial<GetMetricDataCommandInput> = {}, of = cloudwatch) =>
  of.send(new GetMetricDataCommand({ MetricDataQueries, StartTime: minutesAgo(5), EndTime: minutesAgo(0), ...more }));

/** Requests of the last five minutes, and the errors among them in two of those. */
async function withTraffic(): Promise<string> {
  const Namespace = newNamespace();
  const datum = (MetricName: string, n: number, Value: number) => ({ MetricName, Value, Timestamp: minutesAgo(n) });
  await put(
    Namespace,
    ...[5, 4, 3, 2, 1].map((n) => datum('requests', n, n * 100)),
    datum('errors', 4, 20),
    datum('errors', 2, 10),
  );
  return Namespace;
}

it.each(PROTOCOLS)('evaluates metrics and metric math in %s, newest first', async (_name, protocol) => {
  const Namespace = await withTraffic();

  const { MetricDataResults } = await data(
    [
      { Id: 'share', Expression: '100 * FILL(errors, 0) / requests', Label: 'errors in percent' },
      { ...metric(Namespace, 'errors', 'errors'), ReturnData: false },
      metric(Namespace, 'requests', 'requests'),
      metric(Namespace, 'none', 'none'),
    ],
    {},
    client(protocol),
  );

  const Timestamps = [1, 2, 3, 4, 5].map(minutesAgo);
  expect(MetricDataResults).toEqual([
    { Id: 'share', Label: 'errors in percent', Timestamps, Values: [0, 5, 0, 5, 0], StatusCode: 'Complete' },
    { Id: 'requests', Label: 'requests', Timestamps, Values: [100, 200, 300, 400, 500], StatusCode: 'Complete' },
    { Id: 'none', Label: 'none', Timestamps: [], Values: [], StatusCode: 'Complete' },
  ]);
});

it('gives an array of series as a result for each', async () => {
  const Namespace = await withTraffic();

  const { MetricDataResults = [] } = await data(
    [
      { Id: 'all', Expression: 'METRICS() * 2' },
      { ...metric(Namespace, 'm1', 'errors'), ReturnData: false },
      { ...metric(Namespace, 'm2', 'requests'), ReturnData: false },
    ],
    { ScanBy: 'TimestampAscending' },
  );

  expect(MetricDataResults.map(({ Id, Label, Values }) => [Id, Label, Values])).toEqual([
    ['all', 'errors', [40, 20]],
    ['all', 'requests', [1000, 800, 600, 400, 200]],
  ]);
});

it('gives as many points at once as are asked for, and the rest by the token', async () => {
  const Namespace = await withTraffic();
  const queries = [metric(Namespace, 'errors', 'errors'), metric(Namespace, 'requests', 'requests')];

  const shown: unknown[] = [];
  let NextToken: string | undefined;
  do {
    const answer = await data(queries, { MaxDatapoints: 3, ...(NextToken && { NextToken }) });
    shown.push(answer.MetricDataResults?.map(({ Values, StatusCode }) => [Values, StatusCode]));
    NextToken = answer.NextToken;
  } while (NextToken);

  expect(shown).toEqual([
    [
      [[10, 20], 'Complete'],
      [[100], 'PartialData'],
    ],
    [
      [[], 'Complete'],
      [[200, 300, 400], 'PartialData'],
    ],
    [
      [[], 'Complete'],
      [[500], 'Complete'],
    ],
  ]);
});

const plain = metric('Test', 'm', 'm');

it.each<readonly [string, MetricDataQuery[], string]>([
  ['two queries of one id', [plain, plain], 'The values for parameter id in MetricDataQueries are not unique.'],
  [
    'an id with a capital',
    [{ ...plain, Id: 'M' }],
    'The value M for parameter MetricDataQueries.member.1.Id is invalid',
  ],
  ['an expression that makes no sense', [{ Id: 'e', Expression: '1 +' }], "Error in expression 'e': it ends too early"],
  ['an expression that gives a number', [{ Id: 'e', Expression: 'AVG(m)' }, plain], "Error in expression 'e'"],
  [
    'Metrics Insights',
    [{ Id: 'e', Expression: 'SELECT AVG(x) FROM y' }],
    'Teal does not serve Metrics Insights (SELECT) yet.',
  ],
  ['neither metric nor expression', [{ Id: 'e' }], 'must have an Expression or a MetricStat'],
  ['both', [{ ...plain, Expression: 'm' }], 'mutually exclusive'],
  [
    'a statistic that there is none of',
    [metric('Test', 'm', 'm', 'p101')],
    'The value p101 for parameter ExtendedStatistic is not supported.',
  ],
  ['another account', [{ ...plain, AccountId: '999999999999' }], 'Teal does not serve metrics of another account'],
])('refuses data for %s', async (_what, queries, words) => {
  await expect(data(queries)).rejects.toMatchObject({
    name: expect.stringMatching(/^(ValidationException|InvalidParameter(Value|Combination)Exception)$/) as string,
    message: expect.stringContaining(words) as string,
  });
});
