import { notServed, validationError } from '../faults.ts';

/** What one attribute may be. `served` lists the values that Teal can live up to, where those are fewer. */
export interface AttributeRule {
  readonly value: string;
  readonly oneOf?: readonly string[];
  /** Whole numbers, both ends included; beside them the words in `or`, such as `0` or `off` where that switches it off. */
  readonly range?: readonly [least: number, most: number];
  readonly or?: readonly string[];
  readonly served?: readonly string[];
}

export type AttributeRules = Readonly<Record<string, AttributeRule>>;

export interface Attribute {
  Key?: string | undefined;
  Value?: string | undefined;
}

export const flag = (value: 'true' | 'false', served?: readonly string[]): AttributeRule => ({
  value,
  oneOf: ['true', 'false'],
  ...(served && { served }),
});

/**
 * Checks attributes that a client wants to set.
 *
 * @param thing - `Load balancer` or `Target group`, as AWS begins the sentence
 * @returns them by key
 * @throws {ApiError} `ValidationError`
 */
export function checkedAttributes(
  rules: AttributeRules,
  thing: string,
  attributes: readonly Attribute[],
): Record<string, string> {
  const checked = new Map<string, string>();
  for (const { Key: key = '', Value: value = '' } of attributes) {
    if (checked.has(key)) throw validationError(`Attribute key '${key}' has been specified more than once`);
    const rule = Object.hasOwn(rules, key) ? rules[key] : undefined;
    if (!rule) throw validationError(`${thing} attribute key '${key}' is not recognized`);
    checkValue(key, value, rule);
    checked.set(key, value);
  }
  return Object.fromEntries(checked);
}

/** All attributes of a resource, the defaults where nothing was set. */
export const shownAttributes = (rules: AttributeRules, set: Readonly<Record<string, string>>) =>
  Object.entries(rules).map(([Key, rule]) => ({ Key, Value: set[Key] ?? rule.value }));

function checkValue(key: string, value: string, rule: AttributeRule): void {
  if (rule.oneOf && !rule.oneOf.includes(value))
    throw validationError(`The value of '${key}' must be one of '${rule.oneOf.join(', ')}'`);
  if (rule.range && !rule.or?.includes(value)) checkRange(key, value, rule.range);
  if (rule.served && !rule.served.includes(value)) throw notServed(`'${value}' for the attribute '${key}'`);
}

function checkRange(key: string, value: string, [least, most]: readonly [number, number]): void {
  if (!/^\d{1,9}$/.test(value)) throw validationError(`The value of '${key}' must be a valid integer`);
  const number = Number(value);
  // "characters" is what AWS really says of a number of seconds.
  if (number > most) throw validationError(`The value of '${key}' cannot be greater than ${most} characters`);
  if (number < least) throw validationError(`The value of '${key}' cannot be less than ${least} characters`);
}
