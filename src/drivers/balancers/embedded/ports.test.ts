import { mkdtemp, rm } from 'node:fs/promises';
import { connect as connectPlain } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { freePort } from '../../../../test/support/free-port.ts';
import type { Balancer, ListenerConfig } from '../balancer.ts';
import { startBackend } from '../testing/backend.ts';
import { bundleBalancer, type Bundle } from '../testing/bundle-balancer.ts';
import { TLS } from '../testing/certificates.ts';
import { ask, until } from '../testing/client.ts';
import { configOf, forwardTo, groupOf, listenerOf } from '../testing/configs.ts';
import { createEmbeddedBalancer } from './embedded-balancer.ts';

let bundle: Bundle;
let folder: string;
let balancer: Balancer;

beforeAll(async () => {
  bundle = await bundleBalancer();
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'teal-balancer-'));
  balancer = await createEmbeddedBalancer({
    folder,
    host: '127.0.0.1',
    entry: bundle.entry,
    onChange: () => undefined,
  });
});
afterEach(async () => {
  await balancer.close({ leaveRunning: false });
  await rm(folder, { recursive: true, force: true });
});
afterAll(() => bundle.remove());

const fixed = (body: string) => ({ type: 'fixed-response', statusCode: 200, contentType: 'text/plain', body }) as const;
const listener = (arn: string, more: Partial<ListenerConfig>) =>
  listenerOf([{ arn: `${arn}-rule`, priority: 0, conditions: [], action: fixed(arn) }], {
    arn,
    loadBalancer: `app/${arn}/1`,
    hosts: [`${arn}.elb.localhost`],
    ...more,
  });

/** What a TLS client gets for one request. */
function askTls(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let heard = '';
    const socket = connect({ host: '127.0.0.1', port, servername: 'a.test', rejectUnauthorized: false });
    socket.on('error', reject).on('data', (bytes: Buffer) => (heard += bytes.toString()));
    socket.on('close', () => resolve(heard));
    socket.write('GET / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n');
  });
}

it('gives the later of a plain and a TLS listener on one port a port of its own, and says why', async () => {
  const port = await freePort();

  const { listeners } = await balancer.apply(
    configOf(1, [listener('plain', { port }), listener('secure', { port, tls: TLS })], []),
  );

  const [plain, secure] = listeners;
  expect(plain).toEqual({ arn: 'plain', boundPort: port });
  expect(secure?.boundPort).not.toBe(port);
  expect(secure?.note).toBe(
    `port ${port} speaks plain HTTP for another listener; listening on ${secure?.boundPort} instead`,
  );
  expect((await ask({ port })).body.toString()).toBe('plain');
  expect(await askTls(secure?.boundPort ?? 0)).toContain('secure');
});

it('keeps the port of a listener that changes to TLS and back', async () => {
  const port = await freePort();
  const ports: (number | undefined)[] = [];
  for (const [index, more] of [{}, { tls: TLS }, {}].entries()) {
    const { listeners } = await balancer.apply(configOf(index + 1, [listener('one', { port, ...more })], []));
    ports.push(listeners[0]?.boundPort);
    const answer = 'tls' in more ? await askTls(port) : (await ask({ port })).body.toString();
    expect(answer).toContain('one');
  }

  expect(ports).toEqual([port, port, port]);
});

it('answers what is in flight on a port that nobody wants any more, then closes it', async () => {
  let answer = () => undefined as unknown;
  const slow = await startBackend('slow', (_request, response) => (answer = () => response.end('late')));
  const groups = [groupOf('web', [slow.port])];
  const { listeners } = await balancer.apply(configOf(1, [listenerOf([forwardTo({ web: 1 })])], groups));
  const port = listeners[0]?.boundPort ?? 0;
  let heard = '';
  let closed = false;
  const socket = connectPlain({ host: '127.0.0.1', port });
  socket.on('data', (bytes: Buffer) => (heard += bytes.toString())).on('close', () => (closed = true));
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  await until('the request has arrived', () => Promise.resolve(slow.requests() === 1));

  await balancer.apply(configOf(2, [], groups));
  await expect(ask({ port })).rejects.toThrow('ECONNREFUSED');
  answer();

  await until('the connection is closed', () => Promise.resolve(closed));
  expect(heard).toMatch(/^HTTP\/1\.1 200 OK.*connection: close.*late$/is);
  await slow.close();
});
