import type { Due } from '../../kernel/delivery-queue.ts';
import type { Scope } from '../../kernel/scope.ts';
import type { LogSizes, NewLogEvent } from '../../store/log-events.ts';
import type { Transaction } from '../../store/store.ts';
import { streamsIn, within, type GroupRecord, type StreamRecord } from './records.ts';
import { dueOf } from './subscriptions/deliver.ts';
import { keepForSubscribers } from './subscriptions/subscribed.ts';

export interface Stored {
  readonly sizes: LogSizes;
  /** What subscribers are to get of them. */
  readonly dues: readonly Due[];
}

/** Writes events, what subscribers are to get of them, and what their stream shows of them, inside the caller's transaction. */
export async function storeEvents(
  tx: Transaction,
  scope: Scope,
  { group, stream }: { readonly group: GroupRecord; readonly stream: StreamRecord },
  events: readonly NewLogEvent[],
  now: number,
): Promise<Stored> {
  await streamsIn(tx).change(scope, within(group.name, stream.name), (current) => withEvents(current, events, now));
  const sizes = await tx.logEvents.add(group.key, stream.key, events, now);
  const kept = await keepForSubscribers(tx, scope, { group: group.name, stream: stream.name }, events, now);
  return { sizes, dues: kept.map((delivery) => dueOf(scope, delivery)) };
}

function withEvents(stream: StreamRecord, events: readonly NewLogEvent[], ingestedAt: number): StreamRecord {
  let { firstAt = Infinity, lastAt = -Infinity } = stream;
  for (const { at } of events) {
    firstAt = Math.min(firstAt, at);
    lastAt = Math.max(lastAt, at);
  }
  return { ...stream, firstAt, lastAt, ingestedAt };
}
