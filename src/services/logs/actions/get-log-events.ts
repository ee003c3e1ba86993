import type { GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { sizeOf, type KeptLogEvent, type LogPosition } from '../../../store/log-events.ts';
import type { Action, ActionInput } from '../../../wire/types.ts';
import type { LogsDeps } from '../deps.ts';
import { namedGroup, requireGroup, requireStream } from '../find.ts';
import { backwardToken, forwardToken, readStreamToken, type StreamToken } from '../positions.ts';

/** What a page may hold at most. Source: API Reference, GetLogEvents. */
const MOST_EVENTS = 10_000;
const MOST_BYTES = 1_048_576;
const END: LogPosition = { at: 9e14, id: 0 };

/** The newest page unless asked otherwise; at either end the token that was sent comes back. */
export const getLogEvents =
  ({ store }: LogsDeps): Action<typeof GetLogEventsCommand> =>
  async (input, ctx) => {
    const name = namedGroup(input);
    const group = await requireGroup(store, ctx, name);
    const stream = await requireStream(store, ctx, name, input.logStreamName);
    const token = tokenOf(input);
    const isForward = token.reads === 'forward';
    const found = await store.logEvents.read({
      group: group.key,
      streams: [stream.key],
      from: input.startTime,
      to: input.endTime,
      ...(isForward ? { after: token.after } : { before: token.before }),
      order: isForward ? 'oldest-first' : 'newest-first',
      limit: input.limit ?? MOST_EVENTS,
    });
    const shown = found.slice(0, fitting(found));
    return pageOf(isForward ? shown : shown.reverse(), token);
  };

function tokenOf({ nextToken, startFromHead = false }: ActionInput<typeof GetLogEventsCommand>): StreamToken {
  if (nextToken !== undefined) return readStreamToken(nextToken);
  return startFromHead ? { reads: 'forward', after: { at: 0, id: 0 } } : { reads: 'backward', before: END };
}

/** At least one, however long. */
function fitting(events: readonly KeptLogEvent[]): number {
  let left = MOST_BYTES;
  const index = events.findIndex((event, at) => (left -= sizeOf([event])) < 0 && at > 0);
  return index < 0 ? events.length : index;
}

function pageOf(events: readonly KeptLogEvent[], token: StreamToken) {
  const edge = token.reads === 'forward' ? token.after : token.before;
  const [first, last] = [events[0], events.at(-1)];
  return {
    events: events.map(({ at, message, ingestedAt }) => ({ timestamp: at, message, ingestionTime: ingestedAt })),
    nextForwardToken: forwardToken(last ?? (token.reads === 'forward' ? edge : { ...edge, id: edge.id - 1 })),
    nextBackwardToken: backwardToken(first ?? (token.reads === 'backward' ? edge : { ...edge, id: edge.id + 1 })),
  };
}
