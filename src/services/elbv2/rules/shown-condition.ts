import type { RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { ConditionRecord } from '../records.ts';

/** A condition as AWS shows it: hosts and paths twice, beside the field and in its config, all others in theirs only. */
export function shownCondition(condition: ConditionRecord): RuleCondition {
  const { field } = condition;
  switch (field) {
    case 'host-header':
      return { Field: field, ...patterns(condition), HostHeaderConfig: patterns(condition) };
    case 'path-pattern':
      return { Field: field, ...patterns(condition), PathPatternConfig: patterns(condition) };
    case 'http-header':
      return { Field: field, HttpHeaderConfig: { HttpHeaderName: condition.name, ...patterns(condition) } };
    case 'http-request-method':
      return { Field: field, HttpRequestMethodConfig: { Values: [...condition.values] } };
    case 'source-ip':
      return { Field: field, SourceIpConfig: { Values: [...condition.values] } };
    case 'query-string':
      return {
        Field: field,
        QueryStringConfig: {
          Values: condition.pairs.map(({ key, value }) => ({ ...(key !== undefined && { Key: key }), Value: value })),
        },
      };
  }
}

const patterns = ({ values, regex }: { readonly values: readonly string[]; readonly regex?: readonly string[] }) =>
  regex ? { RegexValues: [...regex] } : { Values: [...values] };
