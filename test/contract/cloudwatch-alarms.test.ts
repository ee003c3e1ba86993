import {
  DeleteAlarmsCommand,
  DescribeAlarmHistoryCommand,
  DescribeAlarmsCommand,
  type DescribeAlarmsCommandInput,
  DescribeAlarmsForMetricCommand,
  DisableAlarmActionsCommand,
  EnableAlarmActionsCommand,
  ListTagsForResourceCommand,
  paginateDescribeAlarmHistory,
  paginateDescribeAlarms,
  PutCompositeAlarmCommand,
  PutMetricAlarmCommand,
  SetAlarmStateCommand,
  TagResourceCommand,
  UntagResourceCommand,
  type CloudWatchClient,
  type MetricAlarm,
  type MetricDataQuery,
  type PutMetricAlarmCommandInput,
  type SetAlarmStateCommandInput,
} from '@aws-sdk/client-cloudwatch';
import { CreateTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cloudWatchClient } from '../support/cloudwatch.ts';
import { startTestTeal, type TestTeal } from '../support/teal.ts';

let teal: TestTeal;
let cloudwatch: CloudWatchClient;

beforeAll(async () => {
  teal = await startTestTeal();
  cloudwatch = cloudWatchClient(teal);
});
afterAll(async () => {
  cloudwatch?.destroy();
  await teal?.close();
});

const TOPIC = 'arn:aws:sns:us-east-1:123456789012:pager';
const PATIENT = { timeout: 60_000, interval: 20 };

const PLAIN = {
  Namespace: 'shop',
  MetricName: 'errors',
  Statistic: 'Sum',
  Period: 60,
  EvaluationPeriods: 1,
  Threshold: 1,
  ComparisonOperator: 'GreaterThanThreshold',
  TreatMissingData: 'ignore',
} as const satisfies Partial<PutMetricAlarmCommandInput>;

const put = (AlarmName: string, more: Partial<PutMetricAlarmCommandInput> = {}) =>
  cloudwatch.send(new PutMetricAlarmCommand({ AlarmName, ...PLAIN, ...more }));
const set = (AlarmName: string, StateValue: SetAlarmStateCommandInput['StateValue'], StateReason = 'by hand') =>
  cloudwatch.send(new SetAlarmStateCommand({ AlarmName, StateValue, StateReason }));
const describeOne = async (name: string): Promise<MetricAlarm | undefined> =>
  (await cloudwatch.send(new DescribeAlarmsCommand({ AlarmNames: [name] }))).MetricAlarms?.[0];
const arnOf = (name: string) => `arn:aws:cloudwatch:us-east-1:${teal.account}:alarm:${name}`;

it('creates an alarm that was never checked, and shows it as AWS does', async () => {
  await put('first', {
    TreatMissingData: undefined,
    Dimensions: [
      { Name: 'b', Value: '2' },
      { Name: 'a', Value: '1' },
    ],
  });

  const found = await describeOne('first');

  expect(found).toEqual({
    AlarmName: 'first',
    AlarmArn: arnOf('first'),
    AlarmConfigurationUpdatedTimestamp: expect.any(Date) as Date,
    ActionsEnabled: true,
    OKActions: [],
    AlarmActions: [],
    InsufficientDataActions: [],
    StateValue: 'INSUFFICIENT_DATA',
    StateReason: 'Unchecked: Initial alarm creation',
    StateUpdatedTimestamp: expect.any(Date) as Date,
    StateTransitionedTimestamp: found?.StateUpdatedTimestamp,
    Namespace: 'shop',
    MetricName: 'errors',
    Statistic: 'Sum',
    Dimensions: [
      { Name: 'b', Value: '2' },
      { Name: 'a', Value: '1' },
    ],
    Period: 60,
    EvaluationPeriods: 1,
    Threshold: 1,
    ComparisonOperator: 'GreaterThanThreshold',
  });
});

