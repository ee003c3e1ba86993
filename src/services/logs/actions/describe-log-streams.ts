import type { DescribeLogStreamsCommand, LogStream } from '@aws-sdk/client-cloudwatch-logs';
import type { Scope } from '../../../kernel/scope.ts';
import type { Action } from '../../../wire/types.ts';
import type { LogsDeps } from '../deps.ts';
import { invalidParameter } from '../faults.ts';
import { namedGroup, requireGroup } from '../find.ts';
import { byName, page } from '../page.ts';
import { groupArn, streamsIn, type StreamRecord } from '../records.ts';

export const describeLogStreams =
  ({ store }: LogsDeps): Action<typeof DescribeLogStreamsCommand> =>
  async (input, ctx) => {
    const { logStreamNamePrefix: prefix = '', orderBy, descending = false } = input;
    const group = namedGroup(input);
    const isByTime = orderBy === 'LastEventTime';
    if (isByTime && input.logStreamNamePrefix !== undefined)
      throw invalidParameter('Cannot order by LastEventTime with a logStreamNamePrefix.');
    await requireGroup(store, ctx, group);
    const found = byName(await streamsIn(store).list(ctx, group)).filter(({ name }) => name.startsWith(prefix));
    if (isByTime) found.sort((a, b) => (a.lastAt ?? 0) - (b.lastAt ?? 0));
    const { shown, nextToken } = page(descending ? found.reverse() : found, ({ name }) => name, input);
    return { logStreams: shown.map((stream) => shownStream(ctx, group, stream)), nextToken };
  };

/** `storedBytes` of a stream has been 0 since 2019. Source: API Reference, LogStream. */
const shownStream = (scope: Scope, group: string, stream: StreamRecord): LogStream => ({
  logStreamName: stream.name,
  creationTime: stream.createdAt,
  firstEventTimestamp: stream.firstAt,
  lastEventTimestamp: stream.lastAt,
  lastIngestionTime: stream.ingestedAt,
  uploadSequenceToken: String(stream.key),
  arn: `${groupArn(scope, group)}:log-stream:${stream.name}`,
  storedBytes: 0,
});
