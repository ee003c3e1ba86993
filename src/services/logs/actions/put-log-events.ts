import type { PutLogEventsCommand, RejectedLogEventsInfo } from '@aws-sdk/client-cloudwatch-logs';
import { sizeOf, type NewLogEvent } from '../../../store/log-events.ts';
import type { Action } from '../../../wire/types.ts';
import type { LogsDeps } from '../deps.ts';
import { invalidParameter } from '../faults.ts';
import { requireGroup, requireStream } from '../find.ts';
import { storeEvents } from '../store-events.ts';

const MOST_BYTES = 1_048_576;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const OLDEST = 14 * DAY;
const NEWEST = 2 * HOUR;

/** Answers when the events are stored. */
export const putLogEvents =
  ({ store, clock, stored }: LogsDeps): Action<typeof PutLogEventsCommand> =>
  async (input, ctx) => {
    const events = input.logEvents.map(({ timestamp = 0, message = '' }) => ({ at: timestamp, message }));
    checkBatch(events);
    const now = clock.now().getTime();
    const done = await store.transaction(async (tx) => {
      const group = await requireGroup(tx, ctx, input.logGroupName);
      const stream = await requireStream(tx, ctx, input.logGroupName, input.logStreamName);
      const { accepted, rejected } = sift(events, now, (group.retentionInDays ?? Infinity) * DAY);
      const written = accepted.length > 0 ? await storeEvents(tx, ctx, { group, stream }, accepted, now) : undefined;
      return { group, stream, accepted, rejected, written };
    });
    const { group, accepted, written } = done;
    if (written)
      await stored({ scope: ctx, group, stream: input.logStreamName, events: accepted, ingestedAt: now, ...written });
    return { nextSequenceToken: `${done.stream.key}${now}`, rejectedLogEventsInfo: done.rejected };
  };

function checkBatch(events: readonly NewLogEvent[]): void {
  const [first, last] = [events[0]?.at ?? 0, events.at(-1)?.at ?? 0];
  const size = sizeOf(events);
  if (size > MOST_BYTES) throw invalidParameter(`Upload too large: ${size} bytes exceeds limit of ${MOST_BYTES}`);
  if (events.some(({ at }, index) => at < (events[index - 1]?.at ?? at)))
    throw invalidParameter('Log events in a single PutLogEvents request must be in chronological order.');
  if (last - first > DAY)
    throw invalidParameter('The batch of log events in a single PutLogEvents request cannot span more than 24 hours.');
}

interface Sifted {
  readonly accepted: readonly NewLogEvent[];
  readonly rejected: RejectedLogEventsInfo | undefined;
}

/** Leaves out what is too old, expired or too new; events come in the order of time. Source: PutLogEvents. */
function sift(events: readonly NewLogEvent[], now: number, retention: number): Sifted {
  const before = (instant: number): number => {
    const index = events.findIndex(({ at }) => at >= instant);
    return index < 0 ? events.length : index;
  };
  const tooOld = before(now - OLDEST);
  const expired = before(now - retention);
  const tooNew = before(now + NEWEST + 1);
  const accepted = events.slice(Math.max(tooOld, expired), tooNew);
  if (accepted.length === events.length) return { accepted, rejected: undefined };
  return {
    accepted,
    rejected: {
      ...(tooNew < events.length && { tooNewLogEventStartIndex: tooNew }),
      ...(tooOld > 0 && { tooOldLogEventEndIndex: tooOld }),
      ...(expired > 0 && { expiredLogEventEndIndex: expired }),
    },
  };
}
