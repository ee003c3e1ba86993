import type { RequestListener } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { bundleBalancer, type Bundle } from '../../../testing/bundle-balancer.ts';
import { TLS } from '../../../testing/certificates.ts';
import { ACCEPTED, END, OF_THE_CONNECTION, OF_THE_STREAM, windowUpdate, without } from '../../../testing/h2-cases.ts';
import {
  data,
  FLAG,
  frame,
  FrameClient,
  GET,
  headers,
  meaningOf,
  ping,
  POST,
  PREFACE,
  SETTING,
  settings,
  TYPE,
} from '../../../testing/h2-frames.ts';
import { openBalancer, type Opened } from '../../../testing/opened.ts';

let bundle: Bundle;
let opened: Opened;
let client: FrameClient | undefined;
beforeAll(async () => {
  bundle = await bundleBalancer();
  opened = await openBalancer(bundle.entry, answer, { tls: TLS });
});
afterEach(() => client?.close());
afterAll(async () => {
  await opened.close();
  await bundle.remove();
});

/** What a connection answers that goes on. */
const ALIVE = 'pong stillOK?';

/** What the target answers: `web`, much, or nothing ever. */
const answer: RequestListener = (request, response) => {
  request.resume();
  if (request.url === '/never') return;
  request.on('end', () => response.end(request.url === '/large' ? Buffer.alloc(100_000, 'x') : 'web'));
};

/**
 * What node:http2 does otherwise since Node 22: it looks at no PRIORITY, which RFC 9113 (5.3.2) has deprecated, and treats
 * this error of a stream as one of the connection, as 5.4.2 allows.
 */
const SINCE_22: Readonly<Record<string, string>> = {
  'PRIORITY on stream 0': ALIVE,
  'PRIORITY of a stream that depends on itself': ALIVE,
  'more DATA than content-length': 'goaway INTERNAL_ERROR',
};
const isOlder = Number.parseInt(process.versions.node, 10) < 22;
const outcomeOf = (what: string, outcome: string): string => (isOlder ? outcome : (SINCE_22[what] ?? outcome));

const open = async (...own: readonly (readonly [id: number, value: number])[]) =>
  (client = await FrameClient.open(opened.port, ...own));

describe('an error of the connection', () => {
  it.each(OF_THE_CONNECTION)('RFC 9113 %s: %s', async (_section, what, frames, usual) => {
    const outcome = outcomeOf(what, usual);
    const broken = await open();

    broken.send(...frames);

    if (outcome === END) await broken.closed();
    else expect(await broken.health()).toBe(outcome);
    if (outcome !== ALIVE)
      expect(broken.received.filter(({ type }) => type === TYPE.headers || type === TYPE.ping)).toEqual([]);
  });
});

describe('an error of a stream', () => {
  it.each(OF_THE_STREAM)('RFC 9113 %s: %s', async (_section, what, frames, usual) => {
    const outcome = outcomeOf(what, usual);
    const broken = await open();

    broken.send(...frames);

    expect(await broken.outcome(1)).toBe(outcome);
    if (outcome === usual) expect(await broken.health()).toBe(ALIVE);
  });
});

describe('no error', () => {
  it.each(ACCEPTED)('RFC 9113 %s: %s', async (_section, _what, frames, outcome) => {
    const good = await open();

    good.send(...frames);

    expect(await good.outcome(1)).toBe(outcome);
    expect(await good.health()).toBe(ALIVE);
  });
});

it('3.4: sends SETTINGS first, and acknowledges those of the client', async () => {
  const first = await open();

  expect(first.received[0]?.type).toBe(TYPE.settings);
});

it('3.4: ends a connection that begins otherwise', async () => {
  client = await FrameClient.connect(opened.port);

  client.send(Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n'));

  await client.closed();
});

it('5.1.1: does not hear a stream below an earlier one', async () => {
  const twice = await open();

  twice.send(headers(5, POST, 0), headers(3, GET), data(5, 'a', FLAG.endStream));

  expect(await twice.outcome(5)).toBe('status 200');
  expect(await twice.health()).toBe(ALIVE);
  expect(twice.received.filter(({ stream }) => stream === 3)).toEqual([]);
});

it('6.7: answers a PING with its own bytes', async () => {
  const pinging = await open();

  pinging.send(ping('question'));

  const answer = await pinging.find('PING', ({ type }) => type === TYPE.ping);
  expect([answer.flags, answer.payload.toString()]).toEqual([FLAG.ack, 'question']);
});

it('6.8: finishes what was asked before the GOAWAY of the client', async () => {
  const leaving = await open();

  leaving.send(headers(1, POST, 0), frame(TYPE.goaway, 0, 0, Buffer.alloc(8)), data(1, 'a', FLAG.endStream));

  const answer = await leaving.find('an answer', ({ type }) => type === TYPE.headers);
  expect(meaningOf(answer)).toBe('status 200');
  await leaving.closed();
});

it("6.9: sends no byte that the stream's window does not allow", async () => {
  const slow = await open([SETTING.initialWindowSize, 0]);
  slow.send(headers(1, GET));
  await slow.outcome(1);
  expect(await slow.health()).toBe(ALIVE);
  expect(slow.dataOf(1).toString()).toBe('');

  slow.send(windowUpdate(1, 1));
  await slow.find('DATA', ({ type }) => type === TYPE.data);
  expect(slow.dataOf(1).toString()).toBe('w');

  slow.send(settings([SETTING.initialWindowSize, 1]));
  await slow.find('more DATA', () => slow.dataOf(1).length > 1);
  expect(slow.dataOf(1).toString()).toBe('we');

  slow.send(windowUpdate(1, 100));
  await slow.find('all DATA', ({ type, flags }) => type === TYPE.data && (flags & FLAG.endStream) !== 0);
  expect(slow.dataOf(1).toString()).toBe('web');
});

it("6.9: sends no byte that the connection's window does not allow", async () => {
  const slow = await open([SETTING.initialWindowSize, 2 ** 31 - 1]);
  slow.send(headers(1, [...without(':path'), [':path', '/large']]));

  await slow.find('a window of DATA', () => slow.dataOf(1).length >= 65_535);
  expect(await slow.health()).toBe(ALIVE);

  expect(slow.dataOf(1).length).toBe(65_535);
});

it('3.4: hears a request that comes with the preface', async () => {
  client = await FrameClient.connect(opened.port);

  client.send(PREFACE, settings(), headers(1, GET));

  expect(await client.outcome(1)).toBe('status 200');
});
