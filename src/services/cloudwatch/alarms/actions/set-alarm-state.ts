import type { SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import type { Action } from '../../../../wire/types.ts';
import type { AlarmDeps } from '../deps.ts';
import { invalidFormat, noSuchAlarm } from '../faults.ts';
import { putAlarm } from '../history.ts';
import { alarmsIn } from '../records.ts';
import { withState } from '../transition.ts';

export const setAlarmState =
  ({ store, clock, bell }: AlarmDeps): Action<typeof SetAlarmStateCommand> =>
  async ({ AlarmName: name, StateValue: value, StateReason: reason, StateReasonData: given }, ctx) => {
    const reasonData = given === undefined || given === '' ? undefined : checkedJson(given);
    const now = clock.now().getTime();
    await store.transaction(async (tx) => {
      const current = await alarmsIn(tx).get(ctx, name);
      if (!current) throw noSuchAlarm();
      const next = { value, reason, ...(reasonData !== undefined && { reasonData }) };
      const { alarm, items } = withState(current, next, now, 'hand');
      await putAlarm(tx, ctx, alarm, items);
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
