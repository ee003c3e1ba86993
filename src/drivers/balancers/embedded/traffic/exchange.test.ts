import { afterEach, expect, it } from 'vitest';
import { millis } from '../../../../kernel/span.ts';
import { askRaw, until } from '../../testing/client.ts';
import { converse, type Conversation } from './testing/conversation.ts';
import { openRig, startRawTarget, type RawTarget, type Rig, type RigOptions } from './testing/rig.ts';

const GET = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

let rig: Rig;
const targets: RawTarget[] = [];
const talks: Conversation[] = [];
afterEach(() => {
  for (const { socket } of talks.splice(0)) socket.destroy();
  rig.close();
  for (const target of targets.splice(0)) target.close();
});

type Answer = Parameters<typeof startRawTarget>[0];
const start = async (answer: Answer) => {
  const target = await startRawTarget(answer);
  targets.push(target);
  return target;
};
const open = async (answer: Answer, options: Partial<RigOptions> = {}) => {
  const target = await start(answer);
  rig = await openRig({ ports: [target.port], ...options });
  return target;
};
const talk = (first: string) => {
  const conversation = converse(rig.port, first);
  talks.push(conversation);
  return conversation;
};
const say =
  (text: string): Answer =>
  (received, socket) =>
    void (received.endsWith('\r\n\r\n') && socket.write(text));
const sayAndEnd =
  (text: string): Answer =>
  (_, socket) =>
    void socket.end(text);
const statusOf = (heard: string) => Number(heard.slice(9, 12));

const FAILURES: readonly (readonly [what: string, answer: Answer, status: number, failure: string])[] = [
  ['ends without an answer', (_, socket) => void socket.end(), 502, 'closed'],
  ['resets', (_, socket) => void socket.resetAndDestroy(), 502, 'closed'],
  ['ends within its head', sayAndEnd('HTTP/1.1 200 OK\r\nX: '), 502, 'closed'],
  ['speaks something else', say('220 mail.test ESMTP\r\n\r\n'), 502, 'malformed'],
  ['folds a header', say('HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 0\r\n\r\n'), 502, 'malformed'],
  ['gives two lengths', say('HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nok'), 502, 'malformed'],
  ['codes in another way', say('HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n'), 502, 'malformed'],
  ['sends a head of 40 KB', say(`HTTP/1.1 200 OK\r\nX: ${'a'.repeat(40_000)}\r\n\r\n`), 502, 'malformed'],
  ['switches unasked', say('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n'), 502, 'malformed'],
  ['ends before the length it gave', sayAndEnd('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok'), 504, 'short'],
  ['is silent', () => undefined, 504, 'timeout'],
  ['is silent within its body', say('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok'), 504, 'timeout'],
];

it.each(FAILURES)('answers for a target that %s', async (_, answer, status, failure) => {
  await open(answer, { http: { idleTimeout: millis(failure === 'timeout' ? 100 : 60_000) } });

  const heard = await askRaw(rig.port, GET);

  expect(statusOf(heard)).toBe(status);
  expect(rig.reports.map((report) => [report.status, report.failure])).toEqual([[status, failure]]);
  expect(rig.inFlight()).toBe(0);
});

it('cuts an answer that comes short when part of it is with the client already', async () => {
  await open(sayAndEnd(`HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n${'a'.repeat(100)}`));

  const heard = await askRaw(rig.port, GET);

  expect(heard).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*Content-Length: 99999\r\n[^]*a{100}$/);
  expect(rig.reports[0]).toMatchObject({ status: 200, targetStatus: 200, failure: 'short' });
});

it('answers 463 to more than thirty addresses, in one header or several', async () => {
  await open(say(OK));
  const withAddresses = (count: number) =>
    GET.replace(
      'Host',
      `X-Forwarded-For: ${Array(count).fill('1.1.1.1').join(', ')}\r\nX-Forwarded-For: 2.2.2.2\r\nHost`,
    );

  expect(statusOf(await askRaw(rig.port, withAddresses(29)))).toBe(200);
  expect(await askRaw(rig.port, withAddresses(30))).toMatch(/^HTTP\/1\.1 463 [^]*Content-Length: 0\r\n[^]*\r\n\r\n$/);
  expect(rig.reports.map(({ status, rulePriority }) => [status, rulePriority])).toEqual([
    [200, 7],
    [463, -1],
  ]);
});

