import { afterEach, expect, it } from 'vitest';
import { millis } from '../../../../../kernel/span.ts';
import { askRaw, until } from '../../../testing/client.ts';
import { converse, type Conversation } from '../testing/conversation.ts';
import { openRig, startRawTarget, type Rig, type RawTarget, type RigOptions } from '../testing/rig.ts';

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const LAST = 'GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const PAGE = { type: 'fixed-response', statusCode: 200, contentType: 'text/plain', body: 'page' } as const;

let rig: Rig;
let target: RawTarget;
const talks: Conversation[] = [];
afterEach(() => {
  for (const { socket } of talks.splice(0)) socket.destroy();
  rig.close();
  target.close();
});

type Answer = Parameters<typeof startRawTarget>[0];
const open = async (answer: Answer, options: Partial<RigOptions> = {}) => {
  target = await startRawTarget(answer);
  rig = await openRig({ ports: [target.port], ...options });
  return rig;
};
const talk = (first: string) => {
  const conversation = converse(rig.port, first);
  talks.push(conversation);
  return conversation;
};
/** Answers every whole head without a body. */
const always = (text: string): Answer => {
  const answered = new Map<unknown, number>();
  return (received, socket) => {
    const heads = received.split('\r\n\r\n').length - 1;
    for (let count = answered.get(socket) ?? 0; count < heads; count++) socket.write(text);
    answered.set(socket, heads);
  };
};

it('carries trailers both ways', async () => {
  await open((received, socket) => {
    if (!received.includes('X-Sum: 1')) return;
    socket.write(
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Total\r\n\r\n3\r\nabc\r\n0\r\nX-Total: 3\r\n\r\n',
    );
  });

  const heard = await talk(
    'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n' +
      '5;part=1\r\nhello\r\n0\r\nX-Sum: 1\r\nContent-Length: 9\r\n\r\n',
  ).hears('X-Total: 3\r\n\r\n');

  expect(heard).toMatch(/Trailer: X-Total\r\n[^]*\r\n\r\n3\r\nabc\r\n0\r\nX-Total: 3\r\n\r\n$/);
  expect(target.received()).toMatch(/\r\n\r\n5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n$/);
});

it('passes 103 on to HTTP/1.1, and to HTTP/1.0 only the answer', async () => {
  await open(always(`HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n${OK}`));

  const newer = await askRaw(rig.port, LAST);
  const older = await askRaw(rig.port, 'GET / HTTP/1.0\r\n\r\n');

  expect(newer).toMatch(/^HTTP\/1\.1 103 Early Hints\r\nLink: <\/a\.css>\r\n\r\nHTTP\/1\.1 200 OK\r\n/);
  expect(older).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
});

it('passes 100 on only where it is expected, and then the body', async () => {
  await open((received, socket) => {
    if (received.endsWith('\r\n\r\n')) socket.write('HTTP/1.1 100 Continue\r\n\r\n');
    if (received.endsWith('hello')) socket.write(OK);
  });
  const client = talk('POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n');

  await client.hears('HTTP/1.1 100 Continue\r\n\r\n');
  client.say('hello');

  expect(await client.hears('ok')).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK\r\n/);
});

it('closes after an answer that came instead of 100', async () => {
  await open((received, socket) => void (received.endsWith('\r\n\r\n') && socket.write(OK)));

  const heard = await askRaw(
    rig.port,
    'POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n',
  );

  expect(heard).toContain('Connection: close');
});