it('overwrites the configuration and leaves the state and the tags', async () => {
  await put('again', { AlarmDescription: 'old', AlarmActions: [TOPIC], Tags: [{ Key: 'team', Value: 'shop' }] });
  await set('again', 'ALARM');
  await put('again', { Threshold: 7, Tags: [{ Key: 'team', Value: 'other' }] });

  const found = await describeOne('again');
  const { Tags } = await cloudwatch.send(new ListTagsForResourceCommand({ ResourceARN: arnOf('again') }));

  expect(found).toMatchObject({ Threshold: 7, AlarmActions: [], StateValue: 'ALARM', StateReason: 'by hand' });
  expect(found?.AlarmDescription).toBeUndefined();
  expect(Tags).toEqual([{ Key: 'team', Value: 'shop' }]);
});

const stat = (MetricName: string, Period = 60) => ({
  Metric: { Namespace: 'shop', MetricName },
  Period,
  Stat: 'Sum',
});
const math = (Metrics: MetricDataQuery[]): Partial<PutMetricAlarmCommandInput> => ({
  Metrics,
  Namespace: undefined,
  MetricName: undefined,
  Statistic: undefined,
  Period: undefined,
});
const quiet = (index: number): MetricDataQuery => ({ Id: `m${index}`, MetricStat: stat('errors'), ReturnData: false });

/** What is wrong, and AWS's words for it. Source: spec/platform §12.6. */
const REFUSED: readonly (readonly [Partial<PutMetricAlarmCommandInput>, string | RegExp])[] = [
  [{ Period: 45 }, 'Period must be 10, 20, 30 or a multiple of 60'],
  [{ Threshold: undefined }, 'PutMetricAlarm request should have valid Threshold parameter'],
  [
    { ComparisonOperator: 'GreaterThanUpperThreshold' },
    'ComparisonOperators for ranges require ThresholdMetricId to be set',
  ],
  [
    { ComparisonOperator: 'GreaterThanUpperThreshold', ThresholdMetricId: 'ad1' },
    'Teal does not serve anomaly detection yet.',
  ],
  [{ DatapointsToAlarm: 2 }, 'DatapointsToAlarm must be less than or equal to EvaluationPeriods'],
  [
    { EvaluationPeriods: 1441 },
    'Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <= 86400)',
  ],
  [
    { Period: 3600, EvaluationPeriods: 169 },
    'Metrics cannot be checked across more than a week (EvaluationPeriods * Period must be <= 604800) for alarms using period >= 3600',
  ],
  [
    { Statistic: undefined, ExtendedStatistic: 'p101' },
    'The value p101 for parameter ExtendedStatistic is not supported.',
  ],
  [
    { EvaluateLowSampleCountPercentile: 'ignore', Statistic: 'Average' },
    'Option evaluateLowSampleCountPercentile can not be applied with statistic Average. This option is enabled only for percentile statistics.',
  ],
  [{ ExtendedStatistic: 'p99' }, /Statistic and ExtendedStatistic are mutually exclusive/],
  [{ Statistic: undefined }, /At least one of the parameters Statistic and ExtendedStatistic/],
  [{ TreatMissingData: 'loudly' }, /The value loudly is not supported for TreatMissingData/],
  [{ AlarmActions: ['arn:aws:s3:us-east-1:123456789012:bucket'] }, 'Unsupported AWS vendor s3'],
  [{ OKActions: ['pager'] }, 'Invalid arn syntax: pager'],
  [{ MetricName: undefined }, /MetricName, Metrics and EvaluationCriteria/],
  [{ Metrics: [{ Id: 'm1', MetricStat: stat('errors') }] }, /Metrics and MetricName are mutually exclusive/],
  [
    math([{ Id: 'm1', MetricStat: stat('errors'), Expression: 'm1' }]),
    'The parameters MetricDataQuery Expression and MetricStat are mutually exclusive and you have specified both.',
  ],
  [
    math([
      { Id: 'm1', MetricStat: stat('errors') },
      { Id: 'e1', Expression: 'm1 * 2' },
    ]),
    'Exactly one element of the metrics list should return data.',
  ],
  [math([quiet(1)]), 'Exactly one element of the metrics list should return data.'],
  [
    math([...Array.from({ length: 11 }, (_, index) => quiet(index)), { Id: 'e1', Expression: 'm1 * 2' }]),
    'Too many metrics in alarm, maximum is 10',
  ],
  [math([quiet(1), { Id: 'e1', Expression: 'm1 +' }]), /Error in expression 'e1'/],
  [math([quiet(1), { Id: 'e1', Expression: 'm2 * 2' }]), /Error in expression 'e1'/],
  [math([quiet(1), quiet(1), { Id: 'e1', Expression: 'm1' }]), /not unique/],
  [math([{ Id: 'e1', Expression: "SEARCH('shop', 'Sum', 60)" }]), 'SEARCH is not supported on Metric Alarms.'],
  [{ EvaluationPeriods: undefined }, /Value null at 'evaluationPeriods'/],
  [{ EvaluationPeriods: 0 }, /Value '0' at 'evaluationPeriods' failed to satisfy constraint/],
  [{ AlarmActions: Array.from({ length: 6 }, (_, index) => `${TOPIC}${index}`) }, /length less than or equal to 5/],
];