it.each(['HTTP2', 'GRPC'] as const)('answers 464 to HTTP/1.1 where the targets speak %s', async (version) => {
  const target = await open(say(OK), { version });

  expect(statusOf(await askRaw(rig.port, GET))).toBe(464);
  expect(target.connections()).toBe(0);
});

it('answers 503 where no target is registered', async () => {
  rig = await openRig({ ports: [] });

  expect(await askRaw(rig.port, GET)).toMatch(
    /^HTTP\/1\.1 503 Service Temporarily Unavailable\r\nServer: awselb\/2\.0/,
  );
  expect(rig.reports[0]).toMatchObject({ status: 503, failure: 'none', targetGroupArn: 'group', targets: [] });
});

it('reports 460 for a client that goes before its answer, and lets go of the target', async () => {
  const target = await open(() => undefined);
  const client = talk(GET);
  await until('the request is with the target', async () => target.received().endsWith('\r\n\r\n'));

  client.socket.destroy();

  await until('the request has ended', async () => rig.reports.length === 1);
  expect(rig.reports[0]).toMatchObject({ status: 460, action: 'forward', targets: [`127.0.0.1:${target.port}`] });
  expect(rig.inFlight()).toBe(0);
});

it('reports what passed and how long it took', async () => {
  const target = await open(say(OK));

  const heard = await askRaw(rig.port, GET);

  const [report] = rig.reports;
  expect(report).toMatchObject({ status: 200, targetStatus: 200, rulePriority: 7, action: 'forward' });
  expect(report?.targets).toEqual([`127.0.0.1:${target.port}`]);
  expect([report?.client.receivedBytes, report?.client.sentBytes]).toEqual([GET.length, heard.length]);
  expect(report?.traceId).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/);
  expect(report?.targetTime).toBeGreaterThan(0);
  expect(report?.failure).toBeUndefined();
});

it('reports what could not be read as a request', async () => {
  await open(say(OK));

  await askRaw(rig.port, 'nonsense\r\n\r\n');

  expect(rig.reports[0]).toMatchObject({ status: 400, rulePriority: -1, action: 'none', targets: [] });
});

it('tries another target when no connection comes about, with the body that has come', async () => {
  const gone = await startRawTarget(() => undefined);
  gone.close();
  const second = await start((received, socket) => void (received.endsWith('hello') && socket.write(OK)));
  rig = await openRig({ ports: [gone.port, second.port] });

  const heard = await askRaw(
    rig.port,
    GET.replace('GET', 'POST').replace('Host', 'Content-Length: 5\r\nHost') + 'hello',
  );

  expect(statusOf(heard)).toBe(200);
  expect(rig.reports[0]?.targets).toEqual([`127.0.0.1:${gone.port}`, `127.0.0.1:${second.port}`]);
  expect(rig.reports[0]?.failure).toBeUndefined();
  expect(rig.inFlight()).toBe(0);
});

it('does not send a request again that a target may have begun to serve', async () => {
  const second = await start(say(OK));
  const first = await start((_, socket) => void socket.destroy());
  rig = await openRig({ ports: [first.port, second.port] });

  expect(statusOf(await askRaw(rig.port, GET))).toBe(502);
  expect(second.connections()).toBe(0);
});

it('carries bytes sent behind the request and behind the 101 of a WebSocket, and counts them', async () => {
  await open((received, socket) => {
    if (received.endsWith('\r\n\r\n'))
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nX: y\r\n\r\nhi');
    if (received.endsWith('bye')) socket.end(received.includes('earlybye') ? 'over' : 'lost');
  });
  const upgrade =
    'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: WebSocket\r\nSec-WebSocket-Key: k\r\n\r\n';
  const client = talk(`${upgrade}early`);

  const switched = await client.hears('hi');
  client.say('bye');
  await client.closed();

  expect(switched).toMatch(
    /^HTTP\/1\.1 101 Switching Protocols\r\nX: y\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nhi/,
  );
  expect(client.heard()).toMatch(/over$/);
  await until('the tunnel has ended', async () => rig.reports.length === 1);
  expect(rig.reports[0]).toMatchObject({ status: 101, targetStatus: 101 });
  expect(rig.reports[0]?.client.receivedBytes).toBe(upgrade.length + 'earlybye'.length);
  expect(rig.inFlight()).toBe(0);
});

