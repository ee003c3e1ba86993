import { expect, it } from 'vitest';
import { latencyBucket } from '../../latency.ts';
import { GroupCounts } from './group-counts.ts';
import { LoadBalancerLedger } from './ledger.ts';
import type { ExchangeReport } from './messages.ts';
import { reportOf } from './testing/requests.ts';

/** A report without some of what it had. */
function without(report: ExchangeReport, ...names: readonly (keyof ExchangeReport)[]): ExchangeReport {
  const kept = Object.entries(report).filter(([name]) => !(names as readonly string[]).includes(name));
  return Object.fromEntries(kept) as unknown as ExchangeReport;
}

const unanswered = (more: Partial<ExchangeReport>) =>
  without(
    reportOf(more),
    'targetStatus',
    'answeredAt',
    'targetTime',
    ...(more.targets?.length === 0 ? ['sentAt' as const] : []),
  );

const REPORTS: readonly (readonly [string, ExchangeReport, object, object])[] = [
  ['an answer', reportOf(), { requests: 1, responses: families('2xx'), balancerErrors: 0 }, { ownAnswers: {} }],
  [
    'a 502 that the target gave itself',
    reportOf({ status: 502, targetStatus: 502 }),
    { responses: families('5xx'), balancerErrors: 0 },
    { ownAnswers: {} },
  ],
  [
    'a refused connection',
    unanswered({ status: 502, failure: 'connect' }),
    { requests: 1, responses: families(), balancerErrors: 1, connectionErrors: 1 },
    { ownAnswers: { 502: 1 } },
  ],
  [
    'an answer of the second target, where the first refused',
    reportOf({ failure: 'connect', targets: ['10.0.0.1:80', '10.0.0.2:80'] }),
    { requests: 1, responses: families('2xx'), balancerErrors: 0, connectionErrors: 1 },
    { ownAnswers: {} },
  ],
  [
    'a target whose TLS fails',
    unanswered({ status: 502, failure: 'tls' }),
    { balancerErrors: 1, connectionErrors: 0, tlsErrors: 1 },
    { ownAnswers: { 502: 1 } },
  ],
  [
    'a group without targets',
    unanswered({ status: 503, failure: 'none', targets: [] }),
    { requests: 0, balancerErrors: 1 },
    { ownAnswers: { 503: 1 } },
  ],
  [
    'a client that went away',
    unanswered({ status: 460 }),
    { requests: 1, balancerErrors: 0 },
    { ownAnswers: { 460: 1 } },
  ],
  [
    'a fixed response',
    without(unanswered({ status: 503, action: 'fixed-response', targets: [] }), 'targetGroupArn'),
    { requests: 0 },
    { ownAnswers: {}, fixedResponses: 1 },
  ],
  [
    'a redirect',
    without(unanswered({ status: 301, action: 'redirect', targets: [] }), 'targetGroupArn'),
    { requests: 0 },
    { ownAnswers: {}, redirects: 1 },
  ],
  [
    'a request that could not be read',
    without(unanswered({ status: 400, action: 'none', targets: [] }), 'targetGroupArn'),
    { requests: 0 },
    { ownAnswers: { 400: 1 } },
  ],
];

it.each(REPORTS)('counts %s', (_, report, ofGroup, ofBalancer) => {
  const counts = new GroupCounts();
  const ledger = ledgerOf(counts);

  ledger.finished(report);

  expect(counts.observe()).toMatchObject(ofGroup);
  expect(ledger.observe()).toMatchObject({ requests: 1, processedBytes: 400, ...ofBalancer });
});

it('counts times in buckets, and connections as they come and go', () => {
  const counts = new GroupCounts();
  const ledger = ledgerOf(counts);

  for (const targetTime of [20.25, 20.25, 900]) ledger.finished(reportOf({ targetTime }));
  ledger.connectionOpened();
  ledger.connectionOpened();
  ledger.connectionClosed();
  ledger.clientTlsFailed();

  expect(counts.observe().responseTimes).toEqual([
    [latencyBucket(0.02025), 2],
    [latencyBucket(0.9), 1],
  ]);
  expect(ledger.observe()).toMatchObject({ newConnections: 2, activeConnections: 1, clientTlsErrors: 1 });
});

const ledgerOf = (counts: GroupCounts) =>
  new LoadBalancerLedger({
    loadBalancer: 'app/web/1',
    address: '127.0.0.1',
    findCounts: (arn) => (arn === 'web' ? counts : undefined),
  });

function families(counted?: '2xx' | '5xx') {
  return { '2xx': 0, '3xx': 0, '4xx': 0, '5xx': 0, ...(counted && { [counted]: 1 }) };
}
