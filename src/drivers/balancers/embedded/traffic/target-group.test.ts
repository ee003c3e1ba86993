import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { seconds } from '../../../../kernel/span.ts';
import type { TargetGroupConfig } from '../../balancer.ts';
import { groupOf, HEALTH_CHECK } from '../../testing/configs.ts';
import type { ConnectorFactory } from './connectors.ts';
import { TargetGroup } from './target-group.ts';

/** Tells what was asked of it; nothing is ever sent here. */
class Recorder {
  readonly calls: string[] = [];

  readonly connect: ConnectorFactory = ({ port }) => ({
    open: () => {
      throw new Error('no request is sent in these tests');
    },
    drain: () => void this.calls.push(`drain ${port}`),
    undrain: () => void this.calls.push(`undrain ${port}`),
    cut: () => void this.calls.push(`cut ${port}`),
  });
}

const UNCHECKED = { healthCheck: { ...HEALTH_CHECK, enabled: false } };
const config = (ports: readonly number[], more: Partial<TargetGroupConfig> = {}) =>
  groupOf('web', ports, { ...UNCHECKED, ...more });

let recorder: Recorder;
const open: TargetGroup[] = [];
const groupWith = (wanted: TargetGroupConfig) => {
  const group = new TargetGroup(wanted, () => undefined, recorder.connect);
  open.push(group);
  group.apply(wanted);
  return group;
};
const picks = (group: TargetGroup, count: number) => Array.from({ length: count }, () => group.pick()?.port);
const timesOf = (ports: readonly (number | undefined)[], port: number) => ports.filter((one) => one === port).length;

beforeEach(() => {
  recorder = new Recorder();
  vi.useFakeTimers();
});
afterEach(() => {
  for (const group of open.splice(0)) group.close();
  vi.useRealTimers();
});

it('picks nobody where nobody is registered', () => {
  expect(groupWith(config([])).pick()).toBeUndefined();
});

it('takes turns, and goes on with them as targets come and go', () => {
  const group = groupWith(config([1, 2, 3]));

  expect(picks(group, 6).toSorted()).toEqual([1, 1, 2, 2, 3, 3]);
  group.apply(config([1, 2, 3, 4]));
  expect(picks(group, 4).toSorted()).toEqual([1, 2, 3, 4]);
});

it('gives the least busy the next request, and the equally busy turns', () => {
  const group = groupWith(config([1, 2, 3], { algorithm: 'least_outstanding_requests' }));
  group.find('127.0.0.1:2')?.begin();

  const idle = picks(group, 4);

  expect(idle.toSorted()).toEqual([1, 1, 3, 3]);
  for (const port of [1, 3]) group.find(`127.0.0.1:${port}`)?.begin();
  group.find('127.0.0.1:2')?.end();
  expect(picks(group, 2)).toEqual([2, 2]);
});

it('picks at random where that is asked for', () => {
  const ports = picks(groupWith(config([1, 2], { algorithm: 'weighted_random' })), 1000);

  expect(Math.abs(timesOf(ports, 1) - 500)).toBeLessThan(5 * Math.sqrt(250));
});

it('never gives a request to a target that drains, nor finds it by its key', () => {
  const group = groupWith(config([1, 2]));
  const leaving = group.find('127.0.0.1:1');
  const { targets } = config([1, 2]);

  group.apply({ ...config([1, 2]), targets: targets.map((target) => ({ ...target, draining: target.port === 1 })) });

  expect(picks(group, 5)).toEqual([2, 2, 2, 2, 2]);
  expect(group.find('127.0.0.1:1')).toBeUndefined();
  expect(leaving && group.isRoutable(leaving)).toBe(false);
  expect(recorder.calls).toEqual(['drain 1']);
  group.apply(config([1, 2]));
  expect(recorder.calls).toEqual(['drain 1', 'undrain 1']);
  expect(picks(group, 2).toSorted()).toEqual([1, 2]);
});

it('cuts a target that drains at the end of its time, which can be moved', () => {
  const [one] = config([1]).targets;
  const leaving = (drainBy: number) =>
    one ? config([], { targets: [{ ...one, draining: true, drainBy }] }) : config([]);
  const group = groupWith(leaving(Date.now() + 60_000));
  group.apply(leaving(Date.now() + 1000));

  vi.advanceTimersByTime(999);
  const before = [...recorder.calls];
  vi.advanceTimersByTime(1);

  expect(before).toEqual(['drain 1']);
  expect(recorder.calls).toEqual(['drain 1', 'cut 1']);
});

it('cuts a target that is gone only when the old is removed', () => {
  const group = groupWith(config([1, 2]));

  group.apply(config([2]));
  expect(recorder.calls).toEqual([]);
  group.removeOld();

  expect(recorder.calls).toEqual(['drain 1', 'cut 1']);
});

it('tries each other target once when connections fail', () => {
  const group = groupWith(config([1, 2, 3]));
  const first = group.pick();
  const tried = new Set(first ? [first] : []);

  for (let target = group.another(tried); target; target = group.another(tried)) tried.add(target);

  expect([...tried].map(({ port }) => port).toSorted()).toEqual([1, 2, 3]);
});

it('lets the share of a new target grow evenly from nothing, beside one that is warm', () => {
  const slowStart = seconds(100);
  const group = groupWith(config([1], { slowStart }));
  group.apply(config([1, 2], { slowStart }));
  const shareAt = (at: number) => {
    vi.setSystemTime(start + seconds(at));
    return timesOf(picks(group, 3000), 2) / 3000;
  };
  const start = Date.now();

  // With a weight of w beside one of 1, the share is w / (1 + w).
  expect(shareAt(0)).toBe(0);
  expect(shareAt(25)).toBeCloseTo(0.2, 2);
  expect(shareAt(50)).toBeCloseTo(1 / 3, 2);
  expect(shareAt(100)).toBeCloseTo(0.5, 2);
});

it('starts the first targets of a group at once', () => {
  const group = groupWith(config([1, 2], { slowStart: seconds(100) }));

  expect(picks(group, 4).toSorted()).toEqual([1, 1, 2, 2]);
});
