import { once } from 'node:events';
import { Agent, request } from 'node:https';
import type { RequestListener } from 'node:http';
import { connect as connectPlain } from 'node:net';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import type { ListenerConfig } from '../../balancer.ts';
import { bundleBalancer, type Bundle } from '../../testing/bundle-balancer.ts';
import { CERTIFICATE_A, CERTIFICATE_B, TLS } from '../../testing/certificates.ts';
import { until } from '../../testing/client.ts';
import { forwardTo, groupOf, HTTP_SETTINGS, listenerOf } from '../../testing/configs.ts';
import { Stage } from '../../testing/stage.ts';
import { createEmbeddedBalancer } from '../embedded-balancer.ts';

let bundle: Bundle;
let stage: Stage;
const sockets: TLSSocket[] = [];
beforeAll(async () => {
  bundle = await bundleBalancer();
  stage = await Stage.open((options) => createEmbeddedBalancer({ ...options, entry: bundle.entry }));
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await stage.endTest();
});
afterAll(async () => {
  await stage.close();
  await bundle.remove();
});

const listenerWith = (more: Partial<ListenerConfig>) => listenerOf([forwardTo({ web: 1 })], { tls: TLS, ...more });

async function openWith(more: Partial<ListenerConfig> = {}, answer?: RequestListener) {
  const backend = await stage.backend('web', answer);
  return { port: await stage.apply([listenerWith(more)], [groupOf('web', [backend.port])]), backend };
}

/** A handshake; rejects with what OpenSSL says. */
async function shakeHands(port: number, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...options });
  socket.on('error', () => undefined);
  sockets.push(socket);
  await once(socket, 'secureConnect');
  return socket;
}

const shownTo = async (port: number, options: ConnectionOptions = {}) =>
  (await shakeHands(port, options)).getPeerCertificate().subject.CN;

interface Answer {
  readonly status: number;
  readonly body: string;
}

function ask(port: number, options: { readonly agent?: Agent } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { host: 'a.test' };
    const asking = request({ host: '127.0.0.1', port, rejectUnauthorized: false, agent: false, headers, ...options });
    asking.on('error', reject);
    asking.on('response', (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => (body += part));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    });
    asking.end();
  });
}

const tlsErrors = async () => (await stage.balancer.observe()).loadBalancers[0]?.clientTlsErrors;

it('shows the certificate for the name, then one by wildcard, else the default', async () => {
  const { port } = await openWith();

  expect(await shownTo(port, { servername: 'a.test' })).toBe('a.test');
  expect(await shownTo(port, { servername: 'Shop.b.test' })).toBe('*.b.test');
  expect(await shownTo(port, { servername: 'deep.shop.b.test' })).toBe('a.test');
  expect(await shownTo(port, { servername: 'other.test' })).toBe('a.test');
  expect(await shownTo(port)).toBe('a.test');
});

it('holds to the TLS versions of the listener that the name picks', async () => {
  const backend = await stage.backend('web');
  const host = 'api-2.us-east-1.elb.localhost';
  const modern = listenerWith({ tls: { ...TLS, certificates: [CERTIFICATE_A], minVersion: 'TLSv1.3' } });
  const old = { ...TLS, certificates: [CERTIFICATE_B], maxVersion: 'TLSv1.2' } as const;
  const second = listenerWith({ arn: 'second', loadBalancer: 'app/api/2', hosts: [host], tls: old });
  const port = await stage.apply([modern, second], [groupOf('web', [backend.port])]);
  const protocolFor = async (servername: string) => (await shakeHands(port, { servername })).getProtocol();

  expect(await protocolFor('a.test')).toBe('TLSv1.3');
  expect(await protocolFor('shop.b.test')).toBe('TLSv1.2');
  expect(await protocolFor(host)).toBe('TLSv1.2');
  expect(await shownTo(port, { servername: host })).toBe('*.b.test');
  await expect(shakeHands(port, { servername: 'a.test', maxVersion: 'TLSv1.2' })).rejects.toThrow();
});

