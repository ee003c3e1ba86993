import type { Scope } from '../../../kernel/scope.ts';
import type { Records, Transaction } from '../../../store/store.ts';
import { alarmsIn, type AlarmRecord } from './records.ts';

export interface HistoryItem {
  readonly at: number;
  readonly type: 'ConfigurationUpdate' | 'StateUpdate' | 'Action';
  readonly summary: string;
  /** JSON. */
  readonly data: string;
}

/** An item as the store keeps it. */
export interface HistoryRecord extends HistoryItem {
  readonly alarm: string;
  readonly kind: AlarmRecord['kind'];
  /** Its number among the items of its alarm. */
  readonly number: number;
}

/** The items of one alarm stand in as many places, so its history is bounded without anything that cleans up. */
const MOST = 500;

export const historyIn = (store: Transaction): Records<HistoryRecord> =>
  store.records<HistoryRecord>('cloudwatch_alarm_history');

const place = (alarm: string, number: number): string => `${alarm}#${number % MOST}`;

/** Puts an alarm with what is to be remembered of the change. */
export async function putAlarm<T extends AlarmRecord>(
  tx: Transaction,
  scope: Scope,
  alarm: T,
  items: readonly HistoryItem[] = [],
): Promise<void> {
  const { name, kind, historyCount } = alarm;
  for (const [index, item] of items.entries()) {
    const number = historyCount + index;
    await historyIn(tx).put(scope, place(name, number), { ...item, alarm: name, kind, number }, { parent: name });
  }
  await alarmsIn(tx).put(scope, name, { ...alarm, historyCount: historyCount + items.length });
}

/** Forgets an alarm and its history. */
export async function removeAlarm(tx: Transaction, scope: Scope, { name, historyCount }: AlarmRecord): Promise<void> {
  for (let number = 0; number < Math.min(historyCount, MOST); number += 1)
    await historyIn(tx).remove(scope, place(name, number));
  await alarmsIn(tx).remove(scope, name);
}
