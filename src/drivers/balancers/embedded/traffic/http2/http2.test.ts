import { once } from 'node:events';
import {
  connect,
  createSecureServer,
  createServer,
  type ClientHttp2Session,
  type Http2Server,
  type ServerHttp2Stream,
} from 'node:http2';
import type { RequestListener } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { millis } from '../../../../../kernel/span.ts';
import { bundleBalancer, type Bundle } from '../../../testing/bundle-balancer.ts';
import { TLS } from '../../../testing/certificates.ts';
import { until } from '../../../testing/client.ts';
import { forwardTo, groupOf, HTTP_SETTINGS, listenerOf } from '../../../testing/configs.ts';
import { askHttp2, callGrpc } from '../../../testing/http2-client.ts';
import { Stage } from '../../../testing/stage.ts';
import type { ListenerConfig } from '../../../balancer.ts';
import { createEmbeddedBalancer } from '../../embedded-balancer.ts';

let bundle: Bundle;
let stage: Stage;
const sessions: ClientHttp2Session[] = [];
const servers: { readonly server: Http2Server; readonly sockets: Set<Socket> }[] = [];
beforeAll(async () => {
  bundle = await bundleBalancer();
  stage = await Stage.open((options) => createEmbeddedBalancer({ ...options, entry: bundle.entry }));
});
afterEach(async () => {
  for (const session of sessions.splice(0)) session.destroy();
  await stage.endTest();
  for (const { server, sockets } of servers.splice(0)) {
    for (const socket of sockets) socket.destroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }
});
afterAll(async () => {
  await stage.close();
  await bundle.remove();
});

const listenersOf = (weights: Readonly<Record<string, number>>, more: Partial<ListenerConfig> = {}) => [
  listenerOf([forwardTo(weights)], { tls: TLS, ...more }),
];

/** One target of HTTP/1.1. */
async function openWith(answer?: RequestListener, more: Partial<ListenerConfig> = {}) {
  const backend = await stage.backend('web', answer);
  const port = await stage.apply(listenersOf({ web: 1 }, more), [groupOf('web', [backend.port])]);
  return { port, backend };
}

function clientOf(port: number): ClientHttp2Session {
  const session = connect(`https://127.0.0.1:${port}`, { servername: 'a.test', rejectUnauthorized: false });
  session.on('error', () => undefined);
  sessions.push(session);
  return session;
}

/** A target that speaks HTTP/2, without TLS unless its server does. */
async function startTarget(
  answer: (stream: ServerHttp2Stream, path: string) => void,
  server: Http2Server = createServer(),
): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  server.on('stream', (stream, headers) => {
    stream.on('error', () => undefined);
    answer(stream, headers[':path'] ?? '');
  });
  servers.push({ server, sockets });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

const UNCHECKED = { ...groupOf('web', []).healthCheck, enabled: false };

/** A client of the balancer with a group of targets by HTTP/2 behind it. */
async function openTo(version: 'HTTP2' | 'GRPC', port: number): Promise<ClientHttp2Session> {
  const groups = [groupOf('web', [port], { version, healthCheck: UNCHECKED })];
  return clientOf(await stage.apply(listenersOf({ web: 1 }), groups));
}

const MEGABYTES = Buffer.alloc(3 * 1024 * 1024, 'some bytes and more');
const echo: RequestListener = (request, response) => void request.pipe(response);
const inFlight = async () => (await stage.group('web')).targets[0]?.inFlight;

