import { LimitExceededException } from '@aws-sdk/client-cloudwatch-logs';
import type { Scope } from '../../../kernel/scope.ts';
import { fault } from '../../../wire/api-error.ts';
import type { StoredBatch } from '../deps.ts';

/** Source: CloudWatch Logs quotas, Live Tail sessions. */
const MOST_SESSIONS = 15;

/** The live tails that are open. They are of this process only: a tail shows what is stored while it is open. */
export interface Tails {
  /** Aborts when the service closes, and every tail with it. */
  readonly closing: AbortSignal;
  /** @returns what ends it @throws {LimitExceededException} */
  open(scope: Scope, take: (batch: StoredBatch) => void): () => void;
  show(batch: StoredBatch): void;
  close(): void;
}

export function createTails(): Tails {
  const open = new Set<{ readonly scope: Scope; readonly take: (batch: StoredBatch) => void }>();
  const closing = new AbortController();
  const ofScope = (scope: Scope) => [...open].filter((tail) => isSame(tail.scope, scope));
  return {
    closing: closing.signal,
    open({ account, region }, take) {
      if (ofScope({ account, region }).length >= MOST_SESSIONS)
        throw fault(LimitExceededException, `You have reached the maximum of ${MOST_SESSIONS} Live Tail sessions.`);
      const tail = { scope: { account, region }, take };
      open.add(tail);
      return () => void open.delete(tail);
    },
    show(batch) {
      if (open.size > 0) for (const tail of ofScope(batch.scope)) tail.take(batch);
    },
    close: () => closing.abort(),
  };
}

const isSame = (one: Scope, other: Scope): boolean => one.account === other.account && one.region === other.region;
