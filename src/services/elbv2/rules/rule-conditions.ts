import type { RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2';
import { validationError } from '../faults.ts';
import { LIMITS } from '../limits.ts';
import type { ConditionRecord } from '../records.ts';
import { conditionOf } from './condition-input.ts';
import { checkCondition, wildcardsOf } from './condition-values.ts';

/** Of these a rule may have one each; of the others as many as it has values. Source: ELB User Guide, rule conditions. */
const SINGLE: readonly ConditionRecord['field'][] = ['host-header', 'path-pattern', 'http-request-method', 'source-ip'];

/**
 * The conditions as they are kept.
 *
 * @throws {ApiError} `ValidationError` in AWS's words
 * Source: platform spec 10.7.
 */
export function checkedConditions(conditions: readonly RuleCondition[]): ConditionRecord[] {
  if (conditions.length === 0) throw validationError('A condition must be specified');
  const checked = conditions.map(conditionOf);
  for (const field of SINGLE)
    if (checked.filter((condition) => condition.field === field).length > 1)
      throw validationError(`A rule can only have one '${field}' condition`);
  if (sum(checked.map(valueCount)) > LIMITS.conditionValuesPerRule)
    throw validationError(`A rule can only have '${LIMITS.conditionValuesPerRule}' condition values and regex values`);
  checked.forEach(checkCondition);
  if (sum(checked.map(wildcardsOf)) > LIMITS.conditionWildcardsPerRule)
    throw validationError(`A rule can only have '${LIMITS.conditionWildcardsPerRule}' condition wildcards`);
  return checked;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

const valueCount = (condition: ConditionRecord): number => {
  if (condition.field === 'query-string') return condition.pairs.length;
  return condition.values.length + ('regex' in condition ? (condition.regex ?? []).length : 0);
};
