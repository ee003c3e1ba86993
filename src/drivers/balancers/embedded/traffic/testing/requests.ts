import type { ExchangeReport, Peer, RequestHead } from '../messages.ts';

/** A request as it was read, for tests. */
export const headOf = (more: Partial<RequestHead> = {}): RequestHead => ({
  version: '1.1',
  method: 'GET',
  target: '/',
  path: '/',
  authority: 'web.test',
  host: 'web.test',
  headers: [],
  body: 'none',
  contentLength: 0,
  expectsContinue: false,
  wantsWebSocket: false,
  ...more,
});

export const peerOf = (more: Partial<Peer> = {}): Peer => ({
  address: '192.0.2.7',
  port: 40_000,
  localAddress: '127.0.0.1',
  localPort: 80,
  connectionId: 'TID_0123456789abcdef0123456789abcdef',
  ...more,
});

/** A request that a target of the group `web` answered with 200. Times are milliseconds of the first day of 2026. */
export const reportOf = (more: Partial<ExchangeReport> = {}): ExchangeReport => ({
  client: { head: headOf(), peer: peerOf(), receivedAt: JANUARY, receivedBytes: 100, sentBytes: 300 },
  endedAt: JANUARY + 30,
  rulePriority: 0,
  action: 'forward',
  targetGroupArn: 'web',
  targets: ['10.0.0.1:80'],
  sentAt: JANUARY + 5,
  answeredAt: JANUARY + 25,
  targetTime: 20.25,
  status: 200,
  targetStatus: 200,
  traceId: 'Root=1-58337262-36d228ad5d99923122bbe354',
  ...more,
});

export const JANUARY = Date.UTC(2026, 0, 1);
