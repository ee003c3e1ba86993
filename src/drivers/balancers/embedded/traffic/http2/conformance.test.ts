import type { RequestListener } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  block,
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
  uint32,
  type Field,
} from '../../../testing/h2-frames.ts';
import { bundleBalancer, type Bundle } from '../../../testing/bundle-balancer.ts';
import { TLS } from '../../../testing/certificates.ts';
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

/** What the target answers: `web`, much, or nothing ever. */
const answer: RequestListener = (request, response) => {
  request.resume();
  if (request.url === '/never') return;
  request.on('end', () => response.end(request.url === '/large' ? Buffer.alloc(100_000, 'x') : 'web'));
};

const open = async (...own: readonly (readonly [id: number, value: number])[]) =>
  (client = await FrameClient.open(opened.port, ...own));
const without = (name: string, fields = GET): Field[] => fields.filter(([field]) => field !== name);
const ended = FLAG.endStream | FLAG.endHeaders;
const NEVER: readonly Field[] = [...without(':path'), [':path', '/never']];
const windowUpdate = (stream: number, by: number) => frame(TYPE.windowUpdate, 0, stream, uint32(by));

/** RFC 9113's section, what is wrong, the frames, and how the connection must answer. */
type Case = readonly [section: string, what: string, frames: readonly Buffer[], outcome: string];

const PROTOCOL = 'goaway PROTOCOL_ERROR';
const SIZE = 'goaway FRAME_SIZE_ERROR';
/**
 * node:http2 ends the connection at once, for errors of a stream too, which 5.4.1 allows. Its GOAWAY may be lost with
 * the reset that a socket sends when it is closed with bytes unread.
 */
const END = 'closed';

