import type { DeploymentConfiguration } from '@aws-sdk/client-ecs';
import { expect, it } from 'vitest';
import { millis } from '../../../kernel/span.ts';
import type { ServiceDeploymentRecord } from '../records/service-deployment.ts';
import { decideDeployment, type DeploymentSight } from './decide-deployment.ts';

const BREAKER = { deploymentCircuitBreaker: { enable: true, rollback: true } };
const ALARMS = { alarms: { alarmNames: ['5xx'], enable: true, rollback: true } };

function sight(
  configuration: DeploymentConfiguration = {},
  members: Partial<DeploymentSight> = {},
  deployment: Partial<ServiceDeploymentRecord> = {},
): DeploymentSight {
  return {
    deployment: {
      id: 'd',
      arn: 'arn',
      cluster: 'c',
      service: 's',
      status: 'IN_PROGRESS',
      targetRevision: '2',
      sourceRevisions: ['1'],
      deploymentConfiguration: configuration,
      circuitBreaker: { status: 'MONITORING', failureCount: 0, threshold: 3 },
      alarms: { status: configuration.alarms?.enable ? 'MONITORING' : 'DISABLED', triggeredAlarmNames: [] },
      createdAt: 0,
      updatedAt: 0,
      ...deployment,
    },
    isSteady: false,
    healthy: 0,
    desired: 2,
    others: 1,
    failedTasks: 0,
    threshold: 3,
    activeAlarms: [],
    bake: millis(0),
    goodRevision: '1',
    now: 1000,
    ...members,
  };
}

it('completes once the new tasks are steady and the last old one is gone', () => {
  expect(decideDeployment(sight({}, { isSteady: true, others: 1 }))).toEqual({ do: 'wait' });
  expect(decideDeployment(sight({}, { isSteady: true, others: 0 }))).toEqual({ do: 'complete' });
});

it('bakes before it completes, and waits until that is over and all is steady', () => {
  const steady = { isSteady: true, others: 0, bake: millis(500) };

  expect(decideDeployment(sight({}, steady))).toEqual({ do: 'bake', until: 1500 });
  expect(decideDeployment(sight({}, { ...steady, now: 1499 }, { bakeUntil: 1500 }))).toEqual({ do: 'wait' });
  expect(decideDeployment(sight({}, { ...steady, isSteady: false, now: 1500 }, { bakeUntil: 1500 }))).toEqual({
    do: 'wait',
  });
  expect(decideDeployment(sight({}, { ...steady, now: 1500 }, { bakeUntil: 1500 }))).toEqual({ do: 'complete' });
});

it('goes back to the last good revision when the circuit breaker trips', () => {
  expect(decideDeployment(sight(BREAKER, { failedTasks: 2 }))).toEqual({ do: 'wait' });
  expect(decideDeployment(sight(BREAKER, { failedTasks: 3 }))).toEqual({
    do: 'roll-back',
    cause: 'circuit-breaker',
    alarms: [],
    to: '1',
  });
});

it('only fails where rollback is off, or nothing was ever deployed wholly', () => {
  const failed = { do: 'fail', cause: 'circuit-breaker', alarms: [] };
  const withoutRollback = { deploymentCircuitBreaker: { enable: true, rollback: false } };

  expect(decideDeployment(sight(withoutRollback, { failedTasks: 3 }))).toEqual(failed);
  expect(decideDeployment(sight(BREAKER, { failedTasks: 3, goodRevision: undefined }))).toEqual(failed);
});

it('goes on for ever without a circuit breaker', () => {
  expect(decideDeployment(sight({}, { failedTasks: 100 }))).toEqual({ do: 'wait' });
});

it('fails a rollback whose tasks fail too', () => {
  const rollingBack = {
    status: 'ROLLBACK_IN_PROGRESS',
    rollback: { reason: 'r', startedAt: 0, revision: '1' },
  } as const;

  expect(decideDeployment(sight(BREAKER, { failedTasks: 3 }, rollingBack))).toMatchObject({ do: 'fail' });
  expect(decideDeployment(sight(ALARMS, { activeAlarms: ['5xx'] }, rollingBack))).toEqual({ do: 'wait' });
  expect(decideDeployment(sight({}, { isSteady: true, others: 0, bake: millis(9) }, rollingBack))).toEqual({
    do: 'complete',
  });
});

it('is judged by its alarms, during the bake too, but not by one that was active before', () => {
  expect(decideDeployment(sight(ALARMS, { activeAlarms: ['5xx'] }, { bakeUntil: 5000 }))).toEqual({
    do: 'roll-back',
    cause: 'alarm',
    alarms: ['5xx'],
    to: '1',
  });
  expect(decideDeployment(sight(ALARMS, { activeAlarms: ['5xx'] }, { status: 'PENDING' }))).toEqual({
    do: 'start',
    ignoresAlarms: true,
  });
  const disabled = { alarms: { status: 'DISABLED', triggeredAlarmNames: [] } } as const;
  expect(decideDeployment(sight(ALARMS, { activeAlarms: ['5xx'] }, disabled))).toEqual({ do: 'wait' });
});

it('does not begin before its alarms could be read', () => {
  expect(decideDeployment(sight(ALARMS, { activeAlarms: undefined }, { status: 'PENDING' }))).toEqual({ do: 'wait' });
});

it('stops as asked, and goes back to what ran before even when that was never whole', () => {
  expect(decideDeployment(sight({}, {}, { status: 'STOP_REQUESTED' }))).toMatchObject({ do: 'fail', cause: 'stopped' });
  expect(decideDeployment(sight({}, { goodRevision: undefined }, { status: 'ROLLBACK_REQUESTED' }))).toMatchObject({
    do: 'roll-back',
    to: '1',
  });
});

it('completes early once enough tasks are healthy, before or after the old ones have gone', () => {
  const early = (sourceServiceRevisionCleanup: 'BLOCKING' | 'DEFERRED') => ({
    earlySuccessCriteria: { enable: true, healthyPercent: 50, sourceServiceRevisionCleanup },
  });

  expect(decideDeployment(sight(early('DEFERRED'), { healthy: 0 }))).toEqual({ do: 'wait' });
  expect(decideDeployment(sight(early('DEFERRED'), { healthy: 1 }))).toEqual({ do: 'complete' });
  expect(decideDeployment(sight(early('BLOCKING'), { healthy: 1 }))).toEqual({ do: 'wait' });
  expect(decideDeployment(sight(early('BLOCKING'), { healthy: 1, others: 0 }))).toEqual({ do: 'complete' });
});
