import { createServer as createHttp, type RequestListener } from 'node:http';
import { createSecureServer, createServer as createHttp2, type Http2SecureServer, type Http2Server } from 'node:http2';
import { createServer as createHttps } from 'node:https';
import { createServer as createTcp, type AddressInfo, type Server } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { millis } from '../../../../../kernel/span.ts';
import { CERTIFICATE_A } from '../../../testing/certificates.ts';
import { HEALTH_CHECK } from '../../../testing/configs.ts';
import { checkTarget, type Checked } from './check-target.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

const listen = async (
  server: Server | Http2Server | Http2SecureServer,
  version: Checked['version'],
): Promise<Checked> => {
  server.on('connection', (socket: { destroy(): void }) => closing.push(() => socket.destroy()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => server.close());
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port, version };
};
const check = (target: Checked, more: Partial<typeof HEALTH_CHECK> = {}, signal = new AbortController().signal) =>
  checkTarget(target, { ...HEALTH_CHECK, ...more }, signal);

const tls = { cert: CERTIFICATE_A.certificate, key: CERTIFICATE_A.privateKey };
/** Answers 201 to a health check's own request, and 400 to any other. */
const answer = ({
  url,
  method,
  headers,
}: Pick<Parameters<RequestListener>[0], 'url' | 'method' | 'headers'>): number =>
  url === '/health' && method === 'GET' && headers['user-agent'] === 'ELB-HealthChecker/2.0' ? 201 : 400;

it('asks by TLS without verifying the certificate', async () => {
  const server = createHttps(tls, (request, response) => response.writeHead(answer(request)).end());

  const found = await check(await listen(server, 'HTTP1'), { protocol: 'https', matcher: '201' });

  expect(found).toEqual({ found: 'ok' });
});

it.each(['http', 'https'] as const)('asks targets of HTTP/2 groups by HTTP/2, over %s', async (protocol) => {
  const server = protocol === 'https' ? createSecureServer(tls) : createHttp2();
  server.on('stream', (stream, headers) => {
    const status = answer({ url: headers[':path'] ?? '', method: headers[':method'] ?? '', headers });
    stream.respond({ ':status': status }, { endStream: true });
  });
  const target = await listen(server, 'HTTP2');

  expect(await check(target, { protocol, matcher: '201' })).toEqual({ found: 'ok' });
  expect(await check(target, { protocol, matcher: '200', path: '/other' })).toEqual({ found: 'wrong-code', code: 400 });
});

it('asks targets of gRPC groups for the status of a call', async () => {
  const server = createHttp2().on('stream', (stream) => {
    stream.respond({ ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '12' }, { endStream: true });
  });
  const target = await listen(server, 'GRPC');

  expect(await check(target, { matcher: '12' })).toEqual({ found: 'ok' });
  expect(await check(target, { matcher: '0-5' })).toEqual({ found: 'wrong-code', code: 12 });
});

it.each(['HTTP1', 'HTTP2'] as const)(
  'finds a target of version %s that says nothing, hangs up, or refuses',
  async (version) => {
    const silent = await listen(
      createTcp(() => undefined),
      version,
    );
    const rude = await listen(
      createTcp((socket) => socket.destroy()),
      version,
    );
    const closed = createTcp();
    const gone = await listen(closed, version);
    await new Promise((resolve) => closed.close(resolve));

    expect(await check(silent, { timeout: millis(100) })).toEqual({ found: 'timeout' });
    expect(await check(rude)).toEqual({ found: 'failed' });
    expect(await check(gone)).toEqual({ found: 'failed' });
  },
);

it('does not follow redirects, and does not wait for a body', async () => {
  const server = createHttp(
    (_, response) => void response.writeHead(302, { location: '/health2' }).write('never whole'),
  );

  expect(await check(await listen(server, 'HTTP1'))).toEqual({ found: 'wrong-code', code: 302 });
});

it('ends with its watch', async () => {
  const silent = await listen(
    createTcp(() => undefined),
    'HTTP1',
  );
  const ended = new AbortController();
  const checking = check(silent, { timeout: millis(3_600_000) }, ended.signal);

  ended.abort();

  expect(await checking).toEqual({ found: 'failed' });
});
