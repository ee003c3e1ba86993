import type { RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2';
import { validationError } from '../faults.ts';
import type { ConditionRecord } from '../records.ts';

const FIELDS = ['http-header', 'http-request-method', 'host-header', 'query-string', 'path-pattern', 'source-ip'];

type Config =
  | 'HostHeaderConfig'
  | 'PathPatternConfig'
  | 'HttpHeaderConfig'
  | 'HttpRequestMethodConfig'
  | 'QueryStringConfig'
  | 'SourceIpConfig';

/** One condition in any of the forms that a client may send it in, its values not yet checked. @throws {ApiError} `ValidationError` */
export function conditionOf(input: RuleCondition): ConditionRecord {
  const field = input.Field ?? '';
  switch (field) {
    case 'host-header':
      return { field, ...patterns(input, field, 'HostHeaderConfig') };
    case 'path-pattern':
      return { field, ...patterns(input, field, 'PathPatternConfig') };
    case 'http-header':
      return httpHeader(input);
    case 'http-request-method':
      return { field, values: plainValues(input, field, 'HttpRequestMethodConfig') };
    case 'source-ip':
      return sourceIp(input);
    case 'query-string':
      return queryString(input);
    default:
      throw validationError(`Condition field '${field}' must be one of '${FIELDS.join(',')}'`);
  }
}

interface Patterns {
  readonly values: readonly string[];
  readonly regex?: readonly string[];
}

interface PatternInput {
  readonly Values?: readonly string[] | undefined;
  readonly RegexValues?: readonly string[] | undefined;
}

/** Host and path: beside the field, or in its config, or in both when both say the same, as AWS shows them. */
function patterns(input: RuleCondition, field: string, name: 'HostHeaderConfig' | 'PathPatternConfig'): Patterns {
  refuseOtherConfigs(input, field, name);
  const config = input[name];
  if (!config && !input.Values?.length && !input.RegexValues?.length)
    throw missing(field, `Values or RegexValues or ${name}`);
  if (!config) return eitherOf(input, name);
  const chosen = eitherOf(config, name);
  const isOther = (beside: readonly string[] | undefined, inside: readonly string[] = []): boolean =>
    Boolean(beside?.length) && JSON.stringify(beside) !== JSON.stringify(inside);
  if (isOther(input.Values, chosen.values) || isOther(input.RegexValues, chosen.regex))
    throw validationError(`You cannot specify both 'Values' and '${name}' for a condition of type '${field}'`);
  return chosen;
}

function eitherOf({ Values: values = [], RegexValues: regex = [] }: PatternInput, name: Config): Patterns {
  if (values.length > 0 === regex.length > 0)
    throw validationError(
      `You must provide exactly one of the following: ['Values' 'RegexValues'] for config of type '${name}'`,
    );
  return regex.length > 0 ? { values, regex } : { values };
}

function httpHeader(input: RuleCondition): ConditionRecord {
  const field = 'http-header';
  const config = configOf(input, field, 'HttpHeaderConfig');
  // Regular expressions may stand beside the field here too, plain values may not.
  const { values, regex } = eitherOf({ RegexValues: input.RegexValues, ...config }, 'HttpHeaderConfig');
  return { field, name: config.HttpHeaderName ?? '', values, ...(regex && { regex }) };
}

function sourceIp(input: RuleCondition): ConditionRecord {
  if (input.SourceIpConfig?.IpAddressType !== undefined)
    throw validationError("'IpAddressType' can only be specified for conditions of network load balancers");
  return { field: 'source-ip', values: plainValues(input, 'source-ip', 'SourceIpConfig') };
}

function queryString(input: RuleCondition): ConditionRecord {
  const field = 'query-string';
  refuseRegex(input, field);
  const pairs = configOf(input, field, 'QueryStringConfig').Values ?? [];
  if (pairs.length === 0) throw emptyConfig('QueryStringConfig');
  return {
    field,
    pairs: pairs.map(({ Key: key, Value: value }) => {
      if (value === undefined) throw validationError("A 'Value' must be specified in 'QueryStringKeyValuePair'");
      return { ...(key !== undefined && { key }), value };
    }),
  };
}

function plainValues(
  input: RuleCondition,
  field: string,
  name: 'HttpRequestMethodConfig' | 'SourceIpConfig',
): readonly string[] {
  refuseRegex(input, field);
  const values = configOf(input, field, name).Values ?? [];
  if (values.length === 0) throw emptyConfig(name);
  return values;
}

/** The config of a field that takes its values nowhere else. */
function configOf<N extends Config>(input: RuleCondition, field: string, name: N): NonNullable<RuleCondition[N]> {
  refuseOtherConfigs(input, field, name);
  if (input.Values?.length) throw validationError(`The 'Values' field is not compatible with '${field}'`);
  const config = input[name];
  if (!config) throw missing(field, name);
  return config;
}

function refuseRegex(input: RuleCondition, field: string): void {
  if (input.RegexValues?.length) throw validationError(`The 'RegexValues' field is not compatible with '${field}'`);
}

const CONFIGS: readonly Config[] = [
  'HostHeaderConfig',
  'PathPatternConfig',
  'HttpHeaderConfig',
  'HttpRequestMethodConfig',
  'QueryStringConfig',
  'SourceIpConfig',
];

function refuseOtherConfigs(input: RuleCondition, field: string, own: Config): void {
  const other = CONFIGS.find((name) => name !== own && input[name] !== undefined);
  if (other !== undefined) throw validationError(`The '${other}' field is not compatible with '${field}'`);
}

const missing = (field: string, fields: string) =>
  validationError(`For conditions of type '${field}', you must specify the following fields: '${fields}'`);

const emptyConfig = (name: Config) =>
  validationError(`You must provide exactly one of the following: ['Values'] for config of type '${name}'`);
