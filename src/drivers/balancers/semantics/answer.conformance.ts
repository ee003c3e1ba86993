import { createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { millis } from '../../../kernel/span.ts';
import type { HttpSettings, LoadBalancerObservation } from '../balancer.ts';
import { ask, until } from '../testing/client.ts';
import { forwardTo, groupOf, HEALTH_CHECK, HTTP_SETTINGS, listenerOf } from '../testing/configs.ts';
import type { Stage } from '../testing/stage.ts';

const UNCHECKED = { healthCheck: { ...HEALTH_CHECK, enabled: false } };

export function answerSemantics(stage: () => Stage): void {
  const serve = (arn: string, port: number, http: Partial<HttpSettings> = {}) =>
    stage().apply(
      [listenerOf([forwardTo({ [arn]: 1 })], { http: { ...HTTP_SETTINGS, ...http } })],
      [groupOf(arn, [port], UNCHECKED)],
    );

  describe("the balancer's own answers", () => {
    it('are 502 where the target refuses or hangs up, and 503 where there is none', async () => {
      const rude = await rawTarget((socket) => socket.once('data', () => socket.destroy()));
      const hungUp = await ask({ port: await serve('a-rude', rude.port) });
      await rude.close();
      const refused = await ask({ port: await serve('a-refused', rude.port) });
      const port = await stage().apply([listenerOf([forwardTo({ 'a-none': 1 })])], [groupOf('a-none', [])]);
      const none = await ask({ port });

      expect([hungUp.status, refused.status, none.status]).toEqual([502, 502, 503]);
      expect(none.body.toString()).toBe(
        '<html>\r\n<head><title>503 Service Temporarily Unavailable</title></head>\r\n<body>\r\n' +
          '<center><h1>503 Service Temporarily Unavailable</h1></center>\r\n</body>\r\n</html>\r\n',
      );
      expect([none.headers['content-type'], none.headers['server']]).toEqual(['text/html', 'awselb/2.0']);
    });

    it('are 502 where the answer is no HTTP', async () => {
      const odd = await rawTarget((socket) => socket.once('data', () => socket.end('hello\r\n\r\n')));

      const { status } = await ask({ port: await serve('a-odd', odd.port) });
      await odd.close();

      expect(status).toBe(502);
    });

    it('are 504 where the target says nothing until the idle timeout', async () => {
      const silent = await stage().backend('silent', () => undefined);

      expect((await ask({ port: await serve('a-silent', silent.port, { idleTimeout: millis(1000) }) })).status).toBe(
        504,
      );
    });

    it('are 463 for more than thirty addresses in X-Forwarded-For', async () => {
      const web = await stage().backend('web');
      const port = await serve('a-hops', web.port);
      const addresses = (count: number) => ({ 'x-forwarded-for': Array(count).fill('10.0.0.1').join(', ') });

      expect((await ask({ port, headers: addresses(31) })).status).toBe(463);
      expect((await ask({ port, headers: addresses(30) })).status).toBe(200);
      expect(web.requests()).toBe(1);
    });

    it('are 464 for HTTP/1.1 to a gRPC group', async () => {
      const web = await stage().backend('web');
      const group = groupOf('a-grpc', [web.port], { ...UNCHECKED, version: 'GRPC' });
      const port = await stage().apply([listenerOf([forwardTo({ 'a-grpc': 1 })])], [group]);

      expect((await ask({ port })).status).toBe(464);
      expect(web.requests()).toBe(0);
    });
  });

  describe('X-Forwarded headers', () => {
    const MODES: readonly (readonly [string, Partial<HttpSettings>, RegExp | undefined])[] = [
      ['append the client', { forwardedFor: 'append' }, /^1\.2\.3\.4, 127\.0\.0\.1$/],
      ["append the client's port too", { forwardedForPort: true }, /^1\.2\.3\.4, 127\.0\.0\.1:\d+$/],
      ['are left as they came', { forwardedFor: 'preserve' }, /^1\.2\.3\.4$/],
      ['are removed', { forwardedFor: 'remove' }, undefined],
    ];

    it.each(MODES)('%s', async (_, http, expected) => {
      const web = await stage().backend('web', ({ headers }, response) => response.end(JSON.stringify(headers)));
      const port = await serve('x-web', web.port, http);

      const { body } = await ask({ port, headers: { 'x-forwarded-for': '1.2.3.4', 'x-forwarded-proto': 'https' } });
      const seen = JSON.parse(body.toString()) as Record<string, string>;

      if (expected) expect(seen['x-forwarded-for']).toMatch(expected);
      else expect(seen).not.toHaveProperty('x-forwarded-for');
      expect(seen['x-forwarded-proto']).toBe('http');
      expect(seen['x-amzn-trace-id']).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/);
    });
  });

  describe('counters', () => {
    const LOAD_BALANCER = 'app/counted/1';
    const counted = async () =>
      (await stage().balancer.observe()).loadBalancers.find(({ loadBalancer }) => loadBalancer === LOAD_BALANCER);

    it('hold what targets answered, what the balancer answered itself, and how long it took', async () => {
      const web = await stage().backend('web', ({ url }, response) => {
        response.statusCode = Number(url?.slice(1));
        response.end();
      });
      const fixed = { type: 'fixed-response', statusCode: 200, contentType: 'text/plain', body: 'hi' } as const;
      const to = { protocol: 'HTTP', host: 'other.test', port: '80', path: '/', query: '' };
      const at = (path: string) => [{ field: 'path-pattern', values: [path] }] as const;
      const rules = [
        { arn: 'r1', priority: 1, conditions: at('/fixed'), action: fixed },
        {
          arn: 'r2',
          priority: 2,
          conditions: at('/moved'),
          action: { type: 'redirect', statusCode: 301, ...to } as const,
        },
        { ...forwardTo({ 'c-none': 1 }), arn: 'r3', priority: 3, conditions: at('/none') },
        forwardTo({ 'c-web': 1 }),
      ];
      const groups = [groupOf('c-web', [web.port]), groupOf('c-none', [])];
      const port = await stage().apply([listenerOf(rules, { loadBalancer: LOAD_BALANCER })], groups);
      await stage().healthy();
      const paths = ['/200', '/204', '/301', '/404', '/503', '/fixed', '/moved', '/none'];

      for (const path of paths) await ask({ port, path });

      const seen = await until('everything is counted', async () => {
        const group = await stage().group('c-web');
        return group.requests === 5 && ((await counted())?.redirects ?? 0) === 1 && group;
      });
      expect(seen.responses).toEqual({ '2xx': 2, '3xx': 1, '4xx': 1, '5xx': 1 });
      expect(seen.responseTimes.reduce((sum, [, count]) => sum + count, 0)).toBe(5);
      expect([seen.balancerErrors, seen.connectionErrors]).toEqual([0, 0]);
      expect(await stage().group('c-none')).toMatchObject({ requests: 0, balancerErrors: 1 });
      expect(await counted()).toMatchObject({
        requests: 8,
        ownAnswers: { 503: 1 },
        fixedResponses: 1,
        redirects: 1,
        newConnections: 8,
        clientTlsErrors: 0,
      } satisfies Partial<LoadBalancerObservation>);
      expect((await counted())?.processedBytes).toBeGreaterThan(8 * 60);
    });

    it('hold connections that targets refused', async () => {
      const gone = await rawTarget(() => undefined);
      await gone.close();
      const port = await serve('c-gone', gone.port);

      await ask({ port });

      await until('it is counted', async () => (await stage().group('c-gone')).connectionErrors === 1);
      expect(await stage().group('c-gone')).toMatchObject({ requests: 1, balancerErrors: 1 });
    });
  });
}

/** A target that speaks as it likes. */
async function rawTarget(serve: (socket: Socket) => void): Promise<{ port: number; close(): Promise<void> }> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket.on('error', () => undefined));
    serve(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}
