import { expect, it } from 'vitest';
import type { BalancerObservation } from '../../drivers/balancers/balancer.ts';
import { noTraffic } from '../../drivers/balancers/counts.ts';
import { drainStep, isDrained, nextDrainDeadline } from './drains.ts';
import type { TargetRecord } from './records.ts';

const target: TargetRecord = {
  targetGroupArn: 'blue',
  id: '127.0.0.1',
  port: 80,
  registeredEpoch: 1,
  draining: { epoch: 5, by: 1000 },
};

const seen = (epoch: number, inFlight?: number): BalancerObservation => ({
  epoch,
  listeners: [],
  targetGroups: [
    {
      arn: 'blue',
      targets: inFlight === undefined ? [] : [{ key: '127.0.0.1:80', health: 'draining', inFlight }],
      ...noTraffic(),
    },
  ],
  loadBalancers: [],
});

it('has drained once the balancer knows of it and nothing is in flight', () => {
  expect(isDrained(target, true, seen(5, 0), 1)).toBe(true);
});

it('has not drained while a request is in flight', () => {
  expect(isDrained(target, true, seen(5, 1), 1)).toBe(false);
});

it('has not drained before the balancer acknowledged that it gets no new request, though nothing is in flight', () => {
  expect(isDrained(target, true, seen(4, 0), 1)).toBe(false);
});

it('does not take the end of the delay for drained when the balancer does not know of it yet', () => {
  expect(isDrained(target, true, seen(4, 1), 2000)).toBe(false);
});

it('has drained when the delay ends, whatever is in flight', () => {
  expect(isDrained(target, true, seen(5, 3), 1000)).toBe(true);
});

it('waits for the delay when the balancer does not say what is in flight', () => {
  expect(isDrained(target, true, seen(5), 999)).toBe(false);
});

it('takes silence for idle only where no listener names the group', () => {
  expect(isDrained(target, false, seen(5), 1)).toBe(true);
  expect(isDrained(target, false, seen(5, 1), 1)).toBe(false);
});

it('never drains a target that is registered', () => {
  const { draining: _, ...registered } = target;

  expect(isDrained(registered, false, seen(9, 0), 2000)).toBe(false);
});

it('stays listed when idle until the delay has ended, and is said to be idle once', () => {
  const idle = { ...target, draining: { epoch: 5, by: 1000, isIdle: true } } as const;

  expect(drainStep(target, true, seen(5, 1), 999)).toBe('keep');
  expect(drainStep(target, true, seen(5, 0), 999)).toBe('idle');
  expect(drainStep(idle, true, seen(5), 999)).toBe('keep');
  expect(drainStep(idle, true, seen(5), 1000)).toBe('forget');
});

it('is forgotten once idle where no listener names the group', () => {
  expect(drainStep(target, false, seen(5, 1), 1)).toBe('keep');
  expect(drainStep(target, false, seen(5, 0), 1)).toBe('forget');
});

it('gives the earliest deadline', () => {
  expect(nextDrainDeadline([target, { ...target, draining: { epoch: 6, by: 400 } }])).toBe(400);
  expect(nextDrainDeadline([])).toBeUndefined();
});