it('answers pipelined requests in their order, by one connection to the target', async () => {
  await open((received, socket) => {
    const heads = received.split('\r\n\r\n').length - 1;
    const path = /GET (\S+) HTTP\/1\.1\r\n(?!.*GET )/s.exec(received)?.[1] ?? '';
    if (heads > 0) socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${path.length}\r\n\r\n${path}`);
  });
  const ask = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;

  const heard = await askRaw(rig.port, `${ask('/1')}\r\n${ask('/2')}${ask('/3')}${LAST}`);

  expect(heard.match(/\/(?:\d(?=HTTP)|last)/g)).toEqual(['/1', '/2', '/3', '/last']);
  expect(target.connections()).toBe(1);
});

it('answers ten thousand pipelined requests that need no target', async () => {
  await open(() => undefined, { route: PAGE });

  const heard = await askRaw(rig.port, GET.repeat(10_000) + LAST);

  expect(heard.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(10_001);
});

it('reads a request that comes byte by byte', async () => {
  await open((received, socket) => void (received.endsWith('0\r\n\r\n') && socket.write(OK)));
  const client = talk('');
  const bytes = 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\na\r\n0123456789\r\n0\r\n\r\n';

  client.socket.setNoDelay(true);
  for (const byte of bytes) {
    client.say(byte);
    await new Promise((resolve) => setImmediate(resolve));
  }

  await client.hears('ok');
  const body = target.received().split('\r\n\r\n').slice(1).join('\r\n\r\n');
  expect(body.replace(/\r\n/g, '|').replace(/[0-9a-f]+\|(\d+)\|/g, '$1')).toBe('01234567890||');
});

it('closes an old connection with its next answer', async () => {
  await open(always(OK), { http: { clientKeepAlive: millis(0) } });

  expect(await talk(GET).closed()).toContain('Connection: close');
});

it('keeps a connection open that is not old', async () => {
  await open(always(OK));
  const client = talk(GET);
  await client.hears('Connection: keep-alive');

  client.say(LAST);

  expect((await client.closed()).match(/200 OK/g)).toHaveLength(2);
  expect(target.connections()).toBe(1);
});

it('closes with the next answer once it retires, and takes idle connections along', async () => {
  await open(always(OK));
  const busy = talk(GET);
  const idle = talk(GET);
  await Promise.all([busy.hears('ok'), idle.hears('ok')]);

  rig.front.retire();
  busy.say(GET);
  expect(await busy.closed()).toContain('Connection: close');
  rig.front.close(false);
  await idle.closed();

  await until('no connection is counted', async () => rig.openConnections() === 0);
});

it('answers 408 to a head or a body that does not come, and closes in silence between requests', async () => {
  await open(always(OK), { http: { idleTimeout: millis(100) } });

  expect(await askRaw(rig.port, 'GET / HTTP/1.1\r\n')).toMatch(/^HTTP\/1\.1 408 /);
  expect(await askRaw(rig.port, 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab')).not.toContain(' 500 ');
  expect(await askRaw(rig.port, '')).toBe('');
  expect(await askRaw(rig.port, GET)).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*ok$/);
});

it('answers 408 when the rest of a body is late, though the target waits too', async () => {
  await open(() => undefined, { http: { idleTimeout: millis(100) } });

  const heard = await askRaw(rig.port, 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab');

  expect(heard).toMatch(/^HTTP\/1\.1 408 Request Time-out\r\n/);
  expect(rig.reports.map(({ status }) => status)).toEqual([408]);
  expect(rig.inFlight()).toBe(0);
});

it('bounds the time of a whole head, however steadily its bytes come', async () => {
  await open(always(OK), { http: { idleTimeout: millis(200) } });
  const client = talk('GET / HTTP/1.1\r\nX: ');
  const drip = setInterval(() => client.say('a'), 20);

  const heard = await client.closed();
  clearInterval(drip);

  expect(heard).toMatch(/^HTTP\/1\.1 408 /);
});

it('cuts a client that does not read its answer, and lets go of the target', async () => {
  const megabytes = Buffer.alloc(32 * 1024 * 1024, 'x');
  await open(
    (received, socket) => {
      if (!received.endsWith('\r\n\r\n')) return;
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${megabytes.length}\r\n\r\n`);
      socket.write(megabytes);
    },
    { http: { idleTimeout: millis(200) } },
  );
  const client = talk(GET);
  client.socket.pause();

  await until('the request has ended', async () => rig.reports.length === 1);

  expect(rig.reports[0]?.client.sentBytes).toBeLessThan(megabytes.length);
  expect(rig.inFlight()).toBe(0);
});

it('refuses a chunk that is none, and forwards nothing behind it', async () => {
  await open(() => undefined);

  const heard = await askRaw(rig.port, `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n${GET}`);

  expect(heard).toMatch(/^HTTP\/1\.1 400 /);
  expect(target.received()).not.toContain('GET');
});

it('serves no request behind a GET with a body, on either side', async () => {
  await open((received, socket) => void (/hello$|last/.test(received) && socket.write(OK)));

  const heard = await askRaw(rig.port, `GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello${GET}`);
  await askRaw(rig.port, LAST);

  expect(heard.match(/HTTP\/1\.1 /g)).toHaveLength(1);
  expect(target.connections()).toBe(2);
});

it.each(['defensive', 'monitor', 'strictest'] as const)('handles what is merely odd in mode %s', async (mode) => {
  await open(always(OK), { http: { desyncMitigation: mode } });

  const heard = await askRaw(rig.port, 'GET /{a} HTTP/1.1\r\nHost: a\r\nX: \xe9\r\nConnection: close\r\n\r\n');

  expect(heard.slice(0, 12)).toBe(mode === 'strictest' ? 'HTTP/1.1 400' : 'HTTP/1.1 200');
  if (mode !== 'strictest') expect(target.received()).toContain('X: \xe9');
});

it('gives HTTP/1.0 an answer of unknown length until the end of the connection', async () => {
  await open(always('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n'));

  const heard = await askRaw(rig.port, 'GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n');

  expect(heard).toMatch(/Connection: close\r\n\r\nok$/);
  expect(heard).not.toContain('Transfer-Encoding');
});

it('passes the length of an answer to HEAD on without a body', async () => {
  await open(always('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n'));

  const heard = await askRaw(
    rig.port,
    'HEAD / HTTP/1.1\r\nHost: a\r\n\r\nHEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
  );

  expect(heard.match(/Content-Length: 5\r\nConnection: [a-z-]+\r\n\r\n/g)).toHaveLength(2);
  expect(target.connections()).toBe(1);
});

it('tells the client of an end of the connection in the middle of an answer', async () => {
  await open((_, socket) => void socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n'));

  const heard = await askRaw(rig.port, GET);

  expect(heard).toMatch(/5\r\nhello\r\n$/);
  expect(rig.reports[0]).toMatchObject({ status: 200, failure: 'short' });
});
