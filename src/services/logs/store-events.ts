import type { Scope } from '../../kernel/scope.ts';
import type { LogSizes, NewLogEvent } from '../../store/log-events.ts';
import type { Transaction } from '../../store/store.ts';
import { streamsIn, within, type GroupRecord, type StreamRecord } from './records.ts';

/** Writes events and what their stream shows of them, inside the caller's transaction. */
export async function storeEvents(
  tx: Transaction,
  scope: Scope,
  { group, stream }: { readonly group: GroupRecord; readonly stream: StreamRecord },
  events: readonly NewLogEvent[],
  now: number,
): Promise<LogSizes> {
  await streamsIn(tx).change(scope, within(group.name, stream.name), (current) => withEvents(current, events, now));
  return tx.logEvents.add(group.key, stream.key, events, now);
}

function withEvents(stream: StreamRecord, events: readonly NewLogEvent[], ingestedAt: number): StreamRecord {
  let { firstAt = Infinity, lastAt = -Infinity } = stream;
  for (const { at } of events) {
    firstAt = Math.min(firstAt, at);
    lastAt = Math.max(lastAt, at);
  }
  return { ...stream, firstAt, lastAt, ingestedAt };
}
