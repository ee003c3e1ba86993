import type { LiveTailSessionLogEvent, LiveTailSessionUpdate } from '@aws-sdk/client-cloudwatch-logs';
import type { StoredBatch } from '../deps.ts';
import type { Pattern } from '../patterns/pattern.ts';
import { groupArn } from '../records.ts';

/** Events in one update. Source: API Reference, LiveTailSessionUpdate. */
export const MOST_EVENTS = 500;

/** What a live tail is to show. */
export interface Asked {
  readonly groups: readonly string[];
  readonly streams: readonly string[] | undefined;
  readonly prefixes: readonly string[] | undefined;
  readonly pattern: Pattern;
}

/** Gathers what a live tail shows next; of more events than an update can hold, the first. */
export function createCollector(asked: Asked) {
  let sessionResults: LiveTailSessionLogEvent[] = [];
  let sampled = false;
  return {
    take(batch: StoredBatch): void {
      if (!isAskedFor(asked, batch)) return;
      for (const event of batch.events) {
        if (!asked.pattern.match(event.message)) continue;
        if (sessionResults.length < MOST_EVENTS) sessionResults.push(shown(batch, event));
        else sampled = true;
      }
    },
    /** What came since the last time. */
    update(): LiveTailSessionUpdate {
      const update = { sessionMetadata: { sampled }, sessionResults };
      [sessionResults, sampled] = [[], false];
      return update;
    },
  };
}

function isAskedFor({ groups, streams, prefixes }: Asked, { group, stream }: StoredBatch): boolean {
  if (!groups.includes(group.name)) return false;
  if (streams) return streams.includes(stream);
  return prefixes?.some((prefix) => stream.startsWith(prefix)) ?? true;
}

/** The group is shown by its ARN; AWS may show `ACCOUNT:NAME`, which the reference leaves open. */
const shown = (
  { scope, group, stream, ingestedAt }: StoredBatch,
  { at, message }: StoredBatch['events'][number],
): LiveTailSessionLogEvent => ({
  logStreamName: stream,
  logGroupIdentifier: groupArn(scope, group.name),
  message,
  timestamp: at,
  ingestionTime: ingestedAt,
});
