import type { EventsTools } from '../deps.ts';
import type { DeliveryRecord } from '../records.ts';

/** What one attempt came to; one that is refused is not tried again. */
export type Outcome =
  { readonly ended: 'taken' } | { readonly ended: 'refused' | 'failed'; readonly why: string; readonly code?: string };

export const TAKEN: Outcome = { ended: 'taken' };

/** Brings an event to one kind of target. @throws for what may work another time */
export type Deliver<P> = (
  tools: EventsTools,
  place: P,
  delivery: DeliveryRecord,
  signal: AbortSignal,
) => Promise<Outcome>;

/** What an SDK client threw: a client's fault stays one, except for too many calls. */
export function failureOf(cause: unknown): Outcome {
  if (!(cause instanceof Error)) throw cause;
  const { $fault: side, $metadata: { httpStatusCode: status } = {} } = cause as Error & {
    $fault?: string;
    $metadata?: { httpStatusCode?: number };
  };
  return { ended: side === 'client' && status !== 429 ? 'refused' : 'failed', why: cause.message, code: cause.name };
}
