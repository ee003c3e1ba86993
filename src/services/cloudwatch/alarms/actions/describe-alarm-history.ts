import type { AlarmHistoryItem, DescribeAlarmHistoryCommand } from '@aws-sdk/client-cloudwatch';
import { minutes } from '../../../../kernel/span.ts';
import type { Action, ActionInput } from '../../../../wire/types.ts';
import type { AlarmDeps } from '../deps.ts';
import { historyIn, type HistoryRecord } from '../history.ts';
import { page } from '../paging.ts';

type Input = ActionInput<typeof DescribeAlarmHistoryCommand>;

const USUAL = 100;
/** Source: CloudWatch User Guide, "Alarm history". */
const KEPT_FOR = minutes(30 * 24 * 60);

export const describeAlarmHistory =
  ({ store, clock }: AlarmDeps): Action<typeof DescribeAlarmHistoryCommand> =>
  async (input, ctx) => {
    const oldest = clock.now().getTime() - KEPT_FOR;
    const records = await historyIn(store).list(ctx, input.AlarmName);
    const found = records.filter((record) => record.at >= oldest && isAsked(record, input));
    const isAscending = input.ScanBy === 'TimestampAscending';
    const sorted = found.sort((a, b) => (keyOf(a) < keyOf(b) === isAscending ? -1 : 1));
    const isAfter = (key: string, last: string) => (isAscending ? key > last : key < last);
    const { shown, nextToken } = page(sorted, keyOf, input, USUAL, isAfter);
    return { AlarmHistoryItems: shown.map(show), NextToken: nextToken };
  };

/** Sorts by time, and what came at once by its number. */
const keyOf = ({ at, number, alarm }: HistoryRecord): string =>
  `${String(at).padStart(15, '0')} ${String(number).padStart(12, '0')} ${alarm}`;

function isAsked(record: HistoryRecord, input: Input): boolean {
  const types = input.AlarmTypes ?? [];
  return (
    (input.HistoryItemType === undefined || record.type === input.HistoryItemType) &&
    (input.StartDate === undefined || record.at >= input.StartDate.getTime()) &&
    (input.EndDate === undefined || record.at < input.EndDate.getTime()) &&
    (types.length === 0 ? record.kind === 'metric' || input.AlarmName !== undefined : types.includes(typeOf(record)))
  );
}

const typeOf = ({ kind }: HistoryRecord): 'MetricAlarm' | 'CompositeAlarm' =>
  kind === 'metric' ? 'MetricAlarm' : 'CompositeAlarm';

const show = (record: HistoryRecord): AlarmHistoryItem => ({
  AlarmName: record.alarm,
  AlarmType: typeOf(record),
  Timestamp: new Date(record.at),
  HistoryItemType: record.type,
  HistorySummary: record.summary,
  HistoryData: record.data,
});
