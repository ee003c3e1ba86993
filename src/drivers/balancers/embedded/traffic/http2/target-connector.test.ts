import { createSecureServer, type ServerHttp2Stream } from 'node:http2';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { TLS } from '../../../testing/certificates.ts';
import { until } from '../../../testing/client.ts';
import { askHttp2 } from '../../../testing/http2-client.ts';
import { http2Group, Http2Stage, listenersOf } from '../../../testing/http2-stage.ts';

let stage: Http2Stage;
beforeAll(async () => {
  stage = await Http2Stage.open();
});
afterEach(() => stage.endTest());
afterAll(() => stage.close());

const MEGABYTES = Buffer.alloc(3 * 1024 * 1024, 'some bytes and more');

it('carries megabytes and trailers both ways', async () => {
  const { port } = await stage.target((stream) => {
    stream.respond({ ':status': 200 }, { waitForTrailers: true });
    let sum = '';
    stream.on('trailers', (trailers) => (sum = String(trailers['sum'])));
    stream.on('wantTrailers', () => stream.sendTrailers({ sum }));
    stream.pipe(stream);
  });
  const session = await stage.clientTo(port);

  const answer = await askHttp2(session, { ':method': 'POST' }, MEGABYTES, { sum: '42' });

  expect(answer.body.equals(MEGABYTES)).toBe(true);
  expect(answer.trailers?.['sum']).toBe('42');
});

it('asks many things at a time over one connection', async () => {
  const seen = new Set<unknown>();
  const waiting: ServerHttp2Stream[] = [];
  const { port } = await stage.target((stream) => {
    seen.add(stream.session);
    waiting.push(stream);
    if (waiting.length < 50) return;
    for (const one of waiting) {
      one.respond({ ':status': 200 });
      one.end('web');
    }
  });
  const session = await stage.clientTo(port);

  const answers = await Promise.all(Array.from({ length: 50 }, () => askHttp2(session)));

  expect(new Set(answers.map(({ body }) => body.toString()))).toEqual(new Set(['web']));
  expect(seen.size).toBe(1);
});

it('asks again when a stream was refused unseen', async () => {
  let refused = 0;
  const { port } = await stage.target((stream) => {
    if (refused++ === 0) return stream.close(7);
    stream.respond({ ':status': 200 });
    stream.end('web');
  });
  const session = await stage.clientTo(port);

  expect((await askHttp2(session, { ':method': 'DELETE' })).body.toString()).toBe('web');
});

it('loses no request to a target that ends its connections gently', async () => {
  const { port } = await stage.target((stream) => {
    stream.respond({ ':status': 200 });
    stream.end('web');
    stream.session?.close();
  });
  const session = await stage.clientTo(port);
  const statuses = new Set<unknown>();

  for (let round = 0; round < 100; round++) statuses.add((await askHttp2(session)).headers[':status']);

  expect([...statuses]).toEqual([200]);
});

it('finishes what is in flight when the target drains, and sends it nothing new', async () => {
  const waiting: ServerHttp2Stream[] = [];
  const { port, sockets } = await stage.target((stream) => {
    stream.respond({ ':status': 200 });
    stream.write('begun ');
    waiting.push(stream);
  });
  const session = await stage.clientTo(port);
  const asked = askHttp2(session);
  await until('the request has arrived', async () => waiting.length === 1);
  const group = http2Group('web', port);
  const targets = group.targets.map((target) => ({ ...target, draining: true, drainBy: Date.now() + 60_000 }));

  await stage.stage.apply(listenersOf({ web: 1 }), [{ ...group, targets }]);
  const refused = await askHttp2(session);
  waiting[0]?.end('and finished');

  expect(refused.headers[':status']).toBe(503);
  expect((await asked).body.toString()).toBe('begun and finished');
  await until("the target's connection has closed", async () => [...sockets].every(({ destroyed }) => destroyed));
});

it('answers 502 when the target breaks off', async () => {
  const session = await stage.clientTo((await stage.target((stream) => stream.session?.destroy())).port);

  expect((await askHttp2(session, { ':method': 'POST' }, Buffer.from('a'))).headers[':status']).toBe(502);
});

it('speaks TLS without looking at the certificate', async () => {
  const [certificate] = TLS.certificates;
  const server = createSecureServer({ cert: certificate?.certificate, key: certificate?.privateKey });
  const { port } = await stage.target((stream) => {
    stream.respond({ ':status': 200 });
    stream.end(stream.session?.encrypted ? 'by TLS' : 'plain');
  }, server);
  const session = await stage.clientTo(port, { protocol: 'https' });

  expect((await askHttp2(session)).body.toString()).toBe('by TLS');
});

it('answers 502 when the target speaks no HTTP/2', async () => {
  const backend = await stage.stage.backend('web');
  const session = await stage.clientTo(backend.port);

  expect((await askHttp2(session)).headers[':status']).toBe(502);
});