describe('a client of HTTP/2 with targets of HTTP/1.1', () => {
  it.each(['content-length', 'stream'])('gets back a body of megabytes that it sent by %s', async (framing) => {
    const { port } = await openWith(echo);
    const headers = framing === 'stream' ? {} : { 'content-length': MEGABYTES.length };

    const answer = await askHttp2(clientOf(port), { ':method': 'POST', ...headers }, MEGABYTES);

    expect(answer.headers[':status']).toBe(200);
    expect(answer.body.equals(MEGABYTES)).toBe(true);
  });

  it('tells the target by which protocol, port, TLS version and cipher it came', async () => {
    const http = { ...HTTP_SETTINGS, tlsHeaders: true };
    const { port } = await openWith((request, response) => response.end(JSON.stringify(request.headers)), { http });

    const answer = await askHttp2(clientOf(port), { cookie: ['a=1', 'b=2'], ':authority': 'shop.test' });

    const seen = JSON.parse(answer.body.toString()) as Record<string, string>;
    expect(seen).toMatchObject({ 'x-forwarded-proto': 'https', 'x-amzn-tls-version': 'TLSv1.3', cookie: 'a=1; b=2' });
    expect(seen['x-amzn-tls-cipher-suite']).toMatch(/^TLS_/);
    expect(seen['x-forwarded-port']).toBe('0');
    expect(seen['host']).toMatch(/^shop\.test(:\d+)?$/);
  });

  it('gets several values of a header, and none that HTTP/2 forbids', async () => {
    const { port } = await openWith((_request, response) => {
      response.writeHead(200, { 'Set-Cookie': ['a=1', 'b=2'], 'Keep-Alive': 'timeout=5', 'X-Upper': 'Case' });
      response.end('web');
    });

    const { headers } = await askHttp2(clientOf(port));

    expect(headers['set-cookie']).toEqual(['a=1', 'b=2']);
    expect([headers['keep-alive'], headers['connection'], headers['x-upper']]).toEqual([undefined, undefined, 'Case']);
  });

  it('sends and gets trailers', async () => {
    const { port } = await openWith((request, response) => {
      request.resume();
      request.on('end', () => {
        response.writeHead(200, { Trailer: 'sum' });
        response.write('body');
        response.addTrailers({ sum: request.trailers['sum'] ?? 'none' });
        response.end();
      });
    });

    const answer = await askHttp2(clientOf(port), { ':method': 'POST' }, Buffer.from('a'), { sum: '42' });

    expect([answer.body.toString(), answer.trailers?.['sum']]).toEqual(['body', '42']);
  });

  it('gets the answer to HEAD with its length and no body', async () => {
    const { port } = await openWith((_request, response) => response.writeHead(200, { 'content-length': 7 }).end());

    const answer = await askHttp2(clientOf(port), { ':method': 'HEAD' });

    expect([answer.headers['content-length'], answer.body.length]).toEqual(['7', 0]);
  });

  it('is told to go on by the target, and gets early hints', async () => {
    const { port } = await openWith((request, response) => {
      response.writeEarlyHints({ link: '</style.css>; rel=preload' });
      request.pipe(response);
    });
    const stream = clientOf(port).request({ ':method': 'POST', expect: '100-continue' });
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
    const { port } = await openWith((_request, response) => response.writeHead(413).end('too much'));
    const stream = clientOf(port).request({ ':method': 'POST' });
    stream.write('a');
    const [headers] = (await once(stream, 'response')) as [Record<string, unknown>];
    stream.resume();
    await once(stream, 'close');

    expect([headers[':status'], stream.rstCode]).toEqual([413, 0]);
  });

  it('ends the request at the target when it takes it back', async () => {
    const { port, backend } = await openWith(() => undefined);
    const stream = clientOf(port).request({});
    stream.on('error', () => undefined);
    await until('the request has arrived', async () => backend.requests() === 1);

    stream.close(8);

    await until('nothing is in flight', async () => (await inFlight()) === 0);
  });

  it('does not make the balancer hold an answer that it does not read', async () => {
    let written = 0;
    const { port } = await openWith((request, response) => {
      if (request.url !== '/large') return void response.end('web');
      const part = Buffer.alloc(1024 * 1024);
      const more = () => {
        while (written < 200 && response.write(part)) written += 1;
      };
      response.on('drain', more);
      more();
    });
    const session = clientOf(port);
    const stream = session.request({ ':path': '/large' });
    await once(stream, 'response');

    for (let round = 0; round < 200; round++) await askHttp2(session);

    expect(written).toBeLessThan(200);
    stream.destroy();
  });

  it('sees a stream reset when the target breaks off, and its connection go on', async () => {
    const { port } = await openWith((request, response) => {
      if (request.url !== '/broken') return void response.end('web');
      response.write('half', () => request.socket.destroy());
    });
    const session = clientOf(port);

    await expect(askHttp2(session, { ':path': '/broken' })).rejects.toThrow();

    expect((await askHttp2(session)).body.toString()).toBe('web');
  });

  it('ends with its connection idle, by a GOAWAY', async () => {
    const { port } = await openWith(undefined, { http: { ...HTTP_SETTINGS, idleTimeout: millis(100) } });
    const session = clientOf(port);
    await askHttp2(session);

    const [code] = (await once(session, 'goaway')) as [number];

    expect(code).toBe(0);
    await once(session, 'close');
  });

  it('finishes what it began when its connection is too old', async () => {
    const { port } = await openWith((_request, response) => release.push(() => response.end('late')), {
      http: { ...HTTP_SETTINGS, clientKeepAlive: millis(300) },
    });
    const release: (() => void)[] = [];
    const session = clientOf(port);
    const asked = askHttp2(session);

    await once(session, 'goaway');
    await until('the request has arrived', async () => release.length === 1);
    release[0]?.();

    expect((await asked).body.toString()).toBe('late');
    await once(session, 'close');
  });

  it('stays where it began when weights move', async () => {
    const release: (() => void)[] = [];
    const { port, backend } = await openWith((_request, response) => release.push(() => response.end('old')));
    const session = clientOf(port);
    const asked = askHttp2(session);
    await until('the request has arrived', async () => release.length === 1);
    const green = await startTarget((stream) => {
      stream.respond({ ':status': 200 });
      stream.end('new');
    });
    const groups = [
      groupOf('web', [backend.port]),
      groupOf('green', [green], { version: 'HTTP2', healthCheck: UNCHECKED }),
    ];

    await stage.apply(listenersOf({ web: 0, green: 1 }), groups);
    const next = await askHttp2(session);
    release[0]?.();

    expect([next.body.toString(), (await asked).body.toString()]).toEqual(['new', 'old']);
  });
});

