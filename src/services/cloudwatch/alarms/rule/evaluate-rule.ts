import { parseArn } from '../../../../kernel/arn.ts';
import type { StateValue } from '../records.ts';
import type { Rule } from './parse-rule.ts';

/** Whether a rule holds. An alarm that does not exist has none of the states. */
export function holds(rule: Rule, states: Readonly<Record<string, StateValue>>): boolean {
  switch (rule.is) {
    case 'constant':
      return rule.value;
    case 'state': {
      const name = nameOf(rule.alarm);
      return Object.hasOwn(states, name) && states[name] === rule.value;
    }
    case 'not':
      return !holds(rule.rule, states);
    case 'and':
      return holds(rule.left, states) && holds(rule.right, states);
    case 'or':
      return holds(rule.left, states) || holds(rule.right, states);
  }
}

/** The alarms of a rule as it names them, each once. */
export function namedIn(rule: Rule): readonly string[] {
  switch (rule.is) {
    case 'constant':
      return [];
    case 'state':
      return [rule.alarm];
    case 'not':
      return namedIn(rule.rule);
    case 'and':
    case 'or':
      return [...new Set([...namedIn(rule.left), ...namedIn(rule.right)])];
  }
}

/** An alarm's name, given by name or ARN. */
export const nameOf = (alarm: string): string => parseArn(alarm)?.resource.replace(/^alarm:/, '') ?? alarm;
