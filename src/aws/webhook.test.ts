import { createServer as createHttps } from 'node:https';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createHttp, type ServerResponse } from 'node:http';
import { afterEach, expect, it } from 'vitest';
import { CERTIFICATES } from '../../test/support/certificates.ts';
import { fakeClock } from '../engine/fake-clock.ts';
import { systemClock } from '../kernel/clock.ts';
import { postWebhook } from './webhook.ts';
import { messageId, signatureHeaders } from './webhook-signature.ts';

const SCOPE = { account: '000000000000', region: 'us-east-1' };
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const closing: (() => unknown)[] = [];

afterEach(() => closing.splice(0).forEach((close) => close()));

async function open(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => (server.close(), sockets.forEach((socket) => socket.destroy())));
  return (server.address() as AddressInfo).port;
}

const answering = (answer: (response: ServerResponse) => unknown) =>
  open(createHttp((request, response) => void request.resume().on('end', () => answer(response))));

function signalled() {
  let signal = (): void => undefined;
  const came = new Promise<void>((resolve) => (signal = resolve));
  return { came, signal: () => signal() };
}

const deps = { clock: systemClock(), endpoint: () => 'http://127.0.0.1:4566', secret: () => Promise.resolve(SECRET) };

const post = (target: string, clock = deps.clock, signal = new AbortController().signal) =>
  postWebhook({ ...deps, clock }, SCOPE, { target, deploymentId: 'd-000000001', executionId: 'secret' }, signal);

it('signs as the example of Standard Webhooks', () => {
  const message = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestamp: 1614265330, body: '{"test": 2432232314}' };

  expect(signatureHeaders(SECRET, message)).toEqual({
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  });
});

it('makes one id of an execution, from which the execution cannot be read', () => {
  expect(messageId('secret')).toBe(messageId('secret'));
  expect(messageId('secret')).not.toBe(messageId('other'));
  expect(messageId('secret')).toMatch(/^msg_[\w-]{27}$/);
});

it.each([200, 202, 204])('takes %i as accepted', async (status) => {
  const port = await answering((response) => response.writeHead(status).end());

  expect(await post(`http://127.0.0.1:${port}/`)).toEqual({ answer: `HTTP ${status}` });
});

it.each([
  [301, 'refused'],
  [400, 'refused'],
  [401, 'refused'],
  [404, 'refused'],
  [408, 'unavailable'],
  [429, 'throttled'],
  [500, 'unavailable'],
  [503, 'unavailable'],
])('takes %i as %s', async (status, fault) => {
  const port = await answering((response) => response.writeHead(status, { location: '/elsewhere' }).end('why'));

  await expect(post(`http://127.0.0.1:${port}/`)).rejects.toMatchObject({ fault, answer: `HTTP ${status}\nwhy` });
});

it('keeps the first KiB of an answer, however long it is', async () => {
  const port = await answering((response) => response.writeHead(200).end('a'.repeat(1_000_000)));

  expect(await post(`http://127.0.0.1:${port}/`)).toEqual({ answer: `HTTP 200\n${'a'.repeat(1024)}` });
});

it('may be tried again when nobody listens or the connection breaks', async () => {
  const port = await answering((response) => response.destroy());

  await expect(post(`http://127.0.0.1:${port}/`)).rejects.toMatchObject({ fault: 'unavailable' });
  closing.splice(0).forEach((close) => close());
  await expect(post(`http://127.0.0.1:${port}/`)).rejects.toMatchObject({
    fault: 'unavailable',
    message: expect.stringContaining('ECONNREFUSED') as string,
  });
});

it('is refused for good by a certificate that is not trusted, before anything is sent', async () => {
  const { Certificate: cert, PrivateKey: key } = CERTIFICATES.web;
  let requests = 0;
  const port = await open(createHttps({ cert, key }, () => (requests += 1)));

  await expect(post(`https://127.0.0.1:${port}/`)).rejects.toMatchObject({
    fault: 'refused',
    message: expect.stringContaining('its certificate is not trusted') as string,
  });
  expect(requests).toBe(0);
});

it('gives up after five seconds without a TLS handshake, and ten without an answer', async () => {
  const clock = fakeClock();
  const arrived = signalled();
  const mute = await open(createServer());
  const slow = await answering(() => arrived.signal());

  const unconnected = post(`https://127.0.0.1:${mute}/`, clock);
  const expectUnconnected = expect(unconnected).rejects.toMatchObject({
    fault: 'unavailable',
    message: expect.stringContaining('no connection was made within 5 seconds') as string,
  });
  await clock.step();
  await expectUnconnected;
  const unanswered = post(`http://127.0.0.1:${slow}/`, clock);
  await arrived.came;
  const expectUnanswered = expect(unanswered).rejects.toMatchObject({
    fault: 'unavailable',
    message: expect.stringContaining('no answer came within 10 seconds') as string,
  });
  await clock.step();
  await expectUnanswered;
});

it('ends at once when Teal does', async () => {
  const arrived = signalled();
  const port = await answering(() => arrived.signal());
  const ending = new AbortController();

  const posted = post(`http://127.0.0.1:${port}/`, deps.clock, ending.signal);
  await arrived.came;
  ending.abort();

  await expect(posted).rejects.toMatchObject({ name: 'PortError' });
});
