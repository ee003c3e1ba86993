import { EventStreamCodec } from '@smithy/core/event-streams';
import { fromUtf8, toUtf8 } from '@smithy/core/serde';
import type { Operation } from '../model.ts';
import { membersOf, type Member } from '../schema.ts';
import type { JsonWriter } from './json-writer.ts';
import { utf8, type FaultOf, type Fields } from './protocol.ts';

export const EVENT_STREAM = 'application/vnd.amazon.eventstream';

/**
 * Writes the events of an output as frames, each as soon as it comes: first the output's other members, as RPC clients
 * insist. Whatever ends the events early becomes the last frame: an exception of the stream's own, or an error.
 *
 * Source: Smithy, Amazon Event Stream specification.
 */
export async function* eventFrames(
  operation: Operation,
  output: Fields,
  write: JsonWriter,
  faultOf: FaultOf,
): AsyncGenerator<Uint8Array, void, undefined> {
  const stream = operation.givenEvents;
  if (!stream) return;
  const { [stream.name]: events, ...others } = output;
  yield frame({ 'message-type': 'event', 'event-type': 'initial-response' }, write(operation.output, others));
  try {
    for await (const event of events as AsyncIterable<Fields>) yield eventFrame(stream, event, write);
  } catch (cause) {
    yield lastFrame(stream, faultOf(cause), write);
  }
}

/** An event has one member, which says what it is. */
function eventFrame({ shape }: Member, event: Fields, write: JsonWriter): Uint8Array {
  const kind = membersOf(shape).find(({ name }) => event[name] !== undefined);
  if (!kind) throw new TypeError(`an event has none of its stream's members: ${Object.keys(event).join(', ')}`);
  const headers = { 'message-type': 'event', 'event-type': kind.name };
  return frame(headers, write(kind.shape, event[kind.name] as Fields));
}

function lastFrame({ shape }: Member, { code, message, members }: ReturnType<FaultOf>, write: JsonWriter): Uint8Array {
  const own = membersOf(shape).find(({ name }) => name === code);
  if (own) return frame({ 'message-type': 'exception', 'exception-type': own.name }, write(own.shape, members));
  return frame({ 'message-type': 'error', 'error-code': code, 'error-message': message });
}

function frame(headers: Readonly<Record<string, string>>, value?: unknown): Uint8Array {
  const all = value === undefined ? headers : { ...headers, 'content-type': 'application/json' };
  const named = Object.entries(all).map(([name, text]) => [`:${name}`, { type: 'string' as const, value: text }]);
  const body = value === undefined ? new Uint8Array() : utf8(JSON.stringify(value));
  return new EventStreamCodec(toUtf8, fromUtf8).encode({ headers: Object.fromEntries(named) as never, body });
}
