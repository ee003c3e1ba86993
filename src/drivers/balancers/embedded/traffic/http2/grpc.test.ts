import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { HEALTH_CHECK } from '../../../testing/configs.ts';
import { askHttp2, callGrpc } from '../../../testing/http2-client.ts';
import { http2Group, Http2Stage, listenersOf } from '../../../testing/http2-stage.ts';

let stage: Http2Stage;
beforeAll(async () => {
  stage = await Http2Stage.open();
});
afterEach(() => stage.endTest());
afterAll(() => stage.close());

/** Echoes messages; its status goes in the trailers, or in the only header block where the path says so. */
const startService = async () => {
  const { port } = await stage.target((stream, path) => {
    if (path === '/echo/unknown') {
      const alone = { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '12' };
      return stream.respond(alone, { endStream: true });
    }
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0', 'grpc-message': 'fine' }));
    stream.pipe(stream);
  });
  return port;
};

it('carries a call of one message, its status intact in the trailers', async () => {
  const call = callGrpc(await stage.clientTo(await startService(), { version: 'GRPC' }), '/echo/one');

  call.end('question');

  expect(await call.result).toEqual({ messages: ['question'], status: '0', message: 'fine', http: 200 });
});

it('carries messages both ways while a call goes on', async () => {
  const call = callGrpc(await stage.clientTo(await startService(), { version: 'GRPC' }), '/echo/many');

  for (let count = 0; count < 5; count++) {
    call.send(`message ${count}`);
    expect(await call.next()).toBe(`message ${count}`);
  }
  call.end();

  expect((await call.result).status).toBe('0');
});

it('keeps an error without messages in one header block that ends the stream', async () => {
  const session = await stage.clientTo(await startService(), { version: 'GRPC' });
  const stream = session.request({ ':method': 'POST', ':path': '/echo/unknown', 'content-type': 'application/grpc' });
  stream.end();

  const [headers, flags] = (await once(stream, 'response')) as [Record<string, unknown>, number];

  expect([headers['grpc-status'], headers['content-length'], flags & 1]).toEqual(['12', undefined, 1]);
});

it('is refused with 464 where the request is none, and with 502 where no target answers', async () => {
  const session = await stage.clientTo(1, { version: 'GRPC' });

  expect((await askHttp2(session, { ':method': 'POST' }, Buffer.from('a'))).headers[':status']).toBe(464);
  expect((await askHttp2(session, { 'content-type': 'application/grpc' })).headers[':status']).toBe(464);
  const call = callGrpc(session, '/echo/one');
  call.end('question');
  expect((await call.result).http).toBe(502);
});

it('is healthy by the status that a call without a message gets', async () => {
  const service = await startService();
  const group = (matcher: string) =>
    http2Group('web', service, { version: 'GRPC', healthCheck: { ...HEALTH_CHECK, path: '/echo/unknown', matcher } });

  await stage.stage.apply(listenersOf({ web: 1 }), [group('12')]);
  await stage.stage.target('web', 'healthy');
  await stage.stage.apply(listenersOf({ web: 1 }), [group('0')]);

  expect((await stage.stage.target('web', 'unhealthy')).description).toBe(
    'Health checks failed with these codes: [12]',
  );
});
