import type { DeleteAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import type { Scope } from '../../../../kernel/scope.ts';
import type { Transaction } from '../../../../store/store.ts';
import type { Action } from '../../../../wire/types.ts';
import type { AlarmDeps } from '../deps.ts';
import { noSuchAlarm, validationError } from '../faults.ts';
import { removeAlarm } from '../history.ts';
import { alarmsIn } from '../records.ts';
import { nameOf, namedIn } from '../rule/evaluate-rule.ts';
import { parseRule } from '../rule/parse-rule.ts';
import { suppressorOf } from '../suppress.ts';

/** Of several names those that there are go; a single one that there is not is an error. */
export const deleteAlarms =
  ({ store, bell }: AlarmDeps): Action<typeof DeleteAlarmsCommand> =>
  async ({ AlarmNames: names }, ctx) => {
    await store.transaction(async (tx) => {
      const found = await Promise.all([...new Set(names)].map((name) => alarmsIn(tx).get(ctx, name)));
      const alarms = found.filter((alarm) => alarm !== undefined);
      if (alarms.length === 0 && names.length === 1) throw noSuchAlarm();
      await requireFree(tx, ctx, new Set(alarms.map(({ name }) => name)));
      for (const alarm of alarms) await removeAlarm(tx, ctx, alarm);
    });
    bell.ring();
  };

/**
 * An alarm stays as long as a composite alarm depends on it that is not deleted too: so do those of a ring, until one
 * of their rules is changed. Source: API Reference, PutCompositeAlarm; the words are those that users have quoted.
 *
 * @throws ValidationError
 */
async function requireFree(tx: Transaction, scope: Scope, names: ReadonlySet<string>): Promise<void> {
  for (const alarm of await alarmsIn(tx).list(scope)) {
    if (alarm.kind !== 'composite' || names.has(alarm.name)) continue;
    const needed = [...namedIn(parseRule(alarm.expression)).map(nameOf), suppressorOf(alarm) ?? ''];
    const found = needed.find((name) => names.has(name));
    if (found !== undefined)
      throw validationError(`Cannot delete ${found} as there are composite alarm(s) depending on it.`);
  }
}
