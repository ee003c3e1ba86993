import { isIP } from 'node:net';
import { validationError } from '../faults.ts';
import type { ConditionRecord } from '../records.ts';
import { checkRegex } from './regex-check.ts';

const LONGEST = 128;
const LONGEST_NAME = 40;
const HOST = /^[A-Za-z0-9.*?-]+$/;
const PATH = /^[A-Za-z0-9_.$/~"'@:+&*?%,;=!()-]+$/;
/** RFC 9110, token. */
const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;
const PRINTABLE = /^[\x20-\x7e]+$/;
const METHOD = /^[A-Z_-]+$/;

/** Checks lengths, characters and forms of a condition's values. @throws {ApiError} `ValidationError` */
export function checkCondition(condition: ConditionRecord): void {
  switch (condition.field) {
    case 'host-header':
      checkAll(condition.values, condition.field, HOST);
      for (const value of condition.values) checkHost(value);
      return checkExpressions(condition);
    case 'path-pattern':
      checkAll(condition.values, condition.field, PATH);
      return checkExpressions(condition);
    case 'http-header':
      checkHeaderName(condition.name);
      checkAll(condition.values, condition.field, PRINTABLE);
      return checkExpressions(condition);
    case 'http-request-method':
      return checkAll(condition.values, condition.field, METHOD, LONGEST_NAME);
    case 'query-string':
      return checkPairs(condition.pairs);
    case 'source-ip':
      return condition.values.forEach(checkCidr);
  }
}

/** How many wildcards a condition's values have; in query strings an escaped one is none. */
export function wildcardsOf(condition: ConditionRecord): number {
  switch (condition.field) {
    case 'host-header':
    case 'path-pattern':
    case 'http-header':
      return count(condition.values);
    case 'query-string':
      return count(condition.pairs.map(({ key = '', value }) => `${key}=${value}`.replace(/\\[*?\\]/g, '')));
    case 'http-request-method':
    case 'source-ip':
      return 0;
  }
}

const count = (values: readonly string[]): number => values.join('').replace(/[^*?]/g, '').length;

function checkAll(values: readonly string[], field: string, allowed: RegExp, longest = LONGEST): void {
  for (const value of values) checkText(value, field, allowed, longest);
}

function checkText(value: string, field: string, allowed: RegExp, longest = LONGEST): void {
  if (value === '') throw validationError(`Condition value for '${field}' cannot be empty`);
  if (value.length > longest)
    throw validationError(`Condition value for '${field}' cannot contain more than ${longest} characters`);
  if (!allowed.test(value)) throw validationError(`Condition value '${value}' contains a character that is not valid`);
}

function checkHost(value: string): void {
  if (!/\.[A-Za-z*?]+$/.test(value))
    throw validationError(`Condition value '${value}' must have a dot, and after its last dot only letters`);
}

function checkHeaderName(name: string): void {
  if (name === '') throw validationError("A 'HttpHeaderName' must be specified in 'HttpHeaderConfig'");
  if (name.length > LONGEST_NAME)
    throw validationError(`The 'HttpHeaderName' for 'http-header' cannot contain more than ${LONGEST_NAME} characters`);
  if (!HEADER_NAME.test(name))
    throw validationError(`The 'HttpHeaderName' value '${name}' contains a character that is not valid`);
  if (name.toLowerCase() === 'host')
    throw validationError("The 'HttpHeaderName' cannot be 'Host'; use a condition of type 'host-header' instead");
}

function checkPairs(pairs: readonly { readonly key?: string; readonly value: string }[]): void {
  for (const { key, value } of pairs) {
    if (key !== undefined) checkText(key, 'query-string', PRINTABLE);
    checkText(value, 'query-string', PRINTABLE);
  }
}

function checkCidr(value: string): void {
  const [address = '', prefix = '', ...more] = value.split('/');
  const family = isIP(address);
  const longest = family === 6 ? 128 : 32;
  const isBlock = family > 0 && more.length === 0 && /^\d{1,3}$/.test(prefix) && Number(prefix) <= longest;
  // The limited broadcast address is no client's. Source: ELB User Guide, source IP address conditions.
  if (!isBlock || address.includes('%') || value === '255.255.255.255/32')
    throw validationError(`The specified value '${value}' is not a valid CIDR block`);
}

function checkExpressions({ field, regex = [] }: { readonly field: string; readonly regex?: readonly string[] }): void {
  for (const value of regex) {
    checkText(value, field, PRINTABLE);
    checkRegex(value, field);
  }
}
