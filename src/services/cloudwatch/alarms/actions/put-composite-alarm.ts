import type { PutCompositeAlarmCommand } from '@aws-sdk/client-cloudwatch';
import type { Scope } from '../../../../kernel/scope.ts';
import type { Transaction } from '../../../../store/store.ts';
import type { Action, ActionInput } from '../../../../wire/types.ts';
import { configure } from '../configure.ts';
import type { AlarmDeps } from '../deps.ts';
import { notServed, validationError } from '../faults.ts';
import { alarmsIn, type CompositeAlarmRecord, type Suppressor } from '../records.ts';
import { nameOf, namedIn } from '../rule/evaluate-rule.ts';
import { parseRule, RuleError, type Rule } from '../rule/parse-rule.ts';

const MOST_ALARMS = 100;

export const putCompositeAlarm =
  (deps: AlarmDeps): Action<typeof PutCompositeAlarmCommand> =>
  async (input, ctx) => {
    if (input.ActionConfiguration !== undefined) throw notServed('ActionConfiguration of PutCompositeAlarm');
    const suppressor = checkedSuppressor(input);
    const named = namedIn(checkedRule(input.AlarmRule));
    if (named.length > MOST_ALARMS)
      throw validationError(`AlarmRule must not name more than ${MOST_ALARMS} alarms, found ${named.length}.`);
    const own = (current: CompositeAlarmRecord | undefined) => ({
      expression: input.AlarmRule,
      ...(suppressor && { suppressor }),
      ...(current?.withheld && { withheld: current.withheld }),
      ...(current?.seen && { seen: current.seen }),
      fresh: current ? ('updated' as const) : ('created' as const),
    });
    const others = [named.filter((alarm) => nameOf(alarm) !== input.AlarmName), suppressor?.alarm] as const;
    await configure(deps, ctx, input, 'composite', own, (tx) => requireOthers(tx, ctx, ...others));
  };

/** What it depends on cannot be deleted once it is stored. @throws ValidationError for what is not there */
async function requireOthers(
  tx: Transaction,
  scope: Scope,
  named: readonly string[],
  suppressor: string | undefined,
): Promise<void> {
  const alarms = new Set((await alarmsIn(tx).list(scope)).map(({ name }) => name));
  const missing = named.filter((alarm) => !alarms.has(nameOf(alarm)));
  if (missing.length > 0)
    throw validationError(
      `Could not save the composite alarm as alarms [${missing.join(', ')}] in the alarm rule do not exist`,
    );
  if (suppressor !== undefined && !alarms.has(nameOf(suppressor)))
    throw validationError(
      `Could not save the composite alarm as its actions suppressor [${suppressor}] does not exist`,
    );
}

type Input = ActionInput<typeof PutCompositeAlarmCommand>;

/** Both periods go with a suppressor, and neither without. The words are assumed. */
function checkedSuppressor({
  ActionsSuppressor: alarm = '',
  ActionsSuppressorWaitPeriod: waitPeriod,
  ActionsSuppressorExtensionPeriod: extensionPeriod,
}: Input): Suppressor | undefined {
  if (alarm === '') {
    if (waitPeriod === undefined && extensionPeriod === undefined) return undefined;
    throw validationError(
      'ActionsSuppressorWaitPeriod and ActionsSuppressorExtensionPeriod can only be specified with ActionsSuppressor',
    );
  }
  if (waitPeriod === undefined || extensionPeriod === undefined)
    throw validationError(
      'ActionsSuppressorWaitPeriod and ActionsSuppressorExtensionPeriod must be specified with ActionsSuppressor',
    );
  if (waitPeriod < 0 || extensionPeriod < 0)
    throw validationError('ActionsSuppressorWaitPeriod and ActionsSuppressorExtensionPeriod must not be negative');
  return { alarm, waitPeriod, extensionPeriod };
}

function checkedRule(text: string): Rule {
  if (text.trim() !== text)
    throw validationError('AlarmRule must not contain leading or trailing whitespace or be null');
  try {
    return parseRule(text);
  } catch (cause) {
    if (cause instanceof RuleError) throw validationError(`Invalid AlarmRule: ${cause.message}`);
    throw cause;
  }
}