it.each(REFUSED)('refuses %j', async (more, words) => {
  const refused = await put('refused', more).catch((error: unknown) => error);

  expect(refused).toBeInstanceOf(Error);
  expect(refused).toMatchObject({ name: 'ValidationException', Code: 'ValidationError' });
  if (typeof words === 'string') expect((refused as Error).message).toBe(words);
  else expect((refused as Error).message).toMatch(words);
  expect(await describeOne('refused')).toBeUndefined();
});

it('says what AWS says of a state that does not exist, of an alarm that is not there, and of data that is no JSON', async () => {
  await put('known');
  const wrong = () => set('known', 'LOUD' as 'OK');
  const unknown = () => set('nobody', 'OK');
  const data = new SetAlarmStateCommand({
    AlarmName: 'known',
    StateValue: 'OK',
    StateReason: '',
    StateReasonData: '{',
  });

  await expect(wrong()).rejects.toMatchObject({ name: 'ValidationException', Code: 'ValidationError' });
  await expect(wrong()).rejects.toThrow(
    /^1 validation error detected: Value 'LOUD' at 'stateValue' failed to satisfy constraint: Member must satisfy enum value set: \[/,
  );
  await expect(unknown()).rejects.toMatchObject({ name: 'ResourceNotFound', $metadata: { httpStatusCode: 404 } });
  await expect(cloudwatch.send(data)).rejects.toMatchObject({ name: 'InvalidFormatFault' });
});

it('shows a state that was set at once, and remembers it', async () => {
  await put('remembered');
  await cloudwatch.send(
    new SetAlarmStateCommand({
      AlarmName: 'remembered',
      StateValue: 'ALARM',
      StateReason: 'a drill',
      StateReasonData: '{"drill":1}',
    }),
  );

  expect(await describeOne('remembered')).toMatchObject({
    StateValue: 'ALARM',
    StateReason: 'a drill',
    StateReasonData: '{"drill":1}',
  });
  const { AlarmHistoryItems: [newest, oldest] = [] } = await cloudwatch.send(
    new DescribeAlarmHistoryCommand({ AlarmName: 'remembered' }),
  );
  expect(newest).toMatchObject({
    AlarmName: 'remembered',
    AlarmType: 'MetricAlarm',
    HistoryItemType: 'StateUpdate',
    HistorySummary: 'Alarm updated from INSUFFICIENT_DATA to ALARM',
  });
  expect(JSON.parse(newest?.HistoryData ?? '')).toEqual({
    version: '1.0',
    oldState: { stateValue: 'INSUFFICIENT_DATA', stateReason: 'Unchecked: Initial alarm creation' },
    newState: { stateValue: 'ALARM', stateReason: 'a drill', stateReasonData: { drill: 1 } },
  });
  expect(oldest).toMatchObject({
    HistoryItemType: 'ConfigurationUpdate',
    HistorySummary: 'Alarm "remembered" created',
  });
});

it('pages the history, forwards and backwards, and takes a part of it', async () => {
  await put('paged');
  for (const value of ['ALARM', 'OK', 'ALARM'] as const) await set('paged', value);
  const all = async (ScanBy: 'TimestampAscending' | 'TimestampDescending') => {
    const found = [];
    const pages = paginateDescribeAlarmHistory({ client: cloudwatch, pageSize: 2 }, { AlarmName: 'paged', ScanBy });
    for await (const { AlarmHistoryItems = [] } of pages) found.push(...AlarmHistoryItems);
    return found.filter((item) => item.HistoryItemType !== 'Action').map((item) => item.HistorySummary);
  };

  const forwards = await all('TimestampAscending');
  const changes = await cloudwatch.send(
    new DescribeAlarmHistoryCommand({ AlarmName: 'paged', HistoryItemType: 'StateUpdate', EndDate: new Date(0) }),
  );

  expect(forwards).toEqual([
    'Alarm "paged" created',
    'Alarm updated from INSUFFICIENT_DATA to ALARM',
    'Alarm updated from ALARM to OK',
    'Alarm updated from OK to ALARM',
  ]);
  expect(await all('TimestampDescending')).toEqual([...forwards].reverse());
  expect(changes.AlarmHistoryItems).toEqual([]);
});

it('finds alarms by names, prefix, state, action and type, in pages', async () => {
  for (const name of ['find-c', 'find-a', 'find-b']) await put(name);
  await put('find-d', { OKActions: [TOPIC] });
  await set('find-b', 'ALARM');
  await cloudwatch.send(new PutCompositeAlarmCommand({ AlarmName: 'find-e', AlarmRule: 'ALARM("find-a")' }));
  const names = async (input: DescribeAlarmsCommandInput) => {
    const found: (string | undefined)[] = [];
    for await (const page of paginateDescribeAlarms({ client: cloudwatch, pageSize: 2 }, input))
      found.push(...[...(page.MetricAlarms ?? []), ...(page.CompositeAlarms ?? [])].map((alarm) => alarm.AlarmName));
    return found;
  };
  const both = { AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] } as const;

  expect(await names({ AlarmNamePrefix: 'find-' })).toEqual(['find-a', 'find-b', 'find-c', 'find-d']);
  expect(await names({ AlarmNamePrefix: 'find-', AlarmTypes: [...both.AlarmTypes] })).toEqual([
    'find-a',
    'find-b',
    'find-c',
    'find-d',
    'find-e',
  ]);
  expect(await names({ AlarmNamePrefix: 'find-', AlarmTypes: ['CompositeAlarm'] })).toEqual(['find-e']);
  expect(await names({ AlarmNames: ['find-c', 'find-a', 'nobody'] })).toEqual(['find-a', 'find-c']);
  expect(await names({ AlarmNamePrefix: 'find-', StateValue: 'ALARM' })).toEqual(['find-b']);
  expect(await names({ ActionPrefix: 'arn:aws:sns:', AlarmNamePrefix: 'find-' })).toEqual(['find-d']);
  expect(await names({ ChildrenOfAlarmName: 'find-e' })).toEqual(['find-a']);
  expect(await names({ ParentsOfAlarmName: 'find-a' })).toEqual(['find-e']);
  await expect(names({ AlarmNamePrefix: 'find-', NextToken: 'nonsense' })).rejects.toMatchObject({
    name: 'InvalidNextToken',
  });
});

