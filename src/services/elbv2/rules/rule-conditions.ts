import type { RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2';
import { notServed, validationError } from '../faults.ts';
import type { ConditionRecord } from '../records.ts';

type Served = Extract<ConditionRecord, { readonly field: 'host-header' | 'path-pattern' }>;
type Field = Served['field'];

const FIELDS = ['http-header', 'http-request-method', 'host-header', 'query-string', 'path-pattern', 'source-ip'];
const CONFIG_OF = { 'host-header': 'HostHeaderConfig', 'path-pattern': 'PathPatternConfig' } as const;
const MOST_VALUES = 5;
const MOST_WILDCARDS = 5;
const LONGEST = 128;

/**
 * The conditions as they are kept.
 *
 * @throws {ApiError} `ValidationError` in AWS's words; a field that Teal does not match on yet is named
 * Source: platform spec 10.7.
 */
export function checkedConditions(conditions: readonly RuleCondition[]): Served[] {
  if (conditions.length === 0) throw validationError('A condition must be specified');
  const checked = conditions.map(checkedCondition);
  for (const field of Object.keys(CONFIG_OF))
    if (checked.filter((condition) => condition.field === field).length > 1)
      throw validationError(`A rule can only have one '${field}' condition`);
  const values = checked.flatMap((condition) => condition.values);
  if (values.length > MOST_VALUES)
    throw validationError(`A rule can only have '${MOST_VALUES}' condition values and regex values`);
  if (values.join('').replace(/[^*?]/g, '').length > MOST_WILDCARDS)
    throw validationError(`A rule can only have '${MOST_WILDCARDS}' condition wildcards`);
  return checked;
}

/** As AWS shows it: the values twice, once beside the field and once in its config. */
export const shownCondition = ({ field, values }: Served) => ({
  Field: field,
  Values: [...values],
  [CONFIG_OF[field]]: { Values: [...values] },
});

function checkedCondition(condition: RuleCondition): Served {
  const field = servedField(condition.Field ?? '');
  const values = valuesOf(condition, field);
  for (const value of values) checkValue(field, value);
  return { field, values };
}

function servedField(field: string): Field {
  if (field === 'host-header' || field === 'path-pattern') return field;
  if (FIELDS.includes(field)) throw notServed(`A condition on '${field}'`);
  throw validationError(`Condition field '${field}' must be one of '${FIELDS.join(',')}'`);
}

function valuesOf(condition: RuleCondition, field: Field): readonly string[] {
  const name = CONFIG_OF[field];
  const config = condition[name];
  if (condition.RegexValues?.length || config?.RegexValues?.length)
    throw notServed(`A condition on '${field}' with RegexValues`);
  if (config && !config.Values?.length)
    throw validationError(
      `You must provide exactly one of the following: ['Values' 'RegexValues'] for config of type '${name}'`,
    );
  const values = config?.Values ?? condition.Values ?? [];
  if (config && condition.Values?.length && condition.Values.join('\n') !== values.join('\n'))
    throw validationError(`You cannot specify both 'Values' and '${name}' for a condition of type '${field}'`);
  if (values.length === 0)
    throw validationError(
      `For conditions of type '${field}', you must specify the following fields: 'Values or RegexValues or ${name}'`,
    );
  return values;
}

function checkValue(field: Field, value: string): void {
  if (value === '') throw validationError(`Condition value for '${field}' cannot be empty`);
  if (value.length > LONGEST)
    throw validationError(`Condition value for '${field}' cannot contain more than ${LONGEST} characters`);
  const allowed = field === 'host-header' ? /^[A-Za-z0-9.*?-]+$/ : /^[A-Za-z0-9_.$/~"'@:+&*?%,;=!()-]+$/;
  if (!allowed.test(value)) throw validationError(`Condition value '${value}' contains a character that is not valid`);
  if (field === 'host-header' && !/\.[A-Za-z*?]+$/.test(value))
    throw validationError(`Condition value '${value}' must have a dot, and after its last dot only letters`);
}