it('sets cookies and the headers of the listener on answers, in place of the target’s own', async () => {
  await open(say('HTTP/1.1 200 OK\r\nX-Frame-Options: ALLOW\r\nServer: own\r\nContent-Length: 2\r\n\r\nok'), {
    cookies: ['AWSALB=a', 'AWSALBCORS=b'],
    http: { answerHeaders: [['X-Frame-Options', 'DENY']] },
  });

  const heard = await askRaw(rig.port, GET);

  expect(heard.match(/X-Frame-Options: \w+/g)).toEqual(['X-Frame-Options: DENY']);
  expect(heard.match(/Set-Cookie: \w+=\w/g)).toEqual(['Set-Cookie: AWSALB=a', 'Set-Cookie: AWSALBCORS=b']);
  expect(heard).toContain('Server: own');
});

it('leaves its Server header out where it is told to', async () => {
  await open(say(OK), { version: 'GRPC', http: { serverHeader: false } });

  expect(await askRaw(rig.port, GET)).not.toContain('Server:');
});

it.each([
  ['append', false, '1.2.3.4, 127.0.0.1'],
  ['append', true, '1.2.3.4, 127.0.0.1:PORT'],
  ['preserve', false, '1.2.3.4'],
  ['remove', false, undefined],
] as const)(
  'forwards the addresses by mode %s, with the port: %s',
  async (forwardedFor, forwardedForPort, expected) => {
    const target = await open(say(OK), { http: { forwardedFor, forwardedForPort } });

    await askRaw(rig.port, GET.replace('Host', 'X-Forwarded-For: 1.2.3.4\r\nHost'));

    const seen = /X-Forwarded-For: (.*)\r\n/.exec(target.received())?.[1];
    expect(seen).toBe(expected?.replace('PORT', String(rig.reports[0]?.client.peer.port)));
  },
);

it('keeps the root of a trace, and adds one where there is none', async () => {
  const target = await open(say(OK));

  for (const given of ['Root=1-5759e988-bd862e3fe1be46a994272793;Custom=a', 'Custom=b'])
    await askRaw(rig.port, GET.replace('Host', `X-Amzn-Trace-Id: ${given}\r\nHost`));

  const seen = [...target.received().matchAll(/X-Amzn-Trace-Id: (.*)\r\n/g)].map(([, value]) => value);
  expect(seen[0]).toMatch(/^Self=1-[0-9a-f]{8}-[0-9a-f]{24};Root=1-5759e988-bd862e3fe1be46a994272793;Custom=a$/);
  expect(seen[1]).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Custom=b$/);
});

it.each([
  [true, undefined],
  [false, '1'],
])('drops headers with names that are not plain: %s', async (dropInvalidHeaders, expected) => {
  const target = await open(say(OK), { http: { dropInvalidHeaders } });

  await askRaw(rig.port, GET.replace('Host', 'X_Odd: 1\r\nX-Even: 2\r\nHost'));

  expect(/X_Odd: (.*)\r\n/.exec(target.received())?.[1]).toBe(expected);
  expect(target.received()).toContain('X-Even: 2\r\n');
});

it('begins an answer while the body still comes, and goes on with both', async () => {
  await open((received, socket) => {
    if (received.endsWith('0\r\n\r\n')) socket.write('3\r\nall\r\n0\r\n\r\n');
    else if (received.endsWith('\r\n\r\n')) socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
  });
  const client = talk('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n');

  await client.hears('200 OK');
  for (let part = 0; part < 50; part++) client.say('5\r\nhello\r\n');
  client.say('0\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n');

  await client.hears(/all\r\n0\r\n\r\nHTTP\/1\.1 200 OK/);
  expect(rig.reports[0]?.client.receivedBytes).toBeGreaterThan(50 * '5\r\nhello\r\n'.length);
});
