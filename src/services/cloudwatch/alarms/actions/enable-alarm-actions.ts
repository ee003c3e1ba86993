import type { DisableAlarmActionsCommand, EnableAlarmActionsCommand } from '@aws-sdk/client-cloudwatch';
import type { Scope } from '../../../../kernel/scope.ts';
import type { Action } from '../../../../wire/types.ts';
import type { AlarmDeps } from '../deps.ts';
import { alarmsIn } from '../records.ts';

export const enableAlarmActions =
  (deps: AlarmDeps): Action<typeof EnableAlarmActionsCommand> =>
  (input, ctx) =>
    change(deps, ctx, input.AlarmNames, true);

export const disableAlarmActions =
  (deps: AlarmDeps): Action<typeof DisableAlarmActionsCommand> =>
  (input, ctx) =>
    change(deps, ctx, input.AlarmNames, false);

/** Names that no alarm has are passed over. */
const change = ({ store }: AlarmDeps, scope: Scope, names: readonly string[], actionsEnabled: boolean): Promise<void> =>
  store.transaction(async (tx) => {
    for (const name of names)
      await alarmsIn(tx).change(scope, name, (alarm) =>
        alarm.actionsEnabled === actionsEnabled ? undefined : { ...alarm, actionsEnabled },
      );
  });