it('finds the alarms of a metric by all of its dimensions', async () => {
  const of = (...pairs: string[]) => pairs.map((Name) => ({ Name, Value: '1' }));
  await put('of-two', { MetricName: 'own', Dimensions: of('x', 'y') });
  await put('of-one', { MetricName: 'own', Dimensions: of('x') });
  const find = async (Dimensions: { Name: string; Value: string }[], Period?: number) => {
    const command = new DescribeAlarmsForMetricCommand({ Namespace: 'shop', MetricName: 'own', Dimensions, Period });
    return (await cloudwatch.send(command)).MetricAlarms?.map((alarm) => alarm.AlarmName);
  };

  expect(await find(of('y', 'x'))).toEqual(['of-two']);
  expect(await find(of('x'))).toEqual(['of-one']);
  expect(await find(of('x'), 300)).toEqual([]);
  expect(await find([])).toEqual([]);
});

it('turns actions off and on', async () => {
  await put('switched');
  const seen = async () => (await describeOne('switched'))?.ActionsEnabled;

  await cloudwatch.send(new DisableAlarmActionsCommand({ AlarmNames: ['switched', 'nobody'] }));
  expect(await seen()).toBe(false);
  await cloudwatch.send(new EnableAlarmActionsCommand({ AlarmNames: ['switched'] }));
  expect(await seen()).toBe(true);
});

