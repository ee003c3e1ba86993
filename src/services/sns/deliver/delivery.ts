import type { SnsTools } from '../deps.ts';
import type { Message, SubscriptionRecord, TopicRecord } from '../records.ts';

/** All that one attempt needs. */
export interface Delivery {
  /** The same at every attempt. */
  readonly id: string;
  readonly topic: TopicRecord;
  readonly subscription: SubscriptionRecord;
  readonly message: Message;
}

/** What one attempt came to; one that is refused is not tried again. */
export type Outcome = { readonly ended: 'taken' } | { readonly ended: 'refused' | 'failed'; readonly why: string };

export const TAKEN: Outcome = { ended: 'taken' };

/** Brings a message to one kind of endpoint. @throws for what may work another time */
export type Deliver = (tools: SnsTools, delivery: Delivery, signal: AbortSignal) => Promise<Outcome>;

/**
 * What an answer's status means: every 5xx and 429 is tried again, any other refusal is for good. Source: SNS Developer
 * Guide, creating an HTTP/S delivery policy.
 */
export function outcomeOf(status: number): Outcome {
  if (status >= 200 && status < 300) return TAKEN;
  const ended = status === 429 || status >= 500 || status < 200 ? 'failed' : 'refused';
  return { ended, why: `the endpoint answered ${status}` };
}

/** What an SDK client threw: a client's fault stays one, except for too many calls. */
export function failureOf(cause: unknown): Outcome {
  if (!(cause instanceof Error)) throw cause;
  const { $fault: side, $metadata: { httpStatusCode: status } = {} } = cause as Error & {
    $fault?: string;
    $metadata?: { httpStatusCode?: number };
  };
  const isForGood = side === 'client' && status !== 429 && !/Throttl|TooManyRequests/.test(cause.name);
  return { ended: isForGood ? 'refused' : 'failed', why: cause.message };
}

export const isRaw = ({ attributes }: SubscriptionRecord): boolean =>
  attributes['RawMessageDelivery']?.toLowerCase() === 'true';
