import { newId } from '../../../kernel/ids.ts';
import type { Scope } from '../../../kernel/scope.ts';
import type { LogPosition, NewLogEvent } from '../../../store/log-events.ts';
import type { Transaction } from '../../../store/store.ts';
import { compilePattern, type Pattern } from '../patterns/pattern.ts';
import { digitsOf } from '../positions.ts';
import {
  deliveriesIn,
  subscriptionFiltersIn,
  type SubscribedEvent,
  type SubscriptionDelivery,
  type SubscriptionFilterRecord,
} from '../records.ts';

/** Of messages in one delivery: a function takes no more than 1 MiB, and text that does not compress grows by a third. */
const MOST_BYTES = 524_288;

/** Keeps events that were just stored for every filter of their group that they match, in the same transaction. */
export async function keepForSubscribers(
  tx: Transaction,
  scope: Scope,
  { group, stream }: { readonly group: string; readonly stream: string },
  events: readonly NewLogEvent[],
  now: number,
): Promise<readonly SubscriptionDelivery[]> {
  const filters = await subscriptionFiltersIn(tx).list(scope, group);
  if (filters.length === 0) return [];
  const firstId = (await tx.logEvents.lastId()) - events.length + 1;
  const kept: SubscriptionDelivery[] = [];
  for (const filter of filters)
    for (const some of portions(matching(compilePattern(filter.pattern), events, firstId))) {
      const delivery = deliveryOf(filter, stream, some, now);
      await deliveriesIn(tx).insert(scope, delivery.id, delivery);
      kept.push(delivery);
    }
  return kept;
}

function matching(pattern: Pattern, events: readonly NewLogEvent[], firstId: number): readonly SubscribedEvent[] {
  return events.flatMap(({ at, message }, index): SubscribedEvent[] => {
    const match = pattern.match(message);
    if (!match) return [];
    const position: LogPosition = { at, id: firstId + index };
    // Only fields divided by spaces are shown; JSON is its own to read.
    const extracted = pattern.kind === 'columns' ? { extractedFields: withoutDollars(match.values) } : {};
    return [{ id: digitsOf(position), timestamp: at, message, ...extracted }];
  });
}

const withoutDollars = (values: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name.replace(/^\$/, ''), value]));

function portions(events: readonly SubscribedEvent[]): readonly (readonly SubscribedEvent[])[] {
  const all: SubscribedEvent[][] = [];
  let bytes = Infinity;
  for (const event of events) {
    bytes += Buffer.byteLength(event.message);
    if (bytes > MOST_BYTES) {
      all.push([]);
      bytes = Buffer.byteLength(event.message);
    }
    all.at(-1)?.push(event);
  }
  return all;
}

const deliveryOf = (
  { name, group, destination }: SubscriptionFilterRecord,
  stream: string,
  events: readonly SubscribedEvent[],
  now: number,
): SubscriptionDelivery => ({
  id: newId.uuid(),
  ...{ destination, filter: name, group, stream, events },
  failures: 0,
  acceptedAt: now,
  dueAt: now,
});
