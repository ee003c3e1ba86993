import { minutes, type Millis } from '../../kernel/span.ts';
import type { InvocationRecord } from './records.ts';

/** What to do with an Event invocation after one attempt. */
export type AfterAttempt =
  { readonly do: 'remove'; readonly gaveUp: boolean } | { readonly do: 'retry'; readonly record: InvocationRecord };

/** How long Lambda waits before it tries again. Source: Lambda developer guide, asynchronous invocation. */
const RETRY_WAITS = [minutes(1), minutes(2)];

/** Decides whether a failed Event invocation is tried again: twice at most. */
export function afterAttempt(
  record: InvocationRecord,
  hasFailed: boolean,
  now: number,
  scaled: (configured: Millis) => Millis,
): AfterAttempt {
  if (!hasFailed) return { do: 'remove', gaveUp: false };
  const wait = RETRY_WAITS[record.failures];
  if (wait === undefined) return { do: 'remove', gaveUp: true };
  return { do: 'retry', record: { ...record, failures: record.failures + 1, dueAt: now + scaled(wait) } };
}
