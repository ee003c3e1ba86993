import { expect, it } from 'vitest';
import type { BalancerObservation, TargetGroupObservation } from '../../../drivers/balancers/balancer.ts';
import { noTraffic, untouched } from '../../../drivers/balancers/counts.ts';
import { hostMetrics, ownMetrics, perTarget, targetMetrics } from './data.ts';
import { growth } from './growth.ts';

const group = (changes: Partial<TargetGroupObservation> = {}): TargetGroupObservation => ({
  arn: 'blue',
  targets: [],
  ...noTraffic(),
  ...changes,
});
const observed = (changes: Partial<BalancerObservation>): BalancerObservation => ({
  epoch: 1,
  listeners: [],
  targetGroups: [],
  loadBalancers: [],
  ...changes,
});
const target = (health: 'healthy' | 'unhealthy' | 'unused') => ({ key: health, health, inFlight: 0 });
const named = (data: readonly { name: string; values: unknown }[]) =>
  Object.fromEntries(data.map(({ name, values }) => [name, values]));

it('counts what came between two observations, of groups that are new and counters that began anew too', () => {
  const before = observed({
    targetGroups: [
      group({ requests: 10, responses: { ...noTraffic().responses, '2xx': 10 }, responseTimes: [[80, 10]] }),
      group({ arn: 'restarted', requests: 100, responseTimes: [[80, 100]] }),
    ],
    loadBalancers: [{ ...untouched('app/lb/1'), ownAnswers: { 503: 2 }, newConnections: 5, activeConnections: 3 }],
  });
  const after = observed({
    targetGroups: [
      group({
        requests: 14,
        responses: { ...noTraffic().responses, '2xx': 12, '5xx': 2 },
        responseTimes: [
          [80, 12],
          [88, 2],
        ],
      }),
      group({ arn: 'restarted', requests: 7, responseTimes: [[80, 7]] }),
      group({ arn: 'new', requests: 1, responseTimes: [[8, 1]] }),
    ],
    loadBalancers: [
      { ...untouched('app/lb/1'), ownAnswers: { 502: 1, 503: 2 }, newConnections: 6, activeConnections: 2 },
    ],
  });

  const { targetGroups, loadBalancers } = growth(before, after);

  expect(targetGroups.map(({ requests }) => requests)).toEqual([4, 7, 1]);
  expect(targetGroups[0]?.responses).toEqual({ '2xx': 2, '3xx': 0, '4xx': 0, '5xx': 2 });
  expect(targetGroups.map(({ responseTimes }) => responseTimes)).toEqual([
    [
      [80, 2],
      [88, 2],
    ],
    [[80, 7]],
    [[8, 1]],
  ]);
  expect(loadBalancers).toEqual([
    { ...untouched('app/lb/1'), ownAnswers: { 502: 1, 503: 0 }, newConnections: 1, activeConnections: 2 },
  ]);
});

it('publishes a count as that many samples of 1, and no data where nothing was counted', () => {
  const metrics = targetMetrics([
    group({ requests: 3, responses: { ...noTraffic().responses, '2xx': 1, '5xx': 2 } }),
    group({ arn: 'green', requests: 1, responseTimes: [[80, 1]], connectionErrors: 4 }),
  ]);

  expect(named(metrics)).toEqual({
    RequestCount: [[1, 4]],
    HTTPCode_Target_2XX_Count: [[1, 1]],
    HTTPCode_Target_5XX_Count: [[1, 2]],
    TargetConnectionErrorCount: [[1, 4]],
    TargetResponseTime: [[expect.closeTo(0.00107, 5), 1]],
  });
  expect(targetMetrics([group()])).toEqual([]);
});

it('tells families and single statuses of the own answers apart', () => {
  expect(
    named(ownMetrics({ ...untouched('app/lb/1'), ownAnswers: { 400: 1, 463: 2, 502: 3, 503: 4, 501: 5 } })),
  ).toEqual({
    HTTPCode_ELB_4XX_Count: [[1, 3]],
    HTTPCode_ELB_5XX_Count: [[1, 12]],
    HTTPCode_ELB_502_Count: [[1, 3]],
    HTTPCode_ELB_503_Count: [[1, 4]],
  });
});

it('counts hosts where they are checked, and requests by those that are healthy', () => {
  const targets = [target('healthy'), target('unhealthy')];

  expect(named(hostMetrics(group({ targets })))).toEqual({ HealthyHostCount: [[1, 1]], UnHealthyHostCount: [[1, 1]] });
  expect(hostMetrics(group({ targets: [target('unused')] }))).toEqual([]);
  expect(named(perTarget(group({ targets, requests: 6 }), false))).toEqual({ RequestCountPerTarget: [[6, 1]] });
});

it('counts requests by all targets where none is healthy, and once a minute none where there were none', () => {
  const targets = [target('unhealthy'), target('unhealthy')];

  expect(named(perTarget(group({ targets, requests: 6 }), false))).toEqual({ RequestCountPerTarget: [[3, 1]] });
  expect(named(perTarget(group({ targets }), true))).toEqual({ RequestCountPerTarget: [[0, 1]] });
  expect(perTarget(group({ targets }), false)).toEqual([]);
  expect(perTarget(group({ requests: 6 }), true)).toEqual([]);
});
