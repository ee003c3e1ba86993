import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { millis } from '../../../../../kernel/span.ts';
import { until } from '../../../testing/client.ts';
import { groupOf, HTTP_SETTINGS } from '../../../testing/configs.ts';
import { askHttp2 } from '../../../testing/http2-client.ts';
import { http2Group, Http2Stage, listenersOf } from '../../../testing/http2-stage.ts';

let stage: Http2Stage;
beforeAll(async () => {
  stage = await Http2Stage.open();
});
afterEach(() => stage.endTest());
afterAll(() => stage.close());

const MEGABYTES = Buffer.alloc(3 * 1024 * 1024, 'some bytes and more');
const echo: RequestListener = (request, response) => void request.pipe(response);
const inFlight = async () => (await stage.stage.group('web')).targets[0]?.inFlight;

it.each(['content-length', 'stream'])('gets back a body of megabytes that it sent by %s', async (framing) => {
  const { port } = await stage.before(echo);
  const headers = framing === 'stream' ? {} : { 'content-length': MEGABYTES.length };

  const answer = await askHttp2(stage.client(port), { ':method': 'POST', ...headers }, MEGABYTES);

  expect(answer.headers[':status']).toBe(200);
  expect(answer.body.equals(MEGABYTES)).toBe(true);
});

it('tells the target by which protocol, port, TLS version and cipher it came', async () => {
  const http = { ...HTTP_SETTINGS, tlsHeaders: true };
  const { port } = await stage.before((request, response) => response.end(JSON.stringify(request.headers)), { http });

  const answer = await askHttp2(stage.client(port), { cookie: ['a=1', 'b=2'], ':authority': 'shop.test' });

  const seen = JSON.parse(answer.body.toString()) as Record<string, string>;
  expect(seen).toMatchObject({ 'x-forwarded-proto': 'https', 'x-amzn-tls-version': 'TLSv1.3', cookie: 'a=1; b=2' });
  expect(seen['x-amzn-tls-cipher-suite']).toMatch(/^TLS_/);
  expect(seen['x-forwarded-port']).toBe('0');
  expect(seen['host']).toMatch(/^shop\.test(:\d+)?$/);
});

it('gets several values of a header, and none that HTTP/2 forbids', async () => {
  const { port } = await stage.before((_request, response) => {
    response.writeHead(200, { 'Set-Cookie': ['a=1', 'b=2'], 'Keep-Alive': 'timeout=5', 'X-Upper': 'Case' });
    response.end('web');
  });

  const { headers } = await askHttp2(stage.client(port));

  expect(headers['set-cookie']).toEqual(['a=1', 'b=2']);
  expect([headers['keep-alive'], headers['connection'], headers['x-upper']]).toEqual([undefined, undefined, 'Case']);
});

it('sends and gets trailers', async () => {
  const { port } = await stage.before((request, response) => {
    request.resume();
    request.on('end', () => {
      response.writeHead(200, { Trailer: 'sum' });
      response.write('body');
      response.addTrailers({ sum: request.trailers['sum'] ?? 'none' });
      response.end();
    });
  });

  const answer = await askHttp2(stage.client(port), { ':method': 'POST' }, Buffer.from('a'), { sum: '42' });

  expect([answer.body.toString(), answer.trailers?.['sum']]).toEqual(['body', '42']);
});

it('gets the answer to HEAD with its length and no body', async () => {
  const { port } = await stage.before((_request, response) => response.writeHead(200, { 'content-length': 7 }).end());

  const answer = await askHttp2(stage.client(port), { ':method': 'HEAD' });

  expect([answer.headers['content-length'], answer.body.length]).toEqual(['7', 0]);
});

