import { minutes, seconds, type Millis } from '../../../kernel/span.ts';
import type { InvocationRecord } from '../records.ts';

/** What one attempt at an event came to, as far as it decides what happens next. */
export type Ended =
  | 'succeeded'
  /** The function failed. */
  | 'failed'
  /** No concurrency was left, or Teal could not run it. */
  | 'not-run'
  /** The function's reserved concurrency is 0. */
  | 'never-runs';

/** How an event ended, in the words of invocation records. */
export type Condition = 'Success' | 'RetriesExhausted' | 'EventAgeExceeded' | 'ZeroReservedConcurrency';

export type AfterAttempt =
  { readonly do: 'end'; readonly condition: Condition } | { readonly do: 'again'; readonly record: InvocationRecord };

/** What a function's configuration grants an event. */
export interface EventLimits {
  /** 0 to 2. */
  readonly retries: number;
  /** Configured time. */
  readonly age: Millis;
}

/** Source: Lambda Developer Guide, asynchronous invocation. */
export const USUAL_LIMITS: EventLimits = { retries: 2, age: seconds(21_600) };
/** After the first and the second failure. Source: the same. */
const RETRY_WAITS = [minutes(1), minutes(2)];
/** After the function could not be run: doubling, up to the longest. Source: the same. */
const FIRST_WAIT = seconds(1);
const LONGEST_WAIT = minutes(5);

/** Decides whether an event is tried again, and when. */
export function afterAttempt(
  event: InvocationRecord,
  ended: Ended,
  limits: EventLimits,
  now: number,
  scaled: (configured: Millis) => Millis,
): AfterAttempt {
  if (ended === 'succeeded') return { do: 'end', condition: 'Success' };
  if (ended === 'never-runs') return { do: 'end', condition: 'ZeroReservedConcurrency' };
  const wait = ended === 'failed' ? retryWait(event, limits) : refusalWait(event);
  if (wait === undefined) return { do: 'end', condition: 'RetriesExhausted' };
  const dueAt = now + scaled(wait);
  if (dueAt > event.acceptedAt + scaled(limits.age)) return { do: 'end', condition: 'EventAgeExceeded' };
  const { failures, refusals } = event;
  const counted = ended === 'failed' ? { failures: failures + 1, refusals: 0 } : { refusals: refusals + 1 };
  return { do: 'again', record: { ...event, ...counted, dueAt } };
}

const retryWait = ({ failures }: InvocationRecord, { retries }: EventLimits): Millis | undefined =>
  failures < retries ? RETRY_WAITS[failures] : undefined;

const refusalWait = ({ refusals }: InvocationRecord): Millis =>
  Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** Math.min(refusals, 20)) as Millis;
