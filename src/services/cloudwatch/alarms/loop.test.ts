import { afterEach, beforeEach, expect, it } from 'vitest';
import { createBell } from '../../../kernel/bell.ts';
import { systemClock, type Clock } from '../../../kernel/clock.ts';
import { silentLogger } from '../../../kernel/logger.ts';
import type { PlatformEvent } from '../../../kernel/platform-event.ts';
import { millis } from '../../../kernel/span.ts';
import { withRival } from '../../../store/fake-rival.ts';
import { openStore } from '../../../store/open-store.ts';
import type { Store } from '../../../store/store.ts';
import type { CallContext } from '../../../wire/types.ts';
import type { MetricQuery, Span } from '../metric-reader.ts';
import { deleteAlarms } from './actions/delete-alarms.ts';
import { describeAlarmHistory } from './actions/describe-alarm-history.ts';
import { putCompositeAlarm } from './actions/put-composite-alarm.ts';
import { putMetricAlarm } from './actions/put-metric-alarm.ts';
import { setAlarmState } from './actions/set-alarm-state.ts';
import type { AlarmDeps } from './deps.ts';
import { createAlarmLoop, type AlarmLoop } from './loop.ts';
import { alarmsIn, type AlarmRecord } from './records.ts';

const ctx = { account: '123456789012', region: 'eu-west-1' } as CallContext;
const TOPIC = 'arn:aws:sns:eu-west-1:123456789012:pager';
const FUNCTION = 'arn:aws:lambda:eu-west-1:123456789012:function:pager';
const PATIENT = { timeout: 60_000, interval: 5 };

/** Of each metric, the value of every period. */
let values: Map<string, number>;
let reads: { readonly query: MetricQuery; readonly span: Span }[];
let sent: unknown[];
let events: PlatformEvent[];
let store: Store;
let deps: AlarmDeps;
let loop: AlarmLoop;

beforeEach(async () => {
  values = new Map();
  reads = [];
  sent = [];
  events = [];
  store = await openStore(':memory:');
  deps = fakeDeps(systemClock(60));
  loop = createAlarmLoop(deps);
});
afterEach(async () => {
  await loop.close();
  await store.close();
});

/** What an action does: it may fail, and it may never answer. */
let act: () => Promise<unknown> = async () => ({});
const client = { send: async ({ input }: { input: unknown }) => (sent.push(input), act()) };

const fakeDeps = (clock: Clock): AlarmDeps => ({
  store,
  clock,
  bell: createBell(clock),
  logger: silentLogger(),
  emit: async (_scope, event) => void events.push(event),
  clients: { sns: async () => client as never, lambda: () => client as never },
  evaluateMath: async () => new Map(),
  reader: {
    async read(_scope, query, span) {
      reads.push({ query, span });
      const value = values.get(query.name);
      const count = (span.to - span.from) / span.period;
      if (value === undefined) return [];
      return Array.from({ length: count }, (_, index) => ({
        at: span.from + index * span.period,
        value,
        sampleCount: 1,
      }));
    },
    readAll(scope, queries, span) {
      return Promise.all(queries.map((query) => this.read(scope, query, span)));
    },
  },
});

const put = (AlarmName: string, more: Record<string, unknown> = {}) =>
  putMetricAlarm(deps)(
    {
      AlarmName,
      Namespace: 'shop',
      MetricName: 'errors',
      Statistic: 'Sum',
      Period: 60,
      EvaluationPeriods: 1,
      DatapointsToAlarm: 1,
      Threshold: 1,
      ComparisonOperator: 'GreaterThanThreshold',
      AlarmActions: [TOPIC],
      ...more,
    },
    ctx,
  );
const combine = (AlarmName: string, AlarmRule: string) => putCompositeAlarm(deps)({ AlarmName, AlarmRule }, ctx);
const set = (AlarmName: string, StateValue: 'OK' | 'ALARM', StateReason = 'by hand') =>
  setAlarmState(deps)({ AlarmName, StateValue, StateReason }, ctx);
const alarm = async (name: string): Promise<AlarmRecord> => {
  const found = await alarmsIn(store).get(ctx, name);
  if (!found) throw new Error(`there is no alarm ${name}`);
  return found;
};
const state = async (name: string) => (await alarm(name)).state.value;
const historyOf = async (AlarmName: string, HistoryItemType?: 'Action' | 'StateUpdate') => {
  const answer = await describeAlarmHistory(deps)({ AlarmName, HistoryItemType, ScanBy: 'TimestampAscending' }, ctx);
  return answer?.AlarmHistoryItems ?? [];
};
const done = (name: string) => expect.poll(async () => (await alarm(name)).pending, PATIENT).toEqual([]);

