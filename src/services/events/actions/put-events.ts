import type { PutEventsCommand, PutEventsRequestEntry, TestEventPatternCommand } from '@aws-sdk/client-eventbridge';
import { matchesPattern } from '../../../kernel/event-pattern/matches-pattern.ts';
import { isRecord } from '../../../kernel/event-pattern/pattern.ts';
import type { Scope } from '../../../kernel/scope.ts';
import { ApiError } from '../../../wire/api-error.ts';
import type { Action } from '../../../wire/types.ts';
import { accept, envelopeOf } from '../accept.ts';
import type { EventsTools } from '../deps.ts';
import { validation } from '../faults.ts';
import { requirePattern } from '../pattern.ts';
import { requireBus } from '../records.ts';

/** Bytes of all entries. Source: EventBridge quotas. */
const LARGEST = 262_144;

export const putEvents =
  (tools: EventsTools): Action<typeof PutEventsCommand> =>
  async (input, ctx) => {
    if (input.Entries.reduce((sum, entry) => sum + sizeOf(entry), 0) > LARGEST)
      throw validation('Total size of the entries in the request is over the limit.');
    const Entries = [];
    for (const entry of input.Entries) Entries.push(await putEvent(tools, ctx, entry));
    return { FailedEntryCount: Entries.filter((entry) => 'ErrorCode' in entry).length, Entries };
  };

/** Source: EventBridge User Guide, calculating the size of an entry. */
const sizeOf = ({ Time, Source = '', DetailType = '', Detail = '', Resources = [] }: PutEventsRequestEntry): number =>
  (Time ? 14 : 0) + [Source, DetailType, Detail, ...Resources].reduce((sum, text) => sum + Buffer.byteLength(text), 0);

type Answer = { readonly EventId: string } | { readonly ErrorCode: string; readonly ErrorMessage: string };

async function putEvent(tools: EventsTools, scope: Scope, entry: PutEventsRequestEntry): Promise<Answer> {
  try {
    const bus = await requireBus(tools.store, scope, entry.EventBusName);
    const { Source: source, DetailType: detailType, Detail: detail } = entry;
    if (!source) throw missing('Source');
    if (!detailType) throw missing('DetailType');
    if (!detail) throw missing('Detail');
    if (source.startsWith('aws.'))
      throw new ApiError('NotAuthorizedForSourceException', 'Not authorized for the source.');
    const told = { source, detailType, resources: entry.Resources ?? [], detail: readDetail(detail) };
    const event = envelopeOf(scope, told, entry.Time ?? tools.clock.now());
    await accept(tools, scope, bus, event);
    return { EventId: event.id };
  } catch (cause) {
    if (!(cause instanceof ApiError)) throw cause;
    return { ErrorCode: cause.code, ErrorMessage: cause.message };
  }
}

const missing = (name: string): ApiError =>
  new ApiError('InvalidArgument', `Parameter ${name} is not valid. Reason: ${name} is a required argument.`);

function readDetail(text: string): Readonly<Record<string, unknown>> {
  const detail = parsed(text);
  if (!isRecord(detail)) throw new ApiError('MalformedDetail', 'Detail is malformed.');
  return detail;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export const testEventPattern = (): Action<typeof TestEventPatternCommand> => (input) => {
  const pattern = requirePattern(input.EventPattern);
  const event = parsed(input.Event);
  if (!isRecord(event))
    throw new ApiError('InvalidEventPatternException', 'Event is not valid. Reason: Event is not an object');
  return { Result: matchesPattern(pattern, event) };
};