/** After these nothing more that comes by the connection is heard. */
const OF_THE_CONNECTION: readonly Case[] = [
  ['4.2', 'a frame above the size limit', [headers(1, POST, 0), frame(TYPE.data, 0, 1, Buffer.alloc(16_385))], SIZE],
  [
    '4.3',
    'a block that HPACK cannot read',
    [frame(TYPE.headers, ended, 1, Buffer.from([0xff, 0xff, 0xff]))],
    'goaway COMPRESSION_ERROR',
  ],
  ['5.1', 'DATA on an idle stream', [data(1, 'a')], PROTOCOL],
  ['5.1', 'RST_STREAM on an idle stream', [frame(TYPE.reset, 0, 1, uint32(8))], END],
  ['5.1', 'WINDOW_UPDATE on an idle stream', [windowUpdate(1, 1)], END],
  ['5.1', 'CONTINUATION on an idle stream', [frame(TYPE.continuation, FLAG.endHeaders, 1, block(GET))], PROTOCOL],
  ['5.1', 'HEADERS on a half-closed stream', [headers(1, NEVER), headers(1, GET)], END],
  ['5.1.1', 'an even stream', [headers(2, GET)], END],
  ['5.1', 'DATA on a half-closed stream', [headers(1, NEVER), data(1, 'a')], 'goaway STREAM_CLOSED'],
  [
    '5.5',
    'an unknown frame within a header block',
    [frame(TYPE.headers, FLAG.endStream, 1, block(GET)), frame(0xee, 0, 1)],
    PROTOCOL,
  ],
  ['6.1', 'DATA on stream 0', [data(0, 'a')], PROTOCOL],
  [
    '6.1',
    'padding longer than DATA',
    [headers(1, POST, 0), frame(TYPE.data, FLAG.padded, 1, Buffer.from([9, 0]))],
    PROTOCOL,
  ],
  ['6.2', 'HEADERS on stream 0', [headers(0, GET)], END],
  [
    '6.2',
    'padding longer than HEADERS',
    [frame(TYPE.headers, ended | FLAG.padded, 1, Buffer.concat([Buffer.from([255]), block(GET)]))],
    PROTOCOL,
  ],
  [
    '6.2',
    'another stream within a header block',
    [frame(TYPE.headers, FLAG.endStream, 1, block(GET)), headers(3, GET)],
    PROTOCOL,
  ],
  [
    '6.2',
    'PING within a header block',
    [frame(TYPE.headers, FLAG.endStream, 1, block(GET)), ping('12345678')],
    PROTOCOL,
  ],
  ['6.3', 'PRIORITY on stream 0', [frame(TYPE.priority, 0, 0, Buffer.alloc(5))], END],
  ['6.3', 'PRIORITY of a wrong length', [frame(TYPE.priority, 0, 1, Buffer.alloc(4))], SIZE],
  [
    '6.3',
    'PRIORITY of a stream that depends on itself',
    [frame(TYPE.priority, 0, 3, Buffer.concat([uint32(3), Buffer.from([1])]))],
    PROTOCOL,
  ],
  ['6.4', 'RST_STREAM on stream 0', [frame(TYPE.reset, 0, 0, uint32(8))], END],
  ['6.4', 'RST_STREAM of a wrong length', [headers(1, POST, 0), frame(TYPE.reset, 0, 1, Buffer.alloc(3))], SIZE],
  ['6.5', 'SETTINGS acknowledged with a payload', [frame(TYPE.settings, FLAG.ack, 0, Buffer.alloc(6))], SIZE],
  ['6.5', 'SETTINGS on a stream', [frame(TYPE.settings, 0, 1)], END],
  ['6.5', 'SETTINGS of a wrong length', [frame(TYPE.settings, 0, 0, Buffer.alloc(3))], SIZE],
  ['6.5.2', 'ENABLE_PUSH that is no boolean', [settings([SETTING.enablePush, 2])], END],
  ['6.5.2', 'INITIAL_WINDOW_SIZE above the maximum', [settings([SETTING.initialWindowSize, 2 ** 31])], END],
  ['6.5.2', 'MAX_FRAME_SIZE below the minimum', [settings([SETTING.maxFrameSize, 16_383])], END],
  ['6.5.2', 'MAX_FRAME_SIZE above the maximum', [settings([SETTING.maxFrameSize, 2 ** 24])], END],
  ['6.7', 'PING on a stream', [frame(TYPE.ping, 0, 1, Buffer.alloc(8))], END],
  ['6.7', 'PING of a wrong length', [ping('1234567')], SIZE],
  ['6.7', 'an answer to no PING', [ping('12345678', FLAG.ack)], END],
  ['6.8', 'GOAWAY on a stream', [frame(TYPE.goaway, 0, 1, Buffer.alloc(8))], END],
  ['6.9', 'WINDOW_UPDATE by 0 for the connection', [windowUpdate(0, 0)], END],
  ['6.9', 'WINDOW_UPDATE of a wrong length', [frame(TYPE.windowUpdate, 0, 0, Buffer.alloc(3))], SIZE],
  ['6.9.1', "an overflow of the connection's window", [windowUpdate(0, 2 ** 31 - 1)], END],
  ['6.9', 'WINDOW_UPDATE by 0 for a stream', [headers(1, POST, 0), windowUpdate(1, 0)], END],
  ['6.9.1', "an overflow of a stream's window", [headers(1, POST, 0), windowUpdate(1, 2 ** 31 - 1)], END],
  [
    '6.10',
    'CONTINUATION after the end of a block',
    [headers(1, POST, 0), frame(TYPE.continuation, FLAG.endHeaders, 1, block([['a', 'b']]))],
    PROTOCOL,
  ],
  [
    '6.10',
    'CONTINUATION on stream 0',
    [frame(TYPE.headers, FLAG.endStream, 1, block(GET)), frame(TYPE.continuation, FLAG.endHeaders, 0)],
    PROTOCOL,
  ],
  [
    '8.4',
    'PUSH_PROMISE of a client',
    [headers(1, POST, 0), frame(TYPE.pushPromise, FLAG.endHeaders, 1, Buffer.concat([uint32(2), block(GET)]))],
    END,
  ],
];

const MALFORMED = 'reset PROTOCOL_ERROR';

