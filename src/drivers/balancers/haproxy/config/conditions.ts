import type { RuleCondition } from '../../balancer.ts';
import { quote } from './text.ts';

/** One condition as an anonymous ACL: its values are alternatives. */
export function conditionAcl(condition: RuleCondition): string {
  switch (condition.field) {
    case 'host-header':
      return anyOf('req.hdr(host),host_only', condition, true);
    case 'path-pattern':
      return anyOf('path', condition, false);
    case 'http-header':
      return anyOf(`req.fhdr(${condition.name})`, condition, true);
    case 'http-request-method':
      return acl('method', '-m str', condition.values);
    case 'query-string':
      return acl('query', '-m reg -i', condition.pairs.map(pairExpression));
    case 'source-ip':
      return acl('src', '', condition.values);
  }
}

interface Patterns {
  readonly values: readonly string[];
  readonly regex?: readonly string[];
}

/**
 * The cheapest match that means the same: whole, beginning, end or within; an expression only where wildcards ask for
 * one, since those cost some ten times as much.
 */
function anyOf(sample: string, { values, regex = [] }: Patterns, ignoreCase: boolean): string {
  const found = values.map(shapeOf);
  const shapes = new Set(found.map(({ how }) => how));
  const only = regex.length === 0 && shapes.size === 1 ? found[0]?.how : undefined;
  const flag = ignoreCase ? ' -i' : '';
  if (only !== undefined && only !== 'reg')
    return acl(
      sample,
      `-m ${only}${flag}`,
      found.map(({ text }) => text),
    );
  return acl(sample, `-m reg${flag}`, [...values.map(wildcard), ...regex]);
}

function shapeOf(value: string): { readonly how: 'str' | 'beg' | 'end' | 'sub' | 'reg'; readonly text: string } {
  const inner = value.replace(/^\*+|\*+$/g, '');
  if (/[*?]/.test(inner) || inner === '') return { how: 'reg', text: value };
  const [before, after] = [value.startsWith('*'), value.endsWith('*')];
  return { how: before ? (after ? 'sub' : 'end') : after ? 'beg' : 'str', text: inner };
}

const escaped = (value: string): string => value.replace(/[.+^${}()|[\]\\]/g, '\\$&');
/** Runs of stars are one: several in a row would take exponential time. */
const starred = (value: string, any: string): string => escaped(value).replace(/\*+/g, `${any}*`).replaceAll('?', any);
const wildcard = (value: string): string => `^${starred(value, '.')}$`;

function pairExpression({ key, value }: { readonly key?: string; readonly value: string }): string {
  const name = key === undefined ? '[^=&]*' : starred(key, '[^=&]');
  return `(^|&)${name}=${starred(value, '[^&]')}(&|$)`;
}

const acl = (sample: string, how: string, patterns: readonly string[]): string =>
  `{ ${sample} ${how} -- ${patterns.map(quote).join(' ')} }`;