it('is told to go on by the target, and gets early hints', async () => {
  const { port } = await stage.before((request, response) => {
    response.writeEarlyHints({ link: '</style.css>; rel=preload' });
    request.pipe(response);
  });
  const stream = stage.client(port).request({ ':method': 'POST', expect: '100-continue' });
  const informational: unknown[] = [];
  stream.on('headers', (headers) => informational.push(headers[':status']));
  stream.on('continue', () => stream.end('body'));
  const parts: Buffer[] = [];
  stream.on('data', (part: Buffer) => parts.push(part));
  await once(stream, 'end');

  expect(informational).toEqual(expect.arrayContaining([100, 103]));
  expect(Buffer.concat(parts).toString()).toBe('body');
});

it('gets an answer that came before its request was whole, and then may stop sending', async () => {
  const { port } = await stage.before((_request, response) => response.writeHead(413).end('too much'));
  const stream = stage.client(port).request({ ':method': 'POST' });
  stream.write('a');
  const [headers] = (await once(stream, 'response')) as [Record<string, unknown>];
  stream.resume();
  await once(stream, 'close');

  expect([headers[':status'], stream.rstCode]).toEqual([413, 0]);
});

it('ends the request at the target when it takes it back', async () => {
  const { port, backend } = await stage.before(() => undefined);
  const stream = stage.client(port).request({});
  stream.on('error', () => undefined);
  await until('the request has arrived', async () => backend.requests() === 1);

  stream.close(8);

  await until('nothing is in flight', async () => (await inFlight()) === 0);
});

it('does not make the balancer hold an answer that it does not read', async () => {
  let written = 0;
  const { port } = await stage.before((request, response) => {
    if (request.url !== '/large') return void response.end('web');
    const part = Buffer.alloc(1024 * 1024);
    const more = () => {
      while (written++ < 200 && response.write(part));
    };
    response.on('drain', more);
    more();
  });
  const session = stage.client(port);
  const stream = session.request({ ':path': '/large' });
  await once(stream, 'response');

  for (let round = 0; round < 200; round++) await askHttp2(session);

  expect(written).toBeLessThan(200);
  stream.destroy();
});

it('sees a stream reset when the target breaks off, and its connection go on', async () => {
  const { port } = await stage.before((request, response) => {
    if (request.url !== '/broken') return void response.end('web');
    response.write('half', () => request.socket.destroy());
  });
  const session = stage.client(port);

  await expect(askHttp2(session, { ':path': '/broken' })).rejects.toThrow();

  expect((await askHttp2(session)).body.toString()).toBe('web');
});

it('ends with its connection idle, by a GOAWAY', async () => {
  const { port } = await stage.before(undefined, { http: { ...HTTP_SETTINGS, idleTimeout: millis(100) } });
  const session = stage.client(port);
  const told = once(session, 'goaway') as Promise<[number]>;
  const closed = once(session, 'close');

  await askHttp2(session);

  expect((await told)[0]).toBe(0);
  await closed;
});

it('finishes what it began when its connection is too old', async () => {
  const { port } = await stage.before((_request, response) => release.push(() => response.end('late')), {
    http: { ...HTTP_SETTINGS, clientKeepAlive: millis(300) },
  });
  const release: (() => void)[] = [];
  const session = stage.client(port);
  const told = once(session, 'goaway');
  const closed = once(session, 'close');
  const asked = askHttp2(session);

  await told;
  await until('the request has arrived', async () => release.length === 1);
  release[0]?.();

  expect((await asked).body.toString()).toBe('late');
  await closed;
});

it('stays where it began when weights move', async () => {
  const release: (() => void)[] = [];
  const { port, backend } = await stage.before((_request, response) => release.push(() => response.end('old')));
  const session = stage.client(port);
  const asked = askHttp2(session);
  await until('the request has arrived', async () => release.length === 1);
  const green = await stage.target((stream) => {
    stream.respond({ ':status': 200 });
    stream.end('new');
  });
  const groups = [groupOf('web', [backend.port]), http2Group('green', green.port)];

  await stage.stage.apply(listenersOf({ web: 0, green: 1 }), groups);
  const next = await askHttp2(session);
  release[0]?.();

  expect([next.body.toString(), (await asked).body.toString()]).toEqual(['new', 'old']);
});