it('refuses versions and ciphers that the policy does not have, and counts it', async () => {
  const { port } = await openWith();
  const before = (await tlsErrors()) ?? 0;

  const old: ConnectionOptions = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' };
  await expect(shakeHands(port, old)).rejects.toThrow(/protocol version/i);
  const weak: ConnectionOptions = { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA' };
  await expect(shakeHands(port, weak)).rejects.toThrow(/handshake failure/i);

  await until('both are counted', async () => (await tlsErrors()) === before + 2);
  expect((await ask(port)).body).toBe('web');
});

it('speaks TLS 1.0 where the policy still has it', async () => {
  const tls = { ...TLS, minVersion: 'TLSv1', ciphers: `${TLS.ciphers}:ECDHE-ECDSA-AES128-SHA` } as const;
  const { port } = await openWith({ tls });

  const socket = await shakeHands(port, { minVersion: 'TLSv1', maxVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' });

  expect(socket.getProtocol()).toBe('TLSv1');
});

it('offers HTTP/2 before HTTP/1.1, and not where it is off', async () => {
  const { port } = await openWith();
  const agreed = async (...ALPNProtocols: string[]) => (await shakeHands(port, { ALPNProtocols })).alpnProtocol;
  expect(await agreed('http/1.1', 'h2')).toBe('h2');
  expect(await agreed('http/1.1')).toBe('http/1.1');
  expect((await shakeHands(port)).alpnProtocol).toBe(false);

  await openWith({ http: { ...HTTP_SETTINGS, http2: false } });

  expect(await agreed('h2', 'http/1.1')).toBe('http/1.1');
});

it('carries HTTP/1.1, and tells the target so', async () => {
  const http = { ...HTTP_SETTINGS, tlsHeaders: true };
  const { port } = await openWith({ http }, (asked, response) => response.end(JSON.stringify(asked.headers)));
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });

  await ask(port, { agent });
  const seen = JSON.parse((await ask(port, { agent })).body) as Record<string, string>;
  agent.destroy();

  expect(seen).toMatchObject({ 'x-forwarded-proto': 'https', 'x-amzn-tls-version': 'TLSv1.3' });
});

it('carries a WebSocket', async () => {
  const { port, backend } = await openWith();
  const server = new WebSocketServer({ server: backend.server });
  server.on('connection', (socket) => socket.on('message', (bytes) => socket.send(bytes)));

  const socket = new WebSocket(`wss://127.0.0.1:${port}/live`, { rejectUnauthorized: false });
  await once(socket, 'open');
  socket.send('hello');
  const [echoed] = (await once(socket, 'message')) as [Buffer];

  expect(echoed.toString()).toBe('hello');
  socket.close();
  await once(socket, 'close');
});

it('shows a replaced certificate to new connections, and leaves the open ones alone', async () => {
  const { port, backend } = await openWith({ tls: { ...TLS, certificates: [CERTIFICATE_A] } });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  await ask(port, { agent });
  const free = () => Object.values(agent.freeSockets).flat();
  await until('the connection is free', async () => free().length === 1);
  const [before] = free();

  const listeners = [listenerWith({ tls: { ...TLS, certificates: [CERTIFICATE_B] } })];
  await stage.apply(listeners, [groupOf('web', [backend.port])]);

  expect(await shownTo(port, { servername: 'a.test' })).toBe('*.b.test');
  expect((await ask(port, { agent })).status).toBe(200);
  await until('the connection is free again', async () => free().length === 1);
  expect(free()[0]).toBe(before);
  agent.destroy();
});

it('resumes a session', async () => {
  const { port } = await openWith();
  const first = await shakeHands(port, { servername: 'a.test' });
  const [session] = (await once(first, 'session')) as [Buffer];

  const second = await shakeHands(port, { servername: 'a.test', session });

  expect(second.isSessionReused()).toBe(true);
});

it('goes on with the other certificates where one is broken, and says which', async () => {
  const broken = { ...CERTIFICATE_A, privateKey: CERTIFICATE_B.privateKey };
  const { port } = await openWith({ tls: { ...TLS, certificates: [broken, CERTIFICATE_B] } });

  expect(await shownTo(port, { servername: 'a.test' })).toBe('*.b.test');
  const { note } = (await stage.balancer.observe()).listeners[0] ?? {};
  expect(note).toContain("certificate 'certificate/a' cannot be used");
  expect(note).not.toContain('PRIVATE');
});

it('refuses the handshakes of a listener without a certificate that can be used, and only those', async () => {
  const backend = await stage.backend('web');
  const broken = { ...CERTIFICATE_A, certificate: 'none' };
  const first = listenerWith({ tls: { ...TLS, certificates: [broken] } });
  const second = listenerWith({ arn: 'second', hosts: [], tls: { ...TLS, certificates: [CERTIFICATE_B] } });
  const port = await stage.apply([first, second], [groupOf('web', [backend.port])]);

  await expect(shakeHands(port, { servername: 'a.test' })).rejects.toThrow();

  expect(await shownTo(port, { servername: 'shop.b.test' })).toBe('*.b.test');
});

it('ends a connection that speaks no TLS, and counts it', async () => {
  const { port } = await openWith();
  const before = (await tlsErrors()) ?? 0;
  const socket = connectPlain({ host: '127.0.0.1', port }, () => socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n'));
  socket.on('error', () => undefined);
  socket.resume();

  await once(socket, 'close');

  await until('it is counted', async () => (await tlsErrors()) === before + 1);
});
