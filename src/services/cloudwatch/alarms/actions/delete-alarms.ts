import type { DeleteAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import type { Action } from '../../../../wire/types.ts';
import type { AlarmDeps } from '../deps.ts';
import { noSuchAlarm } from '../faults.ts';
import { removeAlarm } from '../history.ts';
import { alarmsIn } from '../records.ts';

/** Of several names those that there are go; a single one that there is not is an error. */
export const deleteAlarms =
  ({ store, bell }: AlarmDeps): Action<typeof DeleteAlarmsCommand> =>
  async ({ AlarmNames: names }, ctx) => {
    await store.transaction(async (tx) => {
      const found = await Promise.all([...new Set(names)].map((name) => alarmsIn(tx).get(ctx, name)));
      const alarms = found.filter((alarm) => alarm !== undefined);
      if (alarms.length === 0 && names.length === 1) throw noSuchAlarm();
      for (const alarm of alarms) await removeAlarm(tx, ctx, alarm);
    });
    bell.ring();
  };
