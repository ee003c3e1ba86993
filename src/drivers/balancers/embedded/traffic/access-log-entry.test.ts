import { expect, it } from 'vitest';
import { accessLogEntry } from './access-log-entry.ts';
import type { ExchangeReport, Peer, RequestHead } from './messages.ts';
import { headOf, JANUARY, peerOf, reportOf } from './testing/requests.ts';

const entryOf = (head: Partial<RequestHead>, peer: Partial<Peer> = {}, more: Partial<ExchangeReport> = {}) => {
  const { client } = reportOf();
  return accessLogEntry(
    'app/web/1',
    reportOf({ client: { ...client, head: headOf(head), peer: peerOf(peer) }, ...more }),
  );
};
const TLS = { protocol: 'TLSv1.3', cipher: 'TLS_AES_128_GCM_SHA256', certificateArn: 'cert', serverName: 'web.test' };

it('splits the time between the load balancer and the target', () => {
  expect(entryOf({})).toMatchObject({
    createdAt: JANUARY,
    endedAt: JANUARY + 30,
    requestTime: 0.005,
    targetTime: 0.02025,
    responseTime: 0.005,
    target: '10.0.0.1:80',
  });
});

it('shows the last target of those that were tried', () => {
  expect(entryOf({}, {}, { targets: ['10.0.0.1:80', '10.0.0.2:80'] }).target).toBe('10.0.0.2:80');
});

it.each([
  ['http', {}, {}, 200],
  ['https', {}, { tls: TLS }, 200],
  ['h2', { version: '2.0' }, { tls: TLS }, 200],
  ['grpcs', { version: '2.0', headers: ['content-type', 'application/grpc+proto'] }, { tls: TLS }, 200],
  ['ws', { wantsWebSocket: true }, {}, 101],
  ['wss', { wantsWebSocket: true }, { tls: TLS }, 101],
  ['http', { wantsWebSocket: true }, {}, 403],
] as const)('is of type %s', (type, head, peer, status) => {
  expect(entryOf(head, peer, { status }).type).toBe(type);
});

it('has dashes for a request that could not be read', () => {
  const entry = entryOf({ method: '-', target: '-', authority: '' });

  expect([entry.method, entry.url]).toEqual(['', 'http://127.0.0.1:80']);
});