it('deletes alarms; a single one that is not there is an error', async () => {
  await put('gone-a');
  await put('gone-b');
  await cloudwatch.send(new DeleteAlarmsCommand({ AlarmNames: ['gone-a', 'nobody', 'gone-b'] }));

  const left = await cloudwatch.send(new DescribeAlarmsCommand({ AlarmNamePrefix: 'gone-' }));
  const history = await cloudwatch.send(new DescribeAlarmHistoryCommand({ AlarmName: 'gone-a' }));

  expect(left.MetricAlarms).toEqual([]);
  expect(history.AlarmHistoryItems).toEqual([]);
  await expect(cloudwatch.send(new DeleteAlarmsCommand({ AlarmNames: ['nobody'] }))).rejects.toMatchObject({
    name: 'ResourceNotFound',
  });
});

it('keeps tags', async () => {
  await put('tagged', { Tags: [{ Key: 'team', Value: 'shop' }] });
  const ResourceARN = arnOf('tagged');
  await cloudwatch.send(new TagResourceCommand({ ResourceARN, Tags: [{ Key: 'stage', Value: 'test' }] }));
  await cloudwatch.send(new UntagResourceCommand({ ResourceARN, TagKeys: ['team'] }));

  const { Tags } = await cloudwatch.send(new ListTagsForResourceCommand({ ResourceARN }));

  expect(Tags).toEqual([{ Key: 'stage', Value: 'test' }]);
  await expect(cloudwatch.send(new ListTagsForResourceCommand({ ResourceARN: arnOf('nobody') }))).rejects.toMatchObject(
    { name: 'ResourceNotFoundException' },
  );
});

it('combines alarms, and refuses rules that cannot be', async () => {
  await put('child');
  const combine = (AlarmRule: string, more = {}) =>
    cloudwatch.send(new PutCompositeAlarmCommand({ AlarmName: 'parent', AlarmRule, ...more }));
  const parent = async () =>
    (await cloudwatch.send(new DescribeAlarmsCommand({ AlarmNames: ['parent'], AlarmTypes: ['CompositeAlarm'] })))
      .CompositeAlarms?.[0];

  await expect(combine('ALARM(child) OR ALARM(nobody)')).rejects.toThrow(
    'Could not save the composite alarm as alarms [nobody] in the alarm rule do not exist',
  );
  await expect(combine('ALARM(child')).rejects.toThrow("Invalid AlarmRule: expected ')' at the end");
  await expect(combine(' ALARM(child)')).rejects.toMatchObject({
    name: 'ValidationException',
    Code: 'ValidationError',
  });
  await expect(combine('TRUE', { ActionsSuppressor: 'child' })).rejects.toThrow(
    'must be specified with ActionsSuppressor',
  );
  await combine(`ALARM("${arnOf('child')}") AND NOT FALSE`);
  await expect.poll(async () => (await parent())?.StateValue, PATIENT).toBe('OK');
  await set('child', 'ALARM');
  await expect.poll(async () => (await parent())?.StateValue, PATIENT).toBe('ALARM');

  expect(await parent()).toMatchObject({
    AlarmArn: arnOf('parent'),
    AlarmRule: `ALARM("${arnOf('child')}") AND NOT FALSE`,
    StateReason: expect.stringMatching(`^${arnOf('child')} transitioned to ALARM at `) as string,
  });
  await expect(put('parent')).rejects.toThrow('There is a composite alarm of the name parent already.');
});