/** Errors of one stream: the connection goes on. */
const OF_THE_STREAM: readonly Case[] = [
  [
    '8.1',
    'a second header block that does not end the stream',
    [headers(1, POST, 0), headers(1, [['a', 'b']], 0)],
    MALFORMED,
  ],
  ['8.1', 'a pseudo field in trailers', [headers(1, POST, 0), headers(1, [[':path', '/']])], MALFORMED],
  [
    '8.1.1',
    'more DATA than content-length',
    [headers(1, [...POST, ['content-length', '1']], 0), data(1, 'ab', FLAG.endStream)],
    MALFORMED,
  ],
  [
    '8.1.1',
    'less DATA than content-length',
    [headers(1, [...POST, ['content-length', '3']], 0), data(1, 'ab', FLAG.endStream)],
    MALFORMED,
  ],
  ['8.1.1', 'no DATA for a content-length', [headers(1, [...POST, ['content-length', '3']])], MALFORMED],
  ['8.1.1', 'two lengths', [headers(1, [...POST, ['content-length', '1'], ['content-length', '2']], 0)], MALFORMED],
  ['8.2.1', 'an upper-case name', [headers(1, [...GET, ['X-Test', 'a']])], MALFORMED],
  ['8.2.2', 'Connection', [headers(1, [...GET, ['connection', 'close']])], MALFORMED],
  ['8.2.2', 'Transfer-Encoding', [headers(1, [...GET, ['transfer-encoding', 'chunked']])], MALFORMED],
  ['8.2.2', 'Keep-Alive', [headers(1, [...GET, ['keep-alive', '5']])], MALFORMED],
  ['8.2.2', 'Proxy-Connection', [headers(1, [...GET, ['proxy-connection', 'close']])], MALFORMED],
  ['8.2.2', 'Upgrade', [headers(1, [...GET, ['upgrade', 'websocket']])], MALFORMED],
  ['8.2.2', 'TE other than trailers', [headers(1, [...GET, ['te', 'gzip']])], MALFORMED],
  ['8.3', 'an unknown pseudo field', [headers(1, [...GET, [':test', 'a']])], MALFORMED],
  ['8.3', 'a pseudo field of answers', [headers(1, [...GET, [':status', '200']])], MALFORMED],
  [
    '8.3',
    'a pseudo field after another field',
    [headers(1, [...GET.slice(0, 3), ['a', 'b'], [':authority', 'a.test']])],
    MALFORMED,
  ],
  ['8.3.1', 'no :method', [headers(1, without(':method'))], MALFORMED],
  ['8.3.1', 'no :scheme', [headers(1, without(':scheme'))], MALFORMED],
  ['8.3.1', 'no :path', [headers(1, without(':path'))], MALFORMED],
  ['8.3.1', 'no :authority and no Host', [headers(1, without(':authority'))], MALFORMED],
  ['8.3.1', 'an empty :path', [headers(1, [...without(':path'), [':path', '']])], MALFORMED],
  [
    '8.3.1',
    ':path that begins with no slash',
    [headers(1, [...without(':path'), [':path', 'http://a.test/']])],
    MALFORMED,
  ],
  ['8.3.1', 'two :method', [headers(1, [[':method', 'GET'], ...GET])], MALFORMED],
  ['8.3.1', 'two :scheme', [headers(1, [[':scheme', 'https'], ...GET])], MALFORMED],
  ['8.3.1', 'two :path', [headers(1, [[':path', '/'], ...GET])], MALFORMED],
  ['8.3.1', 'two :authority', [headers(1, [[':authority', 'a.test'], ...GET])], MALFORMED],
  ['8.3.1', 'a Host that is another', [headers(1, [...GET, ['host', 'b.test']])], 'status 400'],
];

/** What a server must put up with. */
const ACCEPTED: readonly Case[] = [
  ['4.1', 'an unknown type of frame', [frame(0xee, 0xff, 0, Buffer.from('any')), headers(1, GET)], 'status 200'],
  [
    '6.1',
    'padded DATA',
    [headers(1, POST, 0), frame(TYPE.data, FLAG.padded | FLAG.endStream, 1, Buffer.from([1, 97, 0]))],
    'status 200',
  ],
  [
    '6.2',
    'padded HEADERS with a priority',
    [
      frame(
        TYPE.headers,
        ended | FLAG.padded | FLAG.priority,
        1,
        Buffer.concat([Buffer.from([1, 0, 0, 0, 0, 9]), block(GET), Buffer.from([0])]),
      ),
    ],
    'status 200',
  ],
  ['6.5.2', 'an unknown setting', [settings([0xee, 1]), headers(1, GET)], 'status 200'],
  [
    '6.10',
    'a header block in three frames',
    [
      frame(TYPE.headers, FLAG.endStream, 1, block(GET.slice(0, 1))),
      frame(TYPE.continuation, 0, 1, block(GET.slice(1, 2))),
      frame(TYPE.continuation, FLAG.endHeaders, 1, block(GET.slice(2))),
    ],
    'status 200',
  ],
  ['8.1', 'trailers', [headers(1, POST, 0), data(1, 'a'), headers(1, [['checksum', '1']])], 'status 200'],
  ['8.2.2', 'TE: trailers', [headers(1, [...GET, ['te', 'trailers']])], 'status 200'],
  ['8.3.1', 'Host in place of :authority', [headers(1, [...without(':authority'), ['host', 'a.test']])], 'status 200'],
];

describe('an error of the connection', () => {
  it.each(OF_THE_CONNECTION)('RFC 9113 %s: %s', async (_section, _what, frames, outcome) => {
    const broken = await open();

    broken.send(...frames);

    if (outcome === END) await broken.closed();
    else expect(await broken.health()).toBe(outcome);
    expect(broken.received.filter(({ type }) => type === TYPE.headers || type === TYPE.ping)).toEqual([]);
  });
});

