import { SessionStreamingException } from '@aws-sdk/client-cloudwatch-logs';
import { EventStreamCodec } from '@smithy/core/event-streams';
import { fromUtf8, toUtf8 } from '@smithy/core/serde';
import { expect, it } from 'vitest';
import { json, serve, service } from '../../test/wire/serve.ts';
import { fault } from './api-error.ts';

/** The frames of one answer: their headers and text. */
async function framesOf(events: () => AsyncIterable<unknown>) {
  await using wire = await serve([service('logs', { StartLiveTail: () => ({ responseStream: events() }) })]);
  const request = json('Logs_20140328.StartLiveTail', { logGroupIdentifiers: ['a'] });
  const response = await fetch(wire.url, request);
  const bytes = Buffer.from(await response.arrayBuffer());
  const frames = [];
  for (let at = 0; at < bytes.length; at += bytes.readUInt32BE(at)) {
    const one = new EventStreamCodec(toUtf8, fromUtf8).decode(bytes.subarray(at, at + bytes.readUInt32BE(at)));
    const headers = Object.entries(one.headers).map(([name, { value }]) => [name, value]);
    frames.push([Object.fromEntries(headers), Buffer.from(one.body).toString()]);
  }
  return { type: response.headers.get('content-type'), frames };
}

const JSON_EVENT = { ':message-type': 'event', ':content-type': 'application/json' };

it('begins a stream with the rest of the output, and writes each event under its name', async () => {
  const { type, frames } = await framesOf(async function* () {
    yield { sessionStart: { sessionId: 's', more: 1 } };
    yield { sessionUpdate: { sessionResults: [] } };
  });

  expect(type).toBe('application/vnd.amazon.eventstream');
  expect(frames).toEqual([
    [{ ...JSON_EVENT, ':event-type': 'initial-response' }, '{}'],
    [{ ...JSON_EVENT, ':event-type': 'sessionStart' }, '{"sessionId":"s"}'],
    [{ ...JSON_EVENT, ':event-type': 'sessionUpdate' }, '{"sessionResults":[]}'],
  ]);
});

it('ends a stream with an exception of its own, and hides anything else', async () => {
  const modelled = await framesOf(async function* () {
    yield { sessionStart: {} };
    throw fault(SessionStreamingException, 'it broke');
  });
  const unknown = await framesOf(async function* () {
    yield { sessionStart: {} };
    throw new Error('a secret');
  });

  expect(modelled.frames.at(-1)).toEqual([
    {
      ':message-type': 'exception',
      ':exception-type': 'SessionStreamingException',
      ':content-type': 'application/json',
    },
    '{"message":"it broke"}',
  ]);
  expect(unknown.frames.at(-1)?.[0]).toMatchObject({ ':message-type': 'error', ':error-code': 'InternalFailure' });
  expect(JSON.stringify(unknown.frames)).not.toContain('secret');
});

it('tells an action that its client has gone amid the events', async () => {
  let gone = (): void => undefined;
  const told = new Promise<void>((resolve) => (gone = resolve));
  async function* events(signal: AbortSignal) {
    yield { sessionStart: {} };
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    gone();
  }
  const actions = {
    StartLiveTail: (_input: never, ctx: { signal: AbortSignal }) => ({ responseStream: events(ctx.signal) }),
  };
  await using wire = await serve([service('logs', actions)]);
  const leaving = new AbortController();
  const request = json('Logs_20140328.StartLiveTail', { logGroupIdentifiers: ['a'] });
  const response = await fetch(wire.url, { ...request, signal: leaving.signal });
  await response.body?.getReader().read();
  leaving.abort();

  await expect(told).resolves.toBeUndefined();
});
