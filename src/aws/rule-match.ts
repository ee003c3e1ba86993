import type { Rule, RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2';

/** A rule's priority and conditions in words, the same for the same rule in whatever order AWS lists its parts. */
export const matchOf = ({ Priority, Conditions = [] }: Rule): string =>
  [`priority ${Priority ?? 'unknown'}`, ...Conditions.map(describe).sort()].join(', ');

function describe(condition: RuleCondition): string {
  const header = condition.HttpHeaderConfig?.HttpHeaderName;
  const words = [...valuesOf(condition), ...(condition.RegexValues ?? [])];
  return `${condition.Field ?? ''}${header === undefined ? '' : ` ${header}`} ${[...new Set(words)].sort().join('|')}`;
}

/** A condition may name its values directly, in the block of its field, or in both. */
function valuesOf(condition: RuleCondition): readonly string[] {
  const block =
    condition.HostHeaderConfig ??
    condition.PathPatternConfig ??
    condition.HttpHeaderConfig ??
    condition.HttpRequestMethodConfig ??
    condition.SourceIpConfig;
  const pairs = condition.QueryStringConfig?.Values?.map(({ Key, Value }) => `${Key ?? ''}=${Value ?? ''}`);
  const { HostHeaderConfig, PathPatternConfig, HttpHeaderConfig } = condition;
  const expressions = (HostHeaderConfig ?? PathPatternConfig ?? HttpHeaderConfig)?.RegexValues ?? [];
  return [...(condition.Values ?? []), ...(block?.Values ?? []), ...(pairs ?? []), ...expressions];
}