describe('an error of a stream', () => {
  it.each(OF_THE_STREAM)('RFC 9113 %s: %s', async (_section, _what, frames, outcome) => {
    const broken = await open();

    broken.send(...frames);

    expect(await broken.outcome(1)).toBe(outcome);
    expect(await broken.health()).toBe('pong stillOK?');
  });
});

describe('no error', () => {
  it.each(ACCEPTED)('RFC 9113 %s: %s', async (_section, _what, frames, outcome) => {
    const good = await open();

    good.send(...frames);

    expect(await good.outcome(1)).toBe(outcome);
    expect(await good.health()).toBe('pong stillOK?');
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

const LAST_ALLOWED = 2 * 128 - 1;
const openMany = (many: FrameClient) => {
  for (let stream = 1; stream <= LAST_ALLOWED; stream += 2) many.send(headers(stream, POST, 0));
};

it('5.1.1: does not hear a stream below an earlier one', async () => {
  const twice = await open();

  twice.send(headers(5, POST, 0), headers(3, GET), data(5, 'a', FLAG.endStream));

  expect(await twice.outcome(5)).toBe('status 200');
  expect(await twice.health()).toBe('pong stillOK?');
  expect(twice.received.filter(({ stream }) => stream === 3)).toEqual([]);
});

it('5.1.2: refuses the 129th request of a client that could not know the limit yet, and only that', async () => {
  const many = (client = await FrameClient.connect(opened.port));
  many.send(PREFACE, settings());

  openMany(many);
  many.send(headers(LAST_ALLOWED + 2, POST, 0));

  expect(await many.outcome(LAST_ALLOWED + 2)).toBe('reset REFUSED_STREAM');
  many.send(data(1, 'a', FLAG.endStream));
  expect(await many.outcome(1)).toBe('status 200');
});

it('5.1.2: serves 128 requests at a time, and ends with a client that knows the limit and passes it', async () => {
  const many = await open();

  openMany(many);
  many.send(data(LAST_ALLOWED, 'a', FLAG.endStream));
  expect(await many.outcome(LAST_ALLOWED)).toBe('status 200');
  many.send(headers(LAST_ALLOWED + 2, POST, 0), headers(LAST_ALLOWED + 4, POST, 0));

  await many.closed();
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
  expect(await slow.health()).toBe('pong stillOK?');
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
  expect(await slow.health()).toBe('pong stillOK?');

  expect(slow.dataOf(1).length).toBe(65_535);
});

it('6.10: bounds the CONTINUATION frames of a block', async () => {
  const flood = await open();

  flood.send(frame(TYPE.headers, FLAG.endStream, 1, block(GET)));
  for (let count = 0; count < 1000; count++) flood.send(frame(TYPE.continuation, 0, 1, block([['a', 'b']])));

  await flood.closed();
});

it('10.5: bounds the streams that a client opens and resets', async () => {
  const flood = await open();
  let sent = 0;

  for (let stream = 1; !flood.isClosed && sent < 100_000; stream += 200) {
    for (let id = stream; id < stream + 200; id += 2)
      flood.send(headers(id, POST, 0), frame(TYPE.reset, 0, id, uint32(8)));
    sent += 100;
    await new Promise((resolve) => setImmediate(resolve));
  }

  await flood.closed();
  const why = flood.received.find(({ type }) => type === TYPE.goaway);
  expect(why).toBeDefined();
});

it('10.5.1: answers 400 to a header above 16 KiB and to headers above 64 KiB', async () => {
  const big = await open();
  const split = (stream: number, fields: readonly Field[]) => {
    const bytes = block(fields);
    const parts: Buffer[] = [];
    for (let at = 0; at < bytes.length; at += 16_000) parts.push(bytes.subarray(at, at + 16_000));
    return parts.map((part, index) =>
      frame(
        index === 0 ? TYPE.headers : TYPE.continuation,
        (index === 0 ? FLAG.endStream : 0) | (index === parts.length - 1 ? FLAG.endHeaders : 0),
        stream,
        part,
      ),
    );
  };

  big.send(...split(1, [...GET, ['x', 'a'.repeat(16_400)]]));
  expect(await big.outcome(1)).toBe('status 400');
  big.send(...split(3, [...GET, ...Array.from({ length: 7 }, (): Field => ['x', 'a'.repeat(10_000)])]));
  expect(await big.outcome(3)).toBe('status 400');
  big.send(...split(5, [...GET, ['x', 'a'.repeat(16_000)]]));
  expect(await big.outcome(5)).toBe('status 200');
});

it('9113 3.4: preface and request may come at once', async () => {
  client = await FrameClient.connect(opened.port);

  client.send(PREFACE, settings(), headers(1, GET));

  expect(await client.outcome(1)).toBe('status 200');
});
