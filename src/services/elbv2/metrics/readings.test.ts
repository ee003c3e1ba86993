import { afterEach, beforeEach, expect, it } from 'vitest';
import { parsePrometheus, total } from '../../../../test/support/prometheus.ts';
import type { BalancerObservation } from '../../../drivers/balancers/balancer.ts';
import { noTraffic, untouched } from '../../../drivers/balancers/counts.ts';
import { LatencyHistogram } from '../../../drivers/balancers/latency.ts';
import { openStore } from '../../../store/open-store.ts';
import type { Store } from '../../../store/store.ts';
import { writeFamilies } from '../../../telemetry/text-format.ts';
import { elbRecords, type ListenerRecord, type LoadBalancerRecord } from '../records.ts';
import { elbReadings } from './readings.ts';

const SCOPE = { account: '111122223333', region: 'eu-west-1' };
const PREFIX = 'arn:aws:elasticloadbalancing:eu-west-1:111122223333:';
const GROUP = `${PREFIX}targetgroup/blue/1`;
const LOAD_BALANCER = `${PREFIX}loadbalancer/app/web/2`;
const LABELS = { ...SCOPE, load_balancer: 'app/web/2' };

let store: Store;
beforeEach(async () => {
  store = await openStore(':memory:');
  const records = elbRecords(store);
  await records.loadBalancers.put(SCOPE, LOAD_BALANCER, { arn: LOAD_BALANCER } as LoadBalancerRecord);
  const action = { type: 'forward', groups: [{ targetGroupArn: GROUP, weight: 1 }] };
  const listener = { arn: 'listener', loadBalancerArn: LOAD_BALANCER, action } as unknown as ListenerRecord;
  await records.listeners.put(SCOPE, 'listener', listener);
});
afterEach(() => store.close());

async function read(seen: Partial<BalancerObservation>) {
  const observed = { epoch: 3, listeners: [], targetGroups: [], loadBalancers: [], ...seen };
  return parsePrometheus(writeFamilies(await elbReadings(store, { observe: async () => observed })));
}

it('spreads the times of answers over buckets that double, and loses none', async () => {
  const times = new LatencyHistogram();
  for (const seconds of [0.000001, 0.0003, 0.0006, 0.0011, 1, 40, 100]) times.add(seconds);
  const group = { ...noTraffic(), arn: GROUP, targets: [], responseTimes: times.toBuckets() };

  const page = await read({ targetGroups: [group] });

  const name = 'teal_elb_target_response_time_seconds';
  const atMost = (le: string) => total(page, name, { ...LABELS, target_group: 'targetgroup/blue/1', le }, '_bucket');
  expect(['0.000512', '0.001024', '0.002048', '1.048576', '33.554432', '+Inf'].map(atMost)).toEqual([2, 3, 4, 5, 5, 7]);
  expect(Math.abs((total(page, name, {}, '_sum') ?? 0) / 141 - 1)).toBeLessThan(0.09);
});

it("tells a group's targets by health, what is in flight, and the epoch that is wanted and applied", async () => {
  const target = (health: 'healthy' | 'draining', inFlight: number) => ({ key: health, health, inFlight });
  const targets = [target('healthy', 2), target('draining', 1)];

  const page = await read({ targetGroups: [{ ...noTraffic(), arn: GROUP, targets }] });

  const byHealth = (health: string) => total(page, 'teal_elb_targets', { health });
  expect(['healthy', 'draining', 'unhealthy'].map(byHealth)).toEqual([1, 1, 0]);
  expect(total(page, 'teal_elb_target_in_flight')).toBe(3);
  expect(['wanted', 'applied'].map((state) => total(page, 'teal_balancer_epoch', { state }))).toEqual([0, 3]);
});

it('tells what the load balancer answered by itself, by status', async () => {
  const balancer = { ...untouched('app/web/2'), requests: 9, ownAnswers: { 502: 1, 503: 4 }, redirects: 2 };

  const page = await read({ loadBalancers: [balancer, untouched('app/unknown/1')] });

  expect(total(page, 'teal_elb_requests_total')).toBe(9);
  expect(total(page, 'teal_elb_own_answers_total', { ...LABELS, code: '503' })).toBe(4);
  expect(total(page, 'teal_elb_configured_answers_total', { type: 'redirect' })).toBe(2);
  expect(page.get('teal_elb_requests_total')?.samples).toHaveLength(1);
});
