import type { FilteredLogEvent, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import type { KeptLogEvent, LogPosition } from '../../../store/log-events.ts';
import type { Action, ActionInput, CallContext } from '../../../wire/types.ts';
import type { LogsDeps } from '../deps.ts';
import { invalidParameter, invalidToken, noStream } from '../faults.ts';
import { namedGroup, requireGroup } from '../find.ts';
import { compilePattern } from '../patterns/pattern.ts';
import { digitsOf, positionOf } from '../positions.ts';
import { streamsIn } from '../records.ts';

type Input = ActionInput<typeof FilterLogEventsCommand>;

/** A page ends when so many events were looked at, found or not: other requests wait meanwhile. */
const MOST_LOOKED_AT = 20_000;
const BATCH = 2000;
const MOST_EVENTS = 10_000;
const MOST_BYTES = 1_048_576;

export const filterLogEvents =
  ({ store }: LogsDeps): Action<typeof FilterLogEventsCommand> =>
  async (input, ctx) => {
    const name = namedGroup(input);
    const pattern = compilePattern(input.filterPattern);
    const group = await requireGroup(store, ctx, name);
    const streams = await namesByKey({ store }, ctx, name, input);
    const limit = input.limit ?? MOST_EVENTS;
    const events: FilteredLogEvent[] = [];
    let after = input.nextToken === undefined ? undefined : readToken(input.nextToken);
    let bytes = 0;
    for (let looked = 0; looked < MOST_LOOKED_AT; looked += BATCH) {
      const batch = await store.logEvents.read({
        group: group.key,
        ...(isNarrowed(input) && { streams: [...streams.keys()] }),
        from: input.startTime,
        to: input.endTime === undefined ? undefined : input.endTime + 1,
        after,
        order: 'oldest-first',
        limit: BATCH,
      });
      for (const event of batch) {
        const stream = streams.get(event.stream);
        after = event;
        if (stream === undefined || !pattern.match(event.message)) continue;
        events.push(shownEvent(event, stream));
        bytes += event.message.length;
        if (events.length >= limit || bytes >= MOST_BYTES) return answer(events, after);
      }
      if (batch.length < BATCH) return answer(events, undefined);
    }
    return answer(events, after);
  };

const answer = (events: FilteredLogEvent[], after: LogPosition | undefined) => ({
  events,
  searchedLogStreams: [],
  nextToken: after && Buffer.from(digitsOf(after)).toString('base64url'),
});

const readToken = (token: string): LogPosition => {
  const digits = Buffer.from(token, 'base64url').toString();
  if (digits.length !== 56) throw invalidToken();
  return positionOf(digits);
};

const shownEvent = (event: KeptLogEvent, logStreamName: string): FilteredLogEvent => ({
  logStreamName,
  timestamp: event.at,
  message: event.message,
  ingestionTime: event.ingestedAt,
  eventId: digitsOf(event),
});

const isNarrowed = ({ logStreamNames, logStreamNamePrefix }: Input): boolean =>
  logStreamNames !== undefined || logStreamNamePrefix !== undefined;

/** The streams that are searched. @throws {ResourceNotFoundException} when one of those named is not there */
async function namesByKey(
  { store }: Pick<LogsDeps, 'store'>,
  ctx: CallContext,
  group: string,
  { logStreamNames: names, logStreamNamePrefix: prefix = '' }: Input,
): Promise<ReadonlyMap<number, string>> {
  if (names && prefix !== '')
    throw invalidParameter('LogStream names and LogStream name prefix are mutually exclusive parameters.');
  const all = await streamsIn(store).list(ctx, group);
  if (names?.some((name) => !all.some((stream) => stream.name === name))) throw noStream();
  const asked = all.filter(({ name }) => (names ? names.includes(name) : name.startsWith(prefix)));
  return new Map(asked.map(({ key, name }) => [key, name]));
}