it('evaluates, acts once at the change, tells the bus, and remembers', async () => {
  values.set('errors', 5);
  await put('high');
  loop.start();

  await expect.poll(() => state('high'), PATIENT).toBe('ALARM');
  await done('high');
  const seen = reads.length;
  await expect.poll(() => reads.length, PATIENT).toBeGreaterThan(seen + 1);

  expect(sent).toMatchObject([{ TopicArn: TOPIC, Subject: 'ALARM: "high" in EU (Ireland)' }]);
  expect(events).toMatchObject([
    { source: 'aws.cloudwatch', detailType: 'CloudWatch Alarm State Change', detail: { state: { value: 'ALARM' } } },
  ]);
  expect((await historyOf('high')).map((item) => item.HistorySummary)).toEqual([
    'Alarm "high" created',
    'Alarm updated from INSUFFICIENT_DATA to ALARM',
    `Successfully executed action ${TOPIC}`,
  ]);
});

it('reads windows of whole periods that end at a tick, two more than count, divided by the time scale', async () => {
  await put('slow', { Period: 300, EvaluationPeriods: 3, DatapointsToAlarm: 2 });
  loop.start();

  await expect.poll(() => reads.length, PATIENT).toBeGreaterThan(2);

  for (const { span } of reads) {
    expect(span.period).toBe(5000);
    expect(span.to - span.from).toBe(25_000);
    expect(span.to % 1000).toBe(0);
  }
  expect(new Set(reads.map(({ span }) => span.to)).size).toBe(reads.length);
});

it('gives an alarm that was set by hand its reason back, and its state', async () => {
  values.set('errors', 0);
  await put('high', { OKActions: [TOPIC] });
  await set('high', 'ALARM');
  loop.start();

  await expect.poll(() => state('high'), PATIENT).toBe('OK');
  await set('high', 'OK');

  await expect.poll(async () => (await alarm('high')).state.reason, PATIENT).toMatch(/was not greater than/);
  await done('high');
  expect((await historyOf('high', 'StateUpdate')).map((item) => item.HistorySummary)).toEqual([
    'Alarm updated from INSUFFICIENT_DATA to ALARM',
    'Alarm updated from ALARM to OK',
  ]);
});

it('does not act while actions are off, and still tells the bus', async () => {
  await put('quiet', { ActionsEnabled: false, TreatMissingData: 'ignore' });
  loop.start();
  await set('quiet', 'ALARM');
  await done('quiet');

  expect(sent).toEqual([]);
  expect(events).toHaveLength(1);
});

it('invokes a function with what happened', async () => {
  await put('high', { AlarmActions: [FUNCTION], TreatMissingData: 'ignore', AlarmDescription: 'too many' });
  loop.start();
  await set('high', 'ALARM');
  await done('high');

  expect(sent).toMatchObject([{ FunctionName: FUNCTION, InvocationType: 'Event' }]);
  const [{ Payload }] = sent as [{ Payload: Uint8Array }];
  expect(JSON.parse(new TextDecoder().decode(Payload))).toMatchObject({
    source: 'aws.cloudwatch',
    alarmArn: 'arn:aws:cloudwatch:eu-west-1:123456789012:alarm:high',
    accountId: '123456789012',
    region: 'eu-west-1',
    alarmData: {
      alarmName: 'high',
      state: { value: 'ALARM', reason: 'by hand' },
      previousState: { value: 'INSUFFICIENT_DATA', reason: 'Unchecked: Initial alarm creation' },
      configuration: {
        description: 'too many',
        metrics: [
          {
            metricStat: { metric: { namespace: 'shop', name: 'errors', dimensions: {} }, period: 60, stat: 'Sum' },
            returnData: true,
          },
        ],
      },
    },
  });
});

it('says in the history why an action failed, and goes on', async () => {
  act = async () => Promise.reject(new Error('Topic does not exist'));
  await put('high', {
    AlarmActions: [TOPIC, 'arn:aws:ssm:eu-west-1:123456789012:opsitem:1'],
    TreatMissingData: 'ignore',
  });
  loop.start();
  await set('high', 'ALARM');
  await done('high');
  act = async () => ({});

  const items = await historyOf('high', 'Action');
  expect(
    items.map(({ HistorySummary, HistoryData = '' }) => [
      HistorySummary,
      (JSON.parse(HistoryData) as { error: string }).error,
    ]),
  ).toEqual([
    [`Failed to execute action ${TOPIC}`, 'Topic does not exist'],
    [
      'Failed to execute action arn:aws:ssm:eu-west-1:123456789012:opsitem:1',
      "Teal performs actions of SNS topics and Lambda functions, not of 'ssm'.",
    ],
  ]);
});

