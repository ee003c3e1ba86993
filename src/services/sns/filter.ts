import { matchesPattern } from '../../kernel/event-pattern/matches-pattern.ts';
import { isRecord, PatternError, type EventPattern } from '../../kernel/event-pattern/pattern.ts';
import { readPattern } from '../../kernel/event-pattern/read-pattern.ts';
import { invalidParameter } from './faults.ts';
import type { AttributeValue, Notification } from './records.ts';

export type FilterScope = 'MessageAttributes' | 'MessageBody';

type Attributes = Readonly<Record<string, string>>;

export const filterScope = (attributes: Attributes): FilterScope =>
  attributes['FilterPolicyScope'] === 'MessageBody' ? 'MessageBody' : 'MessageAttributes';

/** @throws InvalidParameter for a policy that is none in its scope */
export function checkFilter(attributes: Attributes): void {
  const policy = attributes['FilterPolicy'];
  if (policy === undefined) return;
  try {
    const pattern = readPattern(policy);
    if (filterScope(attributes) === 'MessageAttributes' && isNested(pattern))
      throw new PatternError('Filter policy scope MessageAttributes does not support nested filter policy');
  } catch (cause) {
    if (cause instanceof PatternError) throw invalidParameter(`FilterPolicy: ${cause.message}`);
    throw cause;
  }
}

const isNested = (pattern: EventPattern): boolean =>
  pattern.fields.some(([, expected]) => !Array.isArray(expected)) || pattern.either.some((all) => all.some(isNested));

/** Whether a subscription with these attributes takes the message. */
export function passesFilter(attributes: Attributes, message: Notification): boolean {
  const policy = attributes['FilterPolicy'];
  if (policy === undefined) return true;
  const pattern = readPattern(policy);
  if (filterScope(attributes) === 'MessageAttributes')
    return matchesPattern(pattern, Object.fromEntries(Object.entries(message.attributes).flatMap(plain)));
  const body = parsed(message.text);
  return isRecord(body) && matchesPattern(pattern, body);
}

/** Binary attributes cannot be filtered by. */
function plain([name, { type, value }]: [string, AttributeValue]): [string, unknown][] {
  if (type.startsWith('Binary')) return [];
  if (type.startsWith('Number')) return [[name, Number(value)]];
  return [[name, type === 'String.Array' ? parsed(value) : value]];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