describe('targets of HTTP/2', () => {
  it('get megabytes and trailers, and send them', async () => {
    const port = await startTarget((stream) => {
      stream.respond({ ':status': 200 }, { waitForTrailers: true });
      let sum = '';
      stream.on('trailers', (trailers) => (sum = String(trailers['sum'])));
      stream.on('wantTrailers', () => stream.sendTrailers({ sum }));
      stream.pipe(stream);
    });
    const session = await openTo('HTTP2', port);

    const answer = await askHttp2(session, { ':method': 'POST' }, MEGABYTES, { sum: '42' });

    expect(answer.body.equals(MEGABYTES)).toBe(true);
    expect(answer.trailers?.['sum']).toBe('42');
  });

  it('are asked over one connection for many requests at a time', async () => {
    const seen = new Set<unknown>();
    const waiting: ServerHttp2Stream[] = [];
    const port = await startTarget((stream) => {
      seen.add(stream.session);
      waiting.push(stream);
      if (waiting.length < 50) return;
      for (const one of waiting) {
        one.respond({ ':status': 200 });
        one.end('web');
      }
    });
    const session = await openTo('HTTP2', port);

    const answers = await Promise.all(Array.from({ length: 50 }, () => askHttp2(session)));

    expect(new Set(answers.map(({ body }) => body.toString()))).toEqual(new Set(['web']));
    expect(seen.size).toBe(1);
  });

  it('are asked again elsewhere when they refuse a stream unseen', async () => {
    let refused = 0;
    const port = await startTarget((stream) => {
      if (refused++ === 0) return stream.close(7);
      stream.respond({ ':status': 200 });
      stream.end('web');
    });
    const session = await openTo('HTTP2', port);

    expect((await askHttp2(session, { ':method': 'DELETE' })).body.toString()).toBe('web');
  });

  it('never lose a request because they end their connections gently', async () => {
    const port = await startTarget((stream) => {
      stream.respond({ ':status': 200 });
      stream.end('web');
      stream.session?.close();
    });
    const session = await openTo('HTTP2', port);
    const statuses = new Set<unknown>();

    for (let round = 0; round < 100; round++) statuses.add((await askHttp2(session)).headers[':status']);

    expect([...statuses]).toEqual([200]);
  });

  it('finish what is in flight when they drain, and get nothing new', async () => {
    const waiting: ServerHttp2Stream[] = [];
    const port = await startTarget((stream) => {
      stream.respond({ ':status': 200 });
      stream.write('begun ');
      waiting.push(stream);
    });
    const session = await openTo('HTTP2', port);
    const asked = askHttp2(session);
    await until('the request has arrived', async () => waiting.length === 1);
    const group = groupOf('web', [port], { version: 'HTTP2', healthCheck: UNCHECKED });
    const targets = group.targets.map((target) => ({ ...target, draining: true, drainBy: Date.now() + 60_000 }));

    await stage.apply(listenersOf({ web: 1 }), [{ ...group, targets }]);
    const refused = await askHttp2(session);
    waiting[0]?.end('and finished');

    expect(refused.headers[':status']).toBe(503);
    expect((await asked).body.toString()).toBe('begun and finished');
    await until("the target's connection has closed", async () => servers[0]?.sockets.values().next().value?.destroyed);
  });

  it('are given up with 502 when they break off', async () => {
    const session = await openTo('HTTP2', await startTarget((stream) => stream.session?.destroy()));

    expect((await askHttp2(session, { ':method': 'POST' }, Buffer.from('a'))).headers[':status']).toBe(502);
  });

  it('are spoken to by TLS without looking at their certificate', async () => {
    const [certificate] = TLS.certificates;
    const server = createSecureServer({ cert: certificate?.certificate, key: certificate?.privateKey });
    const port = await startTarget((stream) => {
      stream.respond({ ':status': 200 });
      stream.end(stream.session?.encrypted ? 'by TLS' : 'plain');
    }, server);
    const groups = [groupOf('web', [port], { version: 'HTTP2', protocol: 'https', healthCheck: UNCHECKED })];
    const session = clientOf(await stage.apply(listenersOf({ web: 1 }), groups));

    expect((await askHttp2(session)).body.toString()).toBe('by TLS');
  });

  it('that speak no HTTP/2 are given up with 502', async () => {
    const backend = await stage.backend('web');
    const session = await openTo('HTTP2', backend.port);

    expect((await askHttp2(session)).headers[':status']).toBe(502);
  });
});