it('does at the next start what a change asked for before the end', async () => {
  await put('high', { TreatMissingData: 'ignore' });
  await set('high', 'ALARM');
  expect((await alarm('high')).pending.map(({ target }) => target)).toEqual(['event', TOPIC]);

  loop.start();
  await done('high');

  expect(sent).toHaveLength(1);
  expect(events).toHaveLength(1);
});

it('gives up an action that Teal did not outlive three times', async () => {
  await put('high', { TreatMissingData: 'ignore' });
  await set('high', 'ALARM');
  await alarmsIn(store).change(ctx, 'high', (found) => ({
    ...found,
    pending: found.pending.map((work) => ({ ...work, attempts: 3 })),
  }));
  loop.start();
  await done('high');

  expect(sent).toEqual([]);
  expect((await historyOf('high', 'Action')).map((item) => item.HistorySummary)).toEqual([
    `Failed to execute action ${TOPIC}`,
  ]);
});

it('combines alarms, also combined ones, and holds a state set by hand until one of them changes', async () => {
  await put('a', { TreatMissingData: 'ignore' });
  await put('b', { TreatMissingData: 'ignore' });
  await combine('both', 'ALARM(a) AND ALARM(b)');
  await combine('top', 'NOT ALARM(both)');
  loop.start();
  await expect.poll(() => state('both'), PATIENT).toBe('OK');
  await expect.poll(() => state('top'), PATIENT).toBe('ALARM');
  expect((await alarm('both')).state.reason).toBe(
    `${(await alarm('both')).arn} was created and its alarm rule evaluates to OK`,
  );

  await set('a', 'ALARM');
  const { transitionedAt } = (await alarm('a')).state;
  await expect.poll(() => alarm('both'), PATIENT).toMatchObject({ seen: { a: transitionedAt } });
  await set('b', 'ALARM');
  await expect.poll(() => state('both'), PATIENT).toBe('ALARM');
  await expect.poll(() => state('top'), PATIENT).toBe('OK');
  const { reason, reasonData = '' } = (await alarm('both')).state;
  expect(reason).toMatch(
    /^arn:aws:cloudwatch:eu-west-1:123456789012:alarm:b transitioned to ALARM at \w+day \d\d \w+, \d{4} \d\d:\d\d:\d\d UTC$/,
  );
  expect(JSON.parse(reasonData)).toMatchObject({
    triggeringAlarms: [{ arn: (await alarm('b')).arn, state: { value: 'ALARM' } }],
  });

  await set('both', 'OK');
  await expect.poll(() => state('top'), PATIENT).toBe('ALARM');
  expect(await state('both')).toBe('OK');
  await set('b', 'OK');
  await set('b', 'ALARM');
  await expect.poll(() => state('both'), PATIENT).toBe('ALARM');
});

it('leaves out alarms that name each other in a ring', async () => {
  await combine('ring', 'TRUE');
  await combine('other', 'NOT ALARM(ring)');
  await combine('ring', 'NOT ALARM(other)');
  await combine('free', 'TRUE');
  loop.start();

  await expect.poll(() => state('free'), PATIENT).toBe('ALARM');
  expect([await state('ring'), await state('other')]).toEqual(['INSUFFICIENT_DATA', 'INSUFFICIENT_DATA']);
});

it('keeps a bounded history', async () => {
  await put('flapping', { TreatMissingData: 'ignore' });
  for (let time = 0; time < 260; time += 1) {
    await set('flapping', 'ALARM', `${time}`);
    await set('flapping', 'OK', `${time}`);
  }

  const records = await store.records('cloudwatch_alarm_history').list(ctx, 'flapping');
  expect(records).toHaveLength(500);
  expect((await alarm('flapping')).historyCount).toBe(521);
});

it('ends while it waits and while it acts, without losing what it was told', async () => {
  let answer: () => void = () => undefined;
  act = () => new Promise((resolve) => (answer = () => resolve({})));
  await put('high', { TreatMissingData: 'ignore' });
  loop.start();
  await set('high', 'ALARM');
  await expect.poll(() => sent.length, PATIENT).toBe(1);

  const closed = loop.close();
  await deps.clock.sleep(millis(1));
  answer();
  await closed;
  act = async () => ({});

  expect((await alarm('high')).pending).toEqual([]);
});

it('makes no composite alarm of one that is deleted meanwhile', async () => {
  await put('high');
  const rival = async () => deleteAlarms(deps)({ AlarmNames: ['high'] }, ctx);
  const beaten = { ...deps, store: withRival(store, rival) };

  const late = putCompositeAlarm(beaten)({ AlarmName: 'both', AlarmRule: 'ALARM(high)' }, ctx);

  await expect(late).rejects.toThrow('do not exist');
  expect(await alarmsIn(store).list(ctx)).toEqual([]);
});
