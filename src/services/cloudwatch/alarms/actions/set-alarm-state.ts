import type { SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import type { Transaction } from '../../../../store/store.ts';
import type { Action } from '../../../../wire/types.ts';
import type { AlarmDeps } from '../deps.ts';
import { invalidFormat, noSuchAlarm } from '../faults.ts';
import { putAlarm } from '../history.ts';
import { alarmsIn, type AlarmRecord } from '../records.ts';
import { suppressorOf, withhold } from '../suppress.ts';
import { withState } from '../transition.ts';

export const setAlarmState =
  ({ store, clock, bell }: AlarmDeps): Action<typeof SetAlarmStateCommand> =>
  async ({ AlarmName: name, StateValue: value, StateReason: reason, StateReasonData: given }, ctx) => {
    const reasonData = given === undefined || given === '' ? undefined : checkedJson(given);
    const now = clock.now().getTime();
    const suppressed = async (tx: Transaction, before: AlarmRecord, after: AlarmRecord): Promise<AlarmRecord> => {
      if (before.kind !== 'composite' || after.kind !== 'composite') return after;
      const other = suppressorOf(after);
      return withhold(before, after, other === undefined ? undefined : await alarmsIn(tx).get(ctx, other), now, clock);
    };
    await store.transaction(async (tx) => {
      const current = await alarmsIn(tx).get(ctx, name);
      if (!current) throw noSuchAlarm();
      const next = { value, reason, ...(reasonData !== undefined && { reasonData }) };
      const { alarm, items } = withState(current, next, now, 'hand');
      await putAlarm(tx, ctx, await suppressed(tx, current, alarm), items);
    });
    bell.ring();
  };

/** @throws {InvalidFormatFault} */
function checkedJson(text: string): string {
  try {
    JSON.parse(text);
  } catch {
    throw invalidFormat('StateReasonData is not valid JSON');
  }
  return text;
}
