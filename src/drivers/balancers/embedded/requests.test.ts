import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage, RequestListener } from 'node:http';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { millis } from '../../../kernel/span.ts';
import { bundleBalancer, type Bundle } from '../testing/bundle-balancer.ts';
import { ask, askRaw, until } from '../testing/client.ts';
import { configOf, forwardTo, groupOf, HTTP_SETTINGS, listenerOf } from '../testing/configs.ts';
import { openBalancer, type Opened } from '../testing/opened.ts';
import { pageBody } from './traffic/pages.ts';

let bundle: Bundle;
let opened: Opened | undefined;
beforeAll(async () => {
  bundle = await bundleBalancer();
});
afterEach(async () => {
  await opened?.close();
  opened = undefined;
});
afterAll(() => bundle.remove());

const openWith = async (answer?: RequestListener, more = {}) =>
  (opened = await openBalancer(bundle.entry, answer, more));
const sha = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const MEGABYTE = randomBytes(1024 * 1024);

const bodyOf = async (request: IncomingMessage) => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
};

it.each(['content-length', 'chunked'])('carries a megabyte both ways by %s', async (framing) => {
  const { port } = await openWith((request, response) => {
    void bodyOf(request).then((body) => {
      response.writeHead(200, framing === 'chunked' ? {} : { 'content-length': body.length });
      response.write(body.subarray(0, 1000));
      response.end(body.subarray(1000));
    });
  });
  const headers = framing === 'chunked' ? { 'transfer-encoding': 'chunked' } : { 'content-length': MEGABYTE.length };

  const answer = await ask({ port, method: 'POST', headers, body: MEGABYTE });

  expect(answer.status).toBe(200);
  expect(sha(answer.body)).toBe(sha(MEGABYTE));
});

it('tells the target who asked, and drops what belongs to one connection only', async () => {
  const { port } = await openWith((request, response) => response.end(JSON.stringify(request.headers)));
  const headers = {
    'x-forwarded-for': '1.2.3.4',
    'x-forwarded-proto': 'https',
    connection: 'close, x-private',
    'x-private': 'a',
    te: 'trailers',
    host: 'web.test',
  };

  const seen = JSON.parse((await ask({ port, headers })).body.toString()) as Record<string, string>;

  expect(seen['x-forwarded-for']).toBe('1.2.3.4, 127.0.0.1');
  expect(seen['x-forwarded-proto']).toBe('http');
  expect(seen['x-amzn-trace-id']).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/);
  expect([seen['x-private'], seen['te'], seen['connection']]).toEqual([undefined, undefined, undefined]);
});

it('carries a WebSocket, counted as in flight until it ends', async () => {
  const { port, backend, balancer } = await openWith();
  const server = new WebSocketServer({ server: backend.server });
  server.on('connection', (socket) => socket.on('message', (data) => socket.send(data)));
  const inFlight = async () => (await balancer.observe()).targetGroups[0]?.targets[0]?.inFlight;

  const socket = new WebSocket(`ws://127.0.0.1:${port}/live`);
  await new Promise((resolve) => socket.once('open', resolve));
  socket.send(MEGABYTE);
  const echoed = await new Promise<Buffer>((resolve) => socket.once('message', resolve));

  expect(sha(echoed)).toBe(sha(MEGABYTE));
  expect(await inFlight()).toBe(1);
  socket.close();
  await until('the tunnel has ended', async () => (await inFlight()) === 0);
});

it('serves a request that asks for another upgrade as if it had not', async () => {
  const { port } = await openWith();

  const answer = await askRaw(
    port,
    'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMA\r\n\r\n' +
      'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
  );

  expect(answer.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2);
});

it('passes 100-continue on from the target', async () => {
  const { port } = await openWith((request, response) => void bodyOf(request).then((body) => response.end(body)));
  const answer = await new Promise<string>((resolve) => {
    let text = '';
    const socket = connect({ host: '127.0.0.1', port }, () =>
      socket.write(
        'POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\nConnection: close\r\n\r\n',
      ),
    );
    socket.on('data', (part: Buffer) => {
      text += part.toString();
      if (text === 'HTTP/1.1 100 Continue\r\n\r\n') socket.write('hello');
    });
    socket.on('close', () => resolve(text));
  });

  expect(answer).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK\r\n[^]*hello$/);
});

