import type { AlarmRecord, CompositeAlarmRecord, StateValue } from './records.ts';
import { longStamp, stamp } from './decide/words.ts';
import { holds, nameOf, namedIn } from './rule/evaluate-rule.ts';
import { parseRule } from './rule/parse-rule.ts';
import type { NextState } from './transition.ts';

export interface CompositeVerdict {
  readonly next: NextState;
  readonly seen: Readonly<Record<string, number>>;
}

type Alarms = ReadonlyMap<string, AlarmRecord>;

/**
 * Evaluates a composite alarm, when its configuration or one of the alarms it names has changed since the last time:
 * a state set by hand stays until then.
 *
 * @param alarms - of its scope, by name
 */
export function evaluateComposite(alarm: CompositeAlarmRecord, alarms: Alarms): CompositeVerdict | undefined {
  const rule = parseRule(alarm.expression);
  const names = [...new Set(namedIn(rule).map(nameOf))];
  const children = names.flatMap((name) => alarms.get(name) ?? []);
  const seen = Object.fromEntries(children.map(({ name, state }) => [name, state.transitionedAt]));
  const changed = children.filter(({ name, state }) => alarm.seen?.[name] !== state.transitionedAt);
  const isFresh = alarm.seen === undefined || alarm.fresh !== undefined;
  const isSmaller = Object.keys(alarm.seen ?? {}).some((name) => !Object.hasOwn(seen, name));
  if (!isFresh && !isSmaller && changed.length === 0) return undefined;
  const states = Object.fromEntries(children.map(({ name, state }) => [name, state.value]));
  const value = holds(rule, states) ? 'ALARM' : 'OK';
  return { next: { value, ...because(alarm, value, isFresh ? children : changed) }, seen };
}

function because(alarm: CompositeAlarmRecord, value: StateValue, children: readonly AlarmRecord[]) {
  const latest = [...children].sort((a, b) => b.state.transitionedAt - a.state.transitionedAt);
  const triggering = latest.map(({ arn, state }) => ({
    arn,
    state: { value: state.value, timestamp: stamp(state.transitionedAt) },
  }));
  const reasonData = JSON.stringify({ triggeringAlarms: triggering });
  const [cause] = latest;
  if (alarm.fresh !== undefined || !cause)
    return {
      reason: `${alarm.arn} was ${alarm.fresh ?? 'updated'} and its alarm rule evaluates to ${value}`,
      reasonData,
    };
  return {
    reason: `${cause.arn} transitioned to ${cause.state.value} at ${longStamp(cause.state.transitionedAt)}`,
    reasonData,
  };
}

/** The composite alarms of a scope, each after those that it names. Those that name each other in a ring are left out. */
export function inOrder(alarms: Alarms): readonly CompositeAlarmRecord[] {
  const done = new Map<string, boolean>();
  const sorted: CompositeAlarmRecord[] = [];
  const visit = (name: string, path: ReadonlySet<string>): boolean => {
    if (path.has(name)) return false;
    const alarm = alarms.get(name);
    if (alarm?.kind !== 'composite') return true;
    const known = done.get(name);
    if (known !== undefined) return known;
    const below = new Set([...path, name]);
    const isSound = namedIn(parseRule(alarm.expression)).every((child) => visit(nameOf(child), below));
    done.set(name, isSound);
    if (isSound) sorted.push(alarm);
    return isSound;
  };
  for (const name of alarms.keys()) visit(name, new Set());
  return sorted;
}