describe('gRPC', () => {
  /** Echoes messages; its status goes in the trailers, or in the only header block where the path says so. */
  const startService = () =>
    startTarget((stream, path) => {
      if (path === '/echo/unknown') {
        const alone = { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '12' };
        return stream.respond(alone, { endStream: true });
      }
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0', 'grpc-message': 'fine' }));
      stream.pipe(stream);
    });

  it('carries a call of one message, its status intact in the trailers', async () => {
    const call = callGrpc(await openTo('GRPC', await startService()), '/echo/one');

    call.end('question');

    expect(await call.result).toEqual({ messages: ['question'], status: '0', message: 'fine', http: 200 });
  });

  it('carries messages both ways while a call goes on', async () => {
    const call = callGrpc(await openTo('GRPC', await startService()), '/echo/many');

    for (let count = 0; count < 5; count++) {
      call.send(`message ${count}`);
      expect(await call.next()).toBe(`message ${count}`);
    }
    call.end();

    expect((await call.result).status).toBe('0');
  });

  it('keeps an error without messages in one header block that ends the stream', async () => {
    const session = await openTo('GRPC', await startService());
    const stream = session.request({ ':method': 'POST', ':path': '/echo/unknown', 'content-type': 'application/grpc' });
    stream.end();

    const [headers, flags] = (await once(stream, 'response')) as [Record<string, unknown>, number];

    expect([headers['grpc-status'], headers['content-length'], flags & 1]).toEqual(['12', undefined, 1]);
  });

  it('is refused with 464 where the request is none, and with 502 where no target answers', async () => {
    const session = await openTo('GRPC', 1);

    expect((await askHttp2(session, { ':method': 'POST' }, Buffer.from('a'))).headers[':status']).toBe(464);
    expect((await askHttp2(session, { 'content-type': 'application/grpc' })).headers[':status']).toBe(464);
    const call = callGrpc(session, '/echo/one');
    call.end('question');
    expect((await call.result).http).toBe(502);
  });

  it('is healthy by the status that a call without a message gets', async () => {
    const health = { ...groupOf('web', []).healthCheck, path: '/echo/unknown', matcher: '12' };
    const service = await startService();
    const group = (matcher: string) =>
      groupOf('web', [service], { version: 'GRPC', healthCheck: { ...health, matcher } });

    await stage.apply(listenersOf({ web: 1 }), [group('12')]);
    await stage.target('web', 'healthy');
    await stage.apply(listenersOf({ web: 1 }), [group('0')]);

    expect((await stage.target('web', 'unhealthy')).description).toBe('Health checks failed with these codes: [12]');
  });
});
