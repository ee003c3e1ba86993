// What a console asks CloudWatch for: searches, labels that say what they show, and dashboards.
import {
  CloudWatchClient,
  DeleteDashboardsCommand,
  GetDashboardCommand,
  GetMetricDataCommand,
  ListDashboardsCommand,
  PutDashboardCommand,
  PutMetricDataCommand,
  type MetricDataQuery,
} from '@aws-sdk/client-cloudwatch';
import { AwsQueryProtocol } from '@aws-sdk/core/protocols';
import { SmithyRpcV2CborProtocol } from '@smithy/core/cbor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/kernel/clock.ts';
import { startTestTeal, type TestTeal } from '../support/teal.ts';

const PROTOCOLS: readonly (readonly [string, unknown])[] = [
  ['JSON', undefined],
  ['CBOR', SmithyRpcV2CborProtocol],
  ['query', AwsQueryProtocol],
];
const MINUTE = 60_000;
/** Two exceptions share query's code, and clients that ask for it cannot tell them apart. */
const NOT_FOUND = /^(DashboardNotFoundError|ResourceNotFound)$/;

let teal: TestTeal;
let clients: ReadonlyMap<string, CloudWatchClient>;
/** The start of a minute a few minutes ago, the same for all tests. */
const at = new Date(Math.floor(Date.now() / MINUTE) * MINUTE - 5 * MINUTE);

beforeAll(async () => {
  teal = await startTestTeal({ clock: systemClock(1) });
  clients = new Map(
    PROTOCOLS.map(([name, protocol]) => [
      name,
      new CloudWatchClient({
        endpoint: teal.url,
        region: 'us-east-1',
        credentials: { accessKeyId: teal.account, secretAccessKey: 'secret' },
        maxAttempts: 1,
        ...(protocol === undefined ? {} : { protocol: protocol as never }),
      }),
    ]),
  );
  const datum = (MetricName: string, Value: number, more: Record<string, string>, Timestamp = at) => ({
    MetricName,
    Value,
    Timestamp,
    Dimensions: Object.entries(more).map(([Name, Held]) => ({ Name, Value: Held })),
  });
  await client('JSON').send(
    new PutMetricDataCommand({
      Namespace: 'Shop',
      MetricData: [
        datum('RequestCount', 10, { Service: 'cart' }),
        datum('RequestCount', 40, { Service: 'cart' }, new Date(at.getTime() + MINUTE)),
        datum('RequestCount', 20, { Service: 'pay' }),
        datum('ErrorCount', 3, { Service: 'pay' }),
        datum('ErrorCount', 1, { Service: 'pay', Zone: 'a' }),
      ],
    }),
  );
});

afterAll(async () => {
  for (const one of clients.values()) one.destroy();
  await teal.close();
});

const client = (protocol: string): CloudWatchClient => {
  const found = clients.get(protocol);
  if (!found) throw new Error(`there is no client for ${protocol}`);
  return found;
};

const data = (protocol: string, ...MetricDataQueries: MetricDataQuery[]) =>
  client(protocol).send(
    new GetMetricDataCommand({
      MetricDataQueries,
      StartTime: at,
      EndTime: new Date(at.getTime() + 3 * MINUTE),
      ScanBy: 'TimestampAscending',
    }),
  );

const search = async (protocol: string, text: string, more: Partial<MetricDataQuery> = {}) => {
  const { MetricDataResults = [] } = await data(protocol, {
    Id: 'found',
    Expression: `SEARCH('${text}', 'Sum', 60)`,
    ...more,
  });
  return Object.fromEntries(MetricDataResults.map(({ Label, Values }) => [Label, Values])) as Record<string, number[]>;
};

