import type { Rule } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { ListenerRecord, RuleRecord } from '../records.ts';
import { shownCondition } from '../rules/shown-condition.ts';
import { shownAction } from '../rules/shown-action.ts';

/** A rule as AWS shows it. */
export const shownRule = (record: RuleRecord): Rule => ({
  RuleArn: record.arn,
  Priority: String(record.priority),
  Conditions: record.conditions.map(shownCondition),
  Actions: [shownAction(record.action)],
  IsDefault: false,
  Transforms: [],
});

/** The rule that a listener's own action stands for. */
export const shownDefaultRule = (listener: ListenerRecord): Rule => ({
  RuleArn: listener.defaultRuleArn,
  Priority: 'default',
  Conditions: [],
  Actions: [shownAction(listener.action)],
  IsDefault: true,
  Transforms: [],
});
