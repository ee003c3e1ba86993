import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer as createHttp2, connect as connectHttp2 } from 'node:http2';
import { createServer as createHttps, request } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Balancer, ListenerTls, RuleCondition, RuleConfig } from '../balancer.ts';
import { ask, until } from '../testing/client.ts';
import { configOf, forwardTo, groupOf, HEALTH_CHECK, HTTP_SETTINGS, listenerOf } from '../testing/configs.ts';
import { findHaproxy } from './find-haproxy.ts';
import { createHaproxyBalancer } from './haproxy-balancer.ts';

const missing = await findHaproxy().then(
  () => undefined,
  (error: Error) => error.message,
);
const pem = (name: string) => readFile(new URL(`../testing/certificates/${name}.pem`, import.meta.url), 'utf8');

describe.skipIf(missing !== undefined && !process.env['CI'])(`haproxy: protocols ${missing ?? ''}`, () => {
  let folder: string;
  let balancer: Balancer;
  let tls: ListenerTls;
  let epoch = 0;
  const servers: Server[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'teal-balancer-'));
    balancer = await createHaproxyBalancer({ folder, host: '127.0.0.1', onChange: () => undefined });
    const certificates = await Promise.all(
      ['a', 'b'].map(async (arn) => ({
        arn,
        certificate: await pem(`${arn}.crt`),
        privateKey: await pem(`${arn}.test-only.key`),
      })),
    );
    const ciphers = 'TLS_AES_128_GCM_SHA256:ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256';
    tls = { certificates, minVersion: 'TLSv1.2', maxVersion: 'TLSv1.3', ciphers };
  });
  afterAll(async () => {
    await balancer.close({ leaveRunning: false });
    for (const server of servers) await new Promise((resolve) => server.close(resolve));
    await rm(folder, { recursive: true, force: true });
  });

  const listening = async (server: Server) => {
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  };
  const at = (path: string, group: string, priority: number): RuleConfig => ({
    ...forwardTo({ [group]: 1 }),
    arn: path,
    priority,
    conditions: [{ field: 'path-pattern', values: [path] }],
  });
  const askTls = (port: number, path: string) =>
    new Promise<string>((resolve, reject) => {
      const asked = request({ host: '127.0.0.1', port, path, rejectUnauthorized: false, agent: false }, (answer) => {
        let text = '';
        answer.on('data', (part: Buffer) => (text += part.toString()));
        answer.on('end', () => resolve(`${answer.statusCode} ${text}`));
      });
      asked.on('error', reject).end();
    });
  const shownFor = (port: number, servername: string) =>
    new Promise<string>((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port, servername, rejectUnauthorized: false }, () => {
        resolve(String(socket.getPeerCertificate().subject.CN));
        socket.destroy();
      });
      socket.on('error', reject);
    });

  it('speaks TLS and HTTP/2 on both sides, and checks targets as it speaks to them', async () => {
    const [key = '', cert = ''] = [tls.certificates[0]?.privateKey, tls.certificates[0]?.certificate];
    const secure = await listening(createHttps({ key, cert }, (_, response) => response.end('tls')));
    const h2 = await listening(createHttp2((_, response) => response.end('h2')));
    const grpcServer = createHttp2();
    grpcServer.on('stream', (stream) => stream.respond({ ':status': 200, 'grpc-status': '12' }, { endStream: true }));
    const grpc = await listening(grpcServer);
    const checks = { ...HEALTH_CHECK, protocol: 'https' } as const;
    const { listeners } = await balancer.apply(
      configOf(
        (epoch += 1),
        [listenerOf([at('/h2', 'h2', 1), at('/grpc', 'grpc', 2), forwardTo({ tls: 1 })], { tls })],
        [
          groupOf('tls', [secure], { protocol: 'https', healthCheck: checks }),
          groupOf('h2', [h2], { version: 'HTTP2' }),
          groupOf('grpc', [grpc], { version: 'GRPC', healthCheck: { ...HEALTH_CHECK, matcher: '12' } }),
        ],
      ),
    );
    const port = listeners[0]?.boundPort ?? 0;
    await until('all are healthy', async () =>
      (await balancer.observe()).targetGroups.every(({ targets }) => targets[0]?.health === 'healthy'),
    );

    const session = connectHttp2(`https://127.0.0.1:${port}`, { rejectUnauthorized: false });
    const stream = session.request({ ':path': '/h2' });
    let body = '';
    stream.on('data', (part: Buffer) => (body += part.toString()));
    await new Promise((resolve) => stream.on('end', resolve));
    session.close();

    expect([await askTls(port, '/'), await askTls(port, '/h2'), body]).toEqual(['200 tls', '464 ', 'h2']);
    expect(await Promise.all(['a.test', 'x.b.test', 'c.test'].map((name) => shownFor(port, name)))).toEqual([
      'a.test',
      '*.b.test',
      'a.test',
    ]);
  });

  it('takes whatever can stand in a rule, an answer or a header', async () => {
    const odd = `a'b "c" %[src] $HOME \\x #{?* ü`;
    const conditions: RuleCondition[] = [
      { field: 'http-header', name: 'X-A', values: [odd, '-i'] },
      { field: 'query-string', pairs: [{ key: odd, value: odd }] },
    ];
    const to = { protocol: '#{protocol}', host: '#{host}', port: '#{port}', path: `/${odd}/#{path}`, query: odd };
    const answerHeaders = [['X-Odd', `a'b "c" %[src] $HOME`]] as const;
    const fixed = { type: 'fixed-response', statusCode: 200, contentType: 'text/plain', body: odd } as const;

    const { listeners } = await balancer.apply(
      configOf(
        (epoch += 1),
        [
          listenerOf(
            [
              { arn: 'odd', priority: 1, conditions, action: { type: 'redirect', statusCode: 302, ...to } },
              { arn: 'default', priority: 0, conditions: [], action: fixed },
            ],
            { http: { ...HTTP_SETTINGS, answerHeaders } },
          ),
        ],
        [],
      ),
    );
    const answer = await ask({ port: listeners[0]?.boundPort ?? 0 });

    expect([answer.body.toString(), answer.headers['x-odd']]).toEqual([odd, `a'b "c" %[src] $HOME`]);
  });
});
