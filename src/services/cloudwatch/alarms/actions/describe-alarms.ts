import type { DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import type { Scope } from '../../../../kernel/scope.ts';
import type { Action, ActionInput } from '../../../../wire/types.ts';
import type { AlarmDeps } from '../deps.ts';
import { notServed, validationError } from '../faults.ts';
import { page } from '../paging.ts';
import { alarmsByName, alarmsIn, type AlarmRecord, type CompositeAlarmRecord } from '../records.ts';
import { nameOf, namedIn } from '../rule/evaluate-rule.ts';
import { parseRule } from '../rule/parse-rule.ts';
import { showComposite, showMetric } from '../shown.ts';

type Input = ActionInput<typeof DescribeAlarmsCommand>;

const USUAL = 50;

export const describeAlarms =
  (deps: AlarmDeps): Action<typeof DescribeAlarmsCommand> =>
  async (input, ctx) => {
    const { shown, nextToken } = page(await select(deps, ctx, input), ({ name }) => name, input, USUAL);
    return {
      MetricAlarms: shown.flatMap((alarm) => (alarm.kind === 'metric' ? [showMetric(alarm)] : [])),
      CompositeAlarms: shown.flatMap((alarm) => (alarm.kind === 'composite' ? [showComposite(alarm)] : [])),
      NextToken: nextToken,
    };
  };

async function select(deps: AlarmDeps, scope: Scope, input: Input): Promise<readonly AlarmRecord[]> {
  const { AlarmNames: names, AlarmNamePrefix: prefix } = input;
  if (names !== undefined && names.length > 0 && prefix !== undefined)
    throw validationError(
      'The parameters AlarmNames and AlarmNamePrefix are mutually exclusive and you have specified both.',
    );
  const related = await relatives(deps, scope, input);
  const kinds = kindsOf(input, related !== undefined);
  return (await candidates(deps, scope, names)).filter(
    (alarm) =>
      kinds.has(alarm.kind) &&
      (related?.has(alarm.name) ?? true) &&
      (prefix === undefined || alarm.name.startsWith(prefix)) &&
      (input.StateValue === undefined || alarm.state.value === input.StateValue) &&
      hasAction(alarm, input.ActionPrefix),
  );
}

/** Asking for names reads only those: a deployment does so all the time. */
async function candidates({ store }: AlarmDeps, scope: Scope, names: readonly string[] | undefined) {
  if (names === undefined || names.length === 0) return alarmsByName(store, scope);
  const found = await Promise.all([...new Set(names)].sort().map((name) => alarmsIn(store).get(scope, name)));
  return found.filter((alarm) => alarm !== undefined);
}

/** Without types only metric alarms, as AWS has it for those who asked before there were others. */
function kindsOf({ AlarmTypes: types = [] }: Input, isRelated: boolean): ReadonlySet<AlarmRecord['kind']> {
  if (types.includes('LogAlarm')) throw notServed('log alarms');
  if (types.length === 0) return new Set(isRelated ? ['metric', 'composite'] : ['metric']);
  return new Set(types.map((type) => (type === 'CompositeAlarm' ? 'composite' : 'metric')));
}

const hasAction = ({ okActions, alarmActions, insufficientDataActions }: AlarmRecord, prefix: string | undefined) =>
  prefix === undefined ||
  [...okActions, ...alarmActions, ...insufficientDataActions].some((action) => action.startsWith(prefix));

/** The names of the alarms that another one's rule names, or whose rules name it. */
async function relatives({ store }: AlarmDeps, scope: Scope, input: Input): Promise<ReadonlySet<string> | undefined> {
  const { ChildrenOfAlarmName: parent, ParentsOfAlarmName: child } = input;
  if (parent === undefined && child === undefined) return undefined;
  if (parent !== undefined && child !== undefined)
    throw validationError(
      'The parameters ChildrenOfAlarmName and ParentsOfAlarmName are mutually exclusive and you have specified both.',
    );
  const all = await alarmsIn(store).list(scope);
  const composites = all.filter((alarm): alarm is CompositeAlarmRecord => alarm.kind === 'composite');
  if (child !== undefined)
    return new Set(composites.filter((alarm) => childrenOf(alarm).includes(child)).map(({ name }) => name));
  return new Set(composites.filter(({ name }) => name === parent).flatMap(childrenOf));
}

const childrenOf = ({ expression }: CompositeAlarmRecord): readonly string[] =>
  namedIn(parseRule(expression)).map(nameOf);