const HOSTILE: readonly (readonly [string, string, number])[] = [
  [
    'both lengths',
    'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    400,
  ],
  ['two different lengths', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello', 400],
  ['an unknown coding', 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n', 501],
  ['a space before the colon', 'GET / HTTP/1.1\r\nHost : a\r\n\r\n', 400],
  ['no host', 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n', 400],
  ['two hosts', 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n', 400],
  ['no request at all', '\0\x01\xff\r\n\r\n', 400],
  ['a version that is none', 'GET / HTTP/7.3\r\nHost: a\r\n\r\n', 505],
  ['TRACE', 'TRACE / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n', 405],
  ['CONNECT', 'CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n', 405],
  ['a long target', `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`, 414],
  ['a long header', `GET / HTTP/1.1\r\nHost: a\r\nX: ${'a'.repeat(20_000)}\r\nConnection: close\r\n\r\n`, 400],
  ['too many headers', `GET / HTTP/1.1\r\nHost: a\r\n${`X: ${'a'.repeat(9000)}\r\n`.repeat(9)}\r\n`, 400],
  ['another host in the request line', 'GET http://b/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n', 400],
  ['a bad chunk', 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n', 400],
];

it('answers hostile requests as an Application Load Balancer does, and goes on', async () => {
  const { port, backend } = await openWith();

  for (const [what, bytes, status] of HOSTILE) {
    const answer = await askRaw(port, bytes);
    expect(`${what}: ${answer.slice(0, 12)}`).toBe(`${what}: HTTP/1.1 ${status}`);
    expect(answer).toContain('Server: awselb/2.0');
  }

  expect((await ask({ port })).body.toString()).toBe('web');
  expect(backend.requests()).toBeLessThanOrEqual(2);
});

it('answers with its own pages: 502 for a target that is gone, 503 for none', async () => {
  const { port, backend, balancer } = await openWith();
  await backend.close();
  const gone = await ask({ port });
  await balancer.apply(configOf(2, [listenerOf([forwardTo({ web: 1 })])], [groupOf('web', [])]));
  const none = await ask({ port });

  expect([gone.status, gone.body.toString()]).toEqual([502, pageBody(502)]);
  expect([none.status, none.headers['server']]).toEqual([503, 'awselb/2.0']);
  expect(none.headers['content-type']).toBe('text/html');
});

it('answers 504 when the target says nothing until the idle timeout', async () => {
  const { port } = await openWith(() => undefined, { http: { ...HTTP_SETTINGS, idleTimeout: millis(150) } });

  expect((await ask({ port })).status).toBe(504);
});

it('never fails an idempotent request because the target closed an idle connection', async () => {
  const { port, backend } = await openWith();
  const statuses = new Set<number>();

  for (let round = 0; round < 300; round++) {
    statuses.add((await ask({ port })).status);
    backend.server.closeIdleConnections();
  }

  expect([...statuses]).toEqual([200]);
});

it('tries another target when a connection is refused', async () => {
  const { port, backend, balancer } = await openWith();
  const off = { ...groupOf('web', []).healthCheck, enabled: false };
  const groups = [groupOf('web', [1, backend.port], { healthCheck: off })];
  await balancer.apply(configOf(2, [listenerOf([forwardTo({ web: 1 })])], groups));

  for (let count = 0; count < 10; count++) expect((await ask({ port })).body.toString()).toBe('web');
});

it('forgets a request whose client has gone', async () => {
  const { port, balancer, backend } = await openWith(() => undefined);
  const socket = connect({ host: '127.0.0.1', port }, () => socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n'));
  await until('the request has arrived', async () => backend.requests() === 1);

  socket.destroy();

  await until('nothing is in flight', async () => {
    const { targetGroups } = await balancer.observe();
    return targetGroups[0]?.targets[0]?.inFlight === 0;
  });
});

it('matches rules by host and path, tells load balancers on one port apart, and redirects', async () => {
  const { port, balancer } = await openWith();
  const fixed = (body: string) =>
    ({ type: 'fixed-response', statusCode: 200, contentType: 'text/plain', body }) as const;
  const target = { host: '#{host}', port: '443', path: '/new/#{path}', query: '#{query}' };
  const redirect = { type: 'redirect', statusCode: 301, protocol: 'HTTPS', ...target } as const;
  const one = listenerOf([
    { arn: 'r1', priority: 1, conditions: [{ field: 'host-header', values: ['*.Shop.test'] }], action: fixed('shop') },
    { arn: 'r2', priority: 1, conditions: [{ field: 'path-pattern', values: ['/old/*', '/?'] }], action: redirect },
    { arn: 'r3', priority: 1, conditions: [], action: fixed('one') },
  ]);
  const two = listenerOf([{ arn: 'r4', priority: 1, conditions: [], action: fixed('two') }], {
    arn: 'second',
    hosts: ['api-2.us-east-1.elb.localhost'],
  });
  await balancer.apply(configOf(2, [one, two], []));
  const get = async (host: string, path = '/') => (await ask({ port, path, headers: { host } })).body.toString();

  expect(await get('www.SHOP.test:80')).toBe('shop');
  expect(await get('api-2.us-east-1.elb.localhost')).toBe('two');
  expect(await get('API-2.elb.localhost:1234')).toBe('two');
  expect(await get('other.test', '/OLD/x')).toBe('one');
  const moved = await ask({ port, path: '/old/a?b=c', headers: { host: 'x.test' } });
  expect([moved.status, moved.headers.location]).toEqual([301, 'https://x.test:443/new/old/a?b=c']);
});
