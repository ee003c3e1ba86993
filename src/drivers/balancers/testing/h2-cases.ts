import {
  block,
  data,
  FLAG,
  frame,
  GET,
  headers,
  ping,
  POST,
  SETTING,
  settings,
  TYPE,
  uint32,
  type Field,
} from './h2-frames.ts';

export const without = (name: string, fields = GET): Field[] => fields.filter(([field]) => field !== name);
const ended = FLAG.endStream | FLAG.endHeaders;
export const NEVER: readonly Field[] = [...without(':path'), [':path', '/never']];
export const windowUpdate = (stream: number, by: number) => frame(TYPE.windowUpdate, 0, stream, uint32(by));

/** RFC 9113's section, what is wrong, the frames, and how the connection must answer. */
type Case = readonly [section: string, what: string, frames: readonly Buffer[], outcome: string];

const PROTOCOL = 'goaway PROTOCOL_ERROR';
const SIZE = 'goaway FRAME_SIZE_ERROR';
/**
 * node:http2 ends the connection at once, for errors of a stream too, which 5.4.1 allows. Its GOAWAY may be lost with
 * the reset that a socket sends when it is closed with bytes unread.
 */
export const END = 'closed';

/** After these nothing more that comes by the connection is heard. */
export const OF_THE_CONNECTION: readonly Case[] = [
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
export const OF_THE_STREAM: readonly Case[] = [
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
export const ACCEPTED: readonly Case[] = [
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