it('keeps a composite alarm from acting while its suppressor is in ALARM, and alarms that others need', async () => {
  await put('cause');
  await put('upkeep');
  const periods = { ActionsSuppressorWaitPeriod: 0, ActionsSuppressorExtensionPeriod: 0 };
  const combine = (ActionsSuppressor: string) =>
    cloudwatch.send(
      new PutCompositeAlarmCommand({
        AlarmName: 'muted',
        AlarmRule: 'ALARM(cause)',
        AlarmActions: [`arn:aws:sns:us-east-1:${teal.account}:nowhere`],
        ActionsSuppressor,
        ...periods,
      }),
    );
  const muted = async () =>
    (await cloudwatch.send(new DescribeAlarmsCommand({ AlarmNames: ['muted'], AlarmTypes: ['CompositeAlarm'] })))
      .CompositeAlarms?.[0];
  const actions = async () =>
    (await cloudwatch.send(new DescribeAlarmHistoryCommand({ AlarmName: 'muted', HistoryItemType: 'Action' })))
      .AlarmHistoryItems;
  await expect(combine('nobody')).rejects.toThrow('its actions suppressor [nobody] does not exist');
  await set('upkeep', 'ALARM');
  await combine('upkeep');
  await expect.poll(async () => (await muted())?.StateValue, PATIENT).toBe('OK');

  await set('cause', 'ALARM');
  await expect.poll(muted, PATIENT).toMatchObject({
    StateValue: 'ALARM',
    ActionsSuppressor: 'upkeep',
    ActionsSuppressedBy: 'Alarm',
    ...periods,
  });
  expect(await actions()).toEqual([]);
  await set('upkeep', 'OK');
  await expect.poll(async () => (await actions())?.length, PATIENT).toBe(1);
  expect((await muted())?.ActionsSuppressedBy).toBeUndefined();

  for (const name of ['cause', 'upkeep'])
    await expect(cloudwatch.send(new DeleteAlarmsCommand({ AlarmNames: [name] }))).rejects.toThrow(
      `Cannot delete ${name} as there are composite alarm(s) depending on it.`,
    );
  await cloudwatch.send(new DeleteAlarmsCommand({ AlarmNames: ['cause', 'muted', 'upkeep'] }));
});

it('tells a topic, and says in the history that it did, or why it could not', async () => {
  const credentials = { accessKeyId: teal.account, secretAccessKey: 'secret' };
  const sns = new SNSClient({ endpoint: teal.url, region: 'us-east-1', credentials, maxAttempts: 1 });
  const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: 'pager' }));
  sns.destroy();
  const nowhere = TopicArn.replace('pager', 'nowhere');
  await put('telling', { AlarmActions: [TopicArn, nowhere], AlarmDescription: 'too many errors' });
  await set('telling', 'ALARM', 'a drill');
  const actions = async () => {
    const command = new DescribeAlarmHistoryCommand({ AlarmName: 'telling', HistoryItemType: 'Action' });
    return (await cloudwatch.send(command)).AlarmHistoryItems ?? [];
  };

  await expect
    .poll(async () => (await actions()).map((item) => item.HistorySummary), PATIENT)
    .toEqual([`Failed to execute action ${nowhere}`, `Successfully executed action ${TopicArn}`]);
  const [failed, told] = (await actions()).map(
    (item) => JSON.parse(item.HistoryData ?? '') as { error: string | null; publishedMessage?: string },
  );

  expect(failed?.error).toBe('Topic does not exist');
  expect(JSON.parse(told?.publishedMessage ?? '')).toMatchObject({
    AlarmName: 'telling',
    AlarmDescription: 'too many errors',
    AWSAccountId: teal.account,
    NewStateValue: 'ALARM',
    NewStateReason: 'a drill',
    OldStateValue: 'INSUFFICIENT_DATA',
    Region: 'US East (N. Virginia)',
    AlarmArn: arnOf('telling'),
    Trigger: {
      MetricName: 'errors',
      Namespace: 'shop',
      StatisticType: 'Statistic',
      Statistic: 'SUM',
      Unit: null,
      Dimensions: [],
      Period: 60,
      EvaluationPeriods: 1,
      ComparisonOperator: 'GreaterThanThreshold',
      Threshold: 1,
      TreatMissingData: 'ignore',
      EvaluateLowSampleCountPercentile: '',
    },
  });
});