describe.each(PROTOCOLS.map(([name]) => name))('in %s', (protocol) => {
  it.each<readonly [string, Record<string, number[]>]>([
    ['{Shop,Service} MetricName="RequestCount"', { cart: [10, 40], pay: [20] }],
    ['{Shop,Service} pay', { ErrorCount: [3], RequestCount: [20] }],
    ['{Shop,Service} count NOT MetricName=error', { cart: [10, 40], pay: [20] }],
    ['{Shop,Zone,Service} error', { ErrorCount: [1] }],
    ['Namespace="Shop" Service=(cart OR nobody)', { RequestCount: [10, 40] }],
    ['{Shop,Service} (errorcount OR cart) AND Service=pay', { ErrorCount: [3] }],
    ['{Shop,Service} cou', {}],
    ['{Shop} Count', {}],
  ])('finds what is like %s', async (text, found) => {
    expect(await search(protocol, text)).toEqual(found);
  });

  it('labels what was found, and lets functions take it', async () => {
    const label = "${PROP('Dim.Service')}: ${LAST} of ${SUM}, ${PROP('MetricName')} (${DATAPOINT_COUNT}) ${NOTHING}";
    expect(await search(protocol, '{Shop,Service} RequestCount', { Label: label })).toEqual({
      'cart: 40 of 50, RequestCount (2) ${NOTHING}': [10, 40],
      'pay: 20 of 20, RequestCount (1) ${NOTHING}': [20],
    });
    const { MetricDataResults } = await data(
      protocol,
      {
        Id: 'all',
        Expression: `SUM(SEARCH('{Shop,Service} MetricName="RequestCount"', 'Sum', 60))`,
        Label: '${LABEL} ${MAX}',
      },
      {
        Id: 'one',
        Label: "${LABEL} of ${PROP('Namespace')} at ${MAX_TIME}",
        MetricStat: {
          Metric: { Namespace: 'Shop', MetricName: 'RequestCount', Dimensions: [{ Name: 'Service', Value: 'cart' }] },
          Period: 60,
          Stat: 'Sum',
        },
      },
    );
    const later = new Date(at.getTime() + MINUTE).toISOString().slice(0, 19).replace('T', ' ');
    expect(MetricDataResults).toMatchObject([
      { Id: 'all', Label: 'all 40', Values: [30, 40] },
      { Id: 'one', Label: `RequestCount of Shop at ${later}`, Values: [10, 40] },
    ]);
  });

  it('keeps dashboards as they were put, and refuses what is none', async () => {
    const names = ['a', 'b'].map((name) => `${protocol}-${name}`);
    const body = JSON.stringify({ widgets: [{ type: 'text', x: 0, y: 0, properties: { markdown: '# shop' } }] });
    const put = (DashboardName: string, DashboardBody = body) =>
      client(protocol).send(new PutDashboardCommand({ DashboardName, DashboardBody }));
    for (const name of names) await put(name);

    const DashboardArn = `arn:aws:cloudwatch::${teal.account}:dashboard/${protocol}-a`;
    expect(await client(protocol).send(new GetDashboardCommand({ DashboardName: `${protocol}-a` }))).toMatchObject({
      DashboardArn,
      DashboardBody: body,
    });
    const { DashboardEntries } = await client(protocol).send(
      new ListDashboardsCommand({ DashboardNamePrefix: `${protocol}-` }),
    );
    expect(DashboardEntries).toMatchObject([{ DashboardArn, Size: body.length }, { DashboardName: `${protocol}-b` }]);
    await expect(put('x', '{')).rejects.toMatchObject({
      name: 'DashboardInvalidInputError',
      message: expect.stringContaining('The field DashboardBody must be a valid JSON object') as string,
    });
    await expect(put('x', '{"widgets":[{"type":"text","width":99,"properties":{}}]}')).rejects.toMatchObject({
      dashboardValidationMessages: [
        { DataPath: '/widgets/0/width', Message: 'should be <= 24' },
        { DataPath: '/widgets/0/properties', Message: "should have required property 'markdown'" },
      ],
    });
    await expect(put('not/a name')).rejects.toThrow('contains invalid characters');
    const remove = (...DashboardNames: string[]) =>
      client(protocol).send(new DeleteDashboardsCommand({ DashboardNames }));
    await expect(remove(...names, 'nobody')).rejects.toMatchObject({
      name: expect.stringMatching(NOT_FOUND) as string,
      message: 'Dashboard nobody does not exist',
    });
    await remove(...names);
    await expect(client(protocol).send(new GetDashboardCommand({ DashboardName: names[0] }))).rejects.toMatchObject({
      name: expect.stringMatching(NOT_FOUND) as string,
    });
  });
});

it.each([
  ["SEARCH('{Shop', 'Sum', 60)", "Error in expression 'found': a '}' is missing in a search"],
  ["SEARCH('{} x', 'Sum', 60)", 'the schema of a search needs a namespace'],
  ["SEARCH('(a', 'Sum', 60)", "a ')' is missing in a search"],
  ["SEARCH('a AND', 'Sum', 60)", 'a term is missing in a search'],
  ["SEARCH('a', 'Sum', 7)", 'The parameter Period must be'],
  ["SEARCH('a', 'p101', 60)", 'The value p101 for parameter ExtendedStatistic is not supported.'],
  ['SEARCH(a, b)', 'SEARCH takes a search and a statistic in quotes'],
])('refuses %s', async (Expression, words) => {
  await expect(data('JSON', { Id: 'found', Expression })).rejects.toMatchObject({
    message: expect.stringContaining(words) as string,
  });
});
