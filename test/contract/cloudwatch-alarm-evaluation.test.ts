import {
  DescribeAlarmHistoryCommand,
  DescribeAlarmsCommand,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
  SetAlarmStateCommand,
  type CloudWatchClient,
  type MetricAlarm,
  type PutMetricAlarmCommandInput,
} from '@aws-sdk/client-cloudwatch';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cloudWatchClient, type CloudWatchProtocol } from '../support/cloudwatch.ts';
import { startTestTeal, type TestTeal } from '../support/teal.ts';

const PATIENT = { timeout: 60_000, interval: 50 };
const TREATMENTS = ['missing', 'ignore', 'breaching', 'notBreaching'] as const;

let teal: TestTeal;
beforeAll(async () => {
  teal = await startTestTeal();
});
afterAll(() => teal?.close());

const N = 'INSUFFICIENT_DATA';
/** M of 3, the newest five points with the oldest left, and the state for each treatment. Source: spec/platform §12.7. */
const ROWS: readonly (readonly [number, string, string, string, string, string])[] = [
  [3, '0 - X - X', 'OK', 'OK', 'OK', 'OK'],
  [3, '0 - - - -', 'OK', 'OK', 'OK', 'OK'],
  [3, '- - - - -', N, 'keep', 'ALARM', 'OK'],
  [3, '0 X X - X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
  [3, '- - X - -', 'ALARM', 'keep', 'ALARM', 'OK'],
  [3, '- - - - X', 'keep', 'keep', 'ALARM', 'OK'],
  [3, '- - - X -', 'keep', 'keep', 'ALARM', 'OK'],
  [2, '0 - X - X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
  [2, '0 0 X 0 X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
  [2, '0 - X - -', 'OK', 'OK', 'ALARM', 'OK'],
  [2, '- - - - 0', 'OK', 'OK', 'ALARM', 'OK'],
  [2, '- - - X -', 'ALARM', 'keep', 'ALARM', 'OK'],
];

/** Eight configured hours are eight real minutes here: points in the middle of periods stay there while a test runs. */
const PERIOD = 8 * 3600;
const REAL_PERIOD = (PERIOD / 60) * 1000;

describe.each(['JSON', 'query', 'CBOR'] as const satisfies CloudWatchProtocol[])('spoken in %s', (protocol) => {
  let cloudwatch: CloudWatchClient;
  beforeAll(() => {
    cloudwatch = cloudWatchClient(teal, protocol);
  });
  afterAll(() => cloudwatch.destroy());

  const put = (AlarmName: string, more: Partial<PutMetricAlarmCommandInput>) =>
    cloudwatch.send(
      new PutMetricAlarmCommand({
        AlarmName: `${protocol} ${AlarmName}`,
        Namespace: protocol,
        Statistic: 'Sum',
        Period: PERIOD,
        EvaluationPeriods: 3,
        ComparisonOperator: 'GreaterThanThreshold',
        Threshold: 1,
        ...more,
      }),
    );
  const all = async (): Promise<readonly MetricAlarm[]> => {
    const command = new DescribeAlarmsCommand({ AlarmNamePrefix: protocol, MaxRecords: 100 });
    return (await cloudwatch.send(command)).MetricAlarms ?? [];
  };
  const one = async (name: string) => (await all()).find((alarm) => alarm.AlarmName === `${protocol} ${name}`);
  const send = (MetricName: string, Value: number, periodsAgo: number, more = {}) =>
    cloudwatch.send(
      new PutMetricDataCommand({
        Namespace: protocol,
        MetricData: [
          { MetricName, Value, Timestamp: new Date(Date.now() - (periodsAgo + 0.5) * REAL_PERIOD), ...more },
        ],
      }),
    );

  it('gives every row of the truth table its state', async () => {
    const rows = ROWS.map(([m, pattern, ...states], index) => ({ m, pattern, states, metric: `row${index}` }));
    for (const { pattern, metric } of rows)
      for (const [index, mark] of pattern.split(' ').entries())
        if (mark !== '-') await send(metric, mark === 'X' ? 2 : 0, 4 - index);
    const expected: Record<string, string> = {};
    for (const { m, pattern, states, metric } of rows)
      for (const [index, treatment] of TREATMENTS.entries()) {
        const name = `${m} of 3, ${pattern}, ${treatment}`;
        await put(name, { MetricName: metric, DatapointsToAlarm: m, TreatMissingData: treatment });
        await cloudwatch.send(
          new SetAlarmStateCommand({ AlarmName: `${protocol} ${name}`, StateValue: 'OK', StateReason: 'kept' }),
        );
        expected[`${protocol} ${name}`] = states[index] ?? '';
      }
    // The alarms are looked at in the order they were made: when this one has its state, the others were seen to.
    await put('last', { MetricName: 'nothing', TreatMissingData: 'breaching' });
    await expect.poll(async () => (await one('last'))?.StateValue, PATIENT).toBe('ALARM');

    const found = Object.fromEntries(
      (await all())
        .filter((alarm) => alarm.AlarmName !== `${protocol} last`)
        .map((alarm) => [alarm.AlarmName ?? '', alarm.StateReason === 'kept' ? 'keep' : alarm.StateValue]),
    );

    expect(found).toEqual(expected);
  });

  it('says why in AWS’s words, and with what data', async () => {
    await send('slow', 9, 0, { Unit: 'Count' });
    await send('slow', 3, 1, { Unit: 'Count' });
    await send('slow', 9.5, 2, { Unit: 'Count' });
    await put('slow', { MetricName: 'slow', DatapointsToAlarm: 2 });
    await expect.poll(async () => (await one('slow'))?.StateValue, PATIENT).toBe('ALARM');

    const { StateReason = '', StateReasonData = '' } = (await one('slow')) ?? {};

    expect(StateReason.replace(/\d\d\/\d\d\/\d\d \d\d:\d\d:\d\d/g, 'at')).toBe(
      'Threshold Crossed: 3 out of the last 3 datapoints [9.0 (at), 3.0 (at), 9.5 (at)] were greater than the threshold (1.0) (minimum 2 datapoints for OK -> ALARM transition).',
    );
    expect(StateReasonData).toContain('"recentDatapoints":[9.5,3.0,9.0],"threshold":1.0,');
    expect(JSON.parse(StateReasonData)).toMatchObject({
      version: '1.0',
      unit: 'Count',
      statistic: 'Sum',
      period: PERIOD,
      evaluatedDatapoints: [
        { sampleCount: 1, value: 9 },
        { sampleCount: 1, value: 3 },
        { sampleCount: 1, value: 9.5 },
      ],
    });
  });

  it('judges percentiles, unless there are too few samples', async () => {
    await send('times', 0, 0, { Value: undefined, Values: [0.1, 3], Counts: [90, 10] });
    const percentile = { MetricName: 'times', Statistic: undefined, EvaluationPeriods: 1 };
    await put('p95', { ...percentile, ExtendedStatistic: 'p95' });
    await put('p50', { ...percentile, ExtendedStatistic: 'p50' });
    await put('p99 few', { ...percentile, ExtendedStatistic: 'p99', EvaluateLowSampleCountPercentile: 'ignore' });
    await put('p99 any', { ...percentile, ExtendedStatistic: 'p99', EvaluateLowSampleCountPercentile: 'evaluate' });
    await expect.poll(async () => (await one('p99 any'))?.StateValue, PATIENT).toBe('ALARM');

    expect((await one('p95'))?.StateValue).toBe('ALARM');
    expect((await one('p50'))?.StateValue).toBe('OK');
    expect((await one('p99 few'))?.StateReason).toBe('Unchecked: Initial alarm creation');
  });

  it('judges what metric math makes of several metrics', async () => {
    await send('bad', 3, 0);
    await send('requests', 100, 0);
    const metric = (Id: string, MetricName: string) => ({
      Id,
      MetricStat: { Metric: { Namespace: protocol, MetricName }, Period: PERIOD, Stat: 'Sum' },
      ReturnData: false,
    });
    await put('share', {
      Namespace: undefined,
      Statistic: undefined,
      Period: undefined,
      EvaluationPeriods: 1,
      DatapointsToAlarm: 1,
      Threshold: 2.5,
      Metrics: [
        metric('bad', 'bad'),
        metric('requests', 'requests'),
        { Id: 'share', Expression: '100 * bad / requests', Label: 'Errors %' },
      ],
    });
    await expect.poll(async () => (await one('share'))?.StateValue, PATIENT).toBe('ALARM');

    const found = await one('share');

    expect(found?.StateReason).toMatch(
      /^Threshold Crossed: 1 out of the last 1 datapoints \[3\.0 \(.*\)\] was greater than the threshold \(2\.5\)/,
    );
    expect(JSON.parse(found?.StateReasonData ?? '')).not.toHaveProperty('statistic');
    expect(found).toMatchObject({
      Dimensions: [],
      Metrics: [{ Id: 'bad' }, { Id: 'requests' }, { Id: 'share', Label: 'Errors %', ReturnData: true }],
    });
    const { AlarmHistoryItems = [] } = await cloudwatch.send(
      new DescribeAlarmHistoryCommand({ AlarmName: `${protocol} share`, HistoryItemType: 'StateUpdate' }),
    );
    expect(AlarmHistoryItems.map((item) => item.HistorySummary)).toEqual([
      'Alarm updated from INSUFFICIENT_DATA to ALARM',
    ]);
  });
});
