import { BlockList, isIPv6 } from 'node:net';
import type { RuleCondition } from '../../../balancer.ts';
import type { Peer, RequestHead } from '../messages.ts';
import { wildcards } from './wildcards.ts';

/** Whether a request meets something. */
export type Test = (head: RequestHead, peer: Peer) => boolean;

type TextTest = (text: string) => boolean;
type Of<Field extends RuleCondition['field']> = Extract<RuleCondition, { readonly field: Field }>;

/**
 * Whether a request meets all conditions of a rule.
 *
 * @throws {Error} for a regular expression or an address block that is none, naming it
 */
export function compileConditions(conditions: readonly RuleCondition[]): Test {
  const tests = conditions.map(compileCondition);
  return (head, peer) => tests.every((test) => test(head, peer));
}

function compileCondition(condition: RuleCondition): Test {
  switch (condition.field) {
    case 'host-header': {
      const test = textTest(condition, true);
      return ({ host }) => test(host);
    }
    case 'path-pattern': {
      const test = textTest(condition, false);
      return ({ path }) => test(path);
    }
    case 'http-header':
      return headerTest(condition);
    case 'http-request-method': {
      const methods = new Set(condition.values);
      return ({ method }) => methods.has(method);
    }
    case 'query-string':
      return queryTest(condition);
    case 'source-ip':
      return sourceTest(condition);
  }
}

/** Regular expressions match anywhere in the text, unless they say otherwise with `^` and `$`. */
function textTest(
  { field, values, regex = [] }: Of<'host-header' | 'path-pattern' | 'http-header'>,
  ignoreCase: boolean,
): TextTest {
  const patterns = values.map((value) => wildcards(ignoreCase ? value.toLowerCase() : value));
  const expressions = regex.map((source) => compileExpression(field, source, ignoreCase));
  return (text) => {
    const compared = ignoreCase ? text.toLowerCase() : text;
    return patterns.some((matches) => matches(compared)) || expressions.some((expression) => expression.test(text));
  };
}

function compileExpression(field: string, source: string, ignoreCase: boolean): RegExp {
  try {
    return new RegExp(source, ignoreCase ? 'i' : '');
  } catch (cause) {
    throw new Error(`the regular expression "${source}" of a ${field} condition is not valid`, { cause });
  }
}

function headerTest(condition: Of<'http-header'>): Test {
  const name = condition.name.toLowerCase();
  const test = textTest(condition, true);
  return ({ headers }) => {
    for (let index = 0; index + 1 < headers.length; index += 2)
      if (headers[index]?.toLowerCase() === name && test(headers[index + 1] ?? '')) return true;
    return false;
  };
}

/** Keys and values are compared as they were sent, still percent-encoded. A pair without a key asks for any. */
function queryTest({ pairs }: Of<'query-string'>): Test {
  const tests = pairs.map(({ key, value }) => ({
    key: key === undefined ? () => true : wildcards(key.toLowerCase(), true),
    value: wildcards(value.toLowerCase(), true),
  }));
  return ({ query }) =>
    query !== undefined &&
    query.split('&').some((pair) => {
      const [key, value] = splitPair(pair.toLowerCase());
      return tests.some((test) => test.key(key) && test.value(value));
    });
}

function splitPair(pair: string): readonly [key: string, value: string] {
  const equals = pair.indexOf('=');
  return equals < 0 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)];
}

function sourceTest({ values }: Of<'source-ip'>): Test {
  const blocks = new BlockList();
  for (const value of values) {
    const [address = '', prefix] = value.split('/');
    const family = familyOf(address);
    try {
      blocks.addSubnet(address, prefix === undefined ? (family === 'ipv6' ? 128 : 32) : Number(prefix), family);
    } catch (cause) {
      throw new Error(`"${value}" of a source-ip condition is not an address block`, { cause });
    }
  }
  // A scope, such as `%eth0`, is no part of the address.
  return (_, { address }) => blocks.check(address.replace(/%.*$/, ''), familyOf(address));
}

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIPv6(address) ? 'ipv6' : 'ipv4');
