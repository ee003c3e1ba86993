import { expect, it } from 'vitest';
import type { BalancerObservation, TargetObservation } from '../../drivers/balancers/balancer.ts';
import { noTraffic } from '../../drivers/balancers/counts.ts';
import type { TargetRecord } from './records.ts';
import { targetHealth } from './target-health.ts';

const target: TargetRecord = { targetGroupArn: 'blue', id: '127.0.0.1', port: 80, registeredEpoch: 3 };

const seen = (epoch: number, what: Omit<TargetObservation, 'key' | 'inFlight'>): BalancerObservation => ({
  epoch,
  listeners: [],
  targetGroups: [
    {
      arn: 'blue',
      targets: [{ key: '127.0.0.1:80', inFlight: 0, ...what }],
      ...noTraffic(),
    },
  ],
  loadBalancers: [],
});

it('gives a healthy target no reason', () => {
  expect(targetHealth(target, true, seen(3, { health: 'healthy' }))).toEqual({ state: 'healthy' });
});

it('does not believe health seen before this registration', () => {
  expect(targetHealth(target, true, seen(2, { health: 'healthy' }))).toEqual({
    state: 'initial',
    reason: 'Elb.RegistrationInProgress',
    description: 'Target registration is in progress',
  });
});

it("passes on the balancer's reason and its own words", () => {
  const observation = seen(4, {
    health: 'unhealthy',
    reason: 'Target.ResponseCodeMismatch',
    description: 'Health checks failed with these codes: [500]',
  });

  expect(targetHealth(target, true, observation)).toEqual({
    state: 'unhealthy',
    reason: 'Target.ResponseCodeMismatch',
    description: 'Health checks failed with these codes: [500]',
  });
});

it('is unused in a group that nothing forwards to, whatever was seen', () => {
  expect(targetHealth(target, false, seen(4, { health: 'healthy' }))).toMatchObject({ reason: 'Target.NotInUse' });
});

it('is draining from the moment it is deregistered', () => {
  const draining = { ...target, draining: { epoch: 9, by: 1 } };

  expect(targetHealth(draining, true, seen(4, { health: 'healthy' }))).toMatchObject({ state: 'draining' });
});
