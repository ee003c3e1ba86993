import type { PutCompositeAlarmCommand } from '@aws-sdk/client-cloudwatch';
import type { Action } from '../../../../wire/types.ts';
import { configure } from '../configure.ts';
import type { AlarmDeps } from '../deps.ts';
import { notServed, validationError } from '../faults.ts';
import { alarmsIn } from '../records.ts';
import { nameOf, namedIn } from '../rule/evaluate-rule.ts';
import { parseRule, RuleError, type Rule } from '../rule/parse-rule.ts';

const MOST_ALARMS = 100;

export const putCompositeAlarm =
  (deps: AlarmDeps): Action<typeof PutCompositeAlarmCommand> =>
  async (input, ctx) => {
    for (const member of ['ActionsSuppressor', 'ActionConfiguration'] as const)
      if (input[member] !== undefined) throw notServed(`${member} of PutCompositeAlarm`);
    const named = namedIn(checkedRule(input.AlarmRule));
    if (named.length > MOST_ALARMS)
      throw validationError(`AlarmRule must not name more than ${MOST_ALARMS} alarms, found ${named.length}.`);
    const alarms = new Set((await alarmsIn(deps.store).list(ctx)).map(({ name }) => name));
    const missing = named.filter((alarm) => !alarms.has(nameOf(alarm)) && nameOf(alarm) !== input.AlarmName);
    if (missing.length > 0)
      throw validationError(
        `Could not save the composite alarm as alarms [${missing.join(', ')}] in the alarm rule do not exist`,
      );
    await configure(deps, ctx, input, 'composite', (current) => ({
      expression: input.AlarmRule,
      ...(current?.seen && { seen: current.seen }),
      fresh: current ? ('updated' as const) : ('created' as const),
    }));
  };

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
