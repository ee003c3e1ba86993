import { CloudWatchClient, PutMetricAlarmCommand, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import { RegisterTaskDefinitionCommand, StopServiceDeploymentCommand, StopTaskCommand } from '@aws-sdk/client-ecs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ServiceYard } from '../support/ecs-services.ts';
import { eventually } from '../support/eventually.ts';
import { taskNetwork } from '../support/task-network.ts';

let yard: ServiceYard;
beforeAll(async () => {
  yard = await ServiceYard.open();
});
afterAll(() => yard.close());

const BREAKER = { deploymentCircuitBreaker: { enable: true, rollback: true } };

it('takes a service through a deployment in the words of AWS', async () => {
  const { deployments } = await yard.create('worded', { desiredCount: 2 });
  const [first] = deployments ?? [];
  expect(first).toMatchObject({
    status: 'PRIMARY',
    desiredCount: 2,
    failedTasks: 0,
    rolloutState: 'IN_PROGRESS',
    rolloutStateReason: `ECS deployment ${first?.id} in progress.`,
  });
  const done = await yard.completed('worded');

  expect(done.deployments?.[0]?.rolloutStateReason).toBe(`ECS deployment ${first?.id} completed.`);
  const events = await eventually('a steady service', async () => {
    const told = await yard.events('worded');
    return told.at(-1)?.endsWith('has reached a steady state.') ? told : undefined;
  });
  expect(events[0]).toMatch(/^\(service worded\) has started 2 tasks: \(task [0-9a-f]{32}\) \(task [0-9a-f]{32}\)\.$/);
  expect(events.slice(-2)).toEqual([
    `(service worded) (deployment ${first?.id}) deployment completed.`,
    '(service worded) has reached a steady state.',
  ]);
});

it('never has fewer running tasks than wished while it replaces them, nor more than the upper bound', async () => {
  await yard.create('bounded', {
    desiredCount: 2,
    deploymentConfiguration: { minimumHealthyPercent: 100, maximumPercent: 150 },
  });
  await yard.completed('bounded');
  await yard.update('bounded', { taskDefinition: 'good:2' });
  const seen: [running: number, all: number][] = [];
  await yard.until('the second revision', 'bounded', ({ deployments = [], runningCount = 0, pendingCount = 0 }) => {
    seen.push([runningCount, runningCount + pendingCount]);
    return deployments.length === 1 && deployments[0]?.rolloutState === 'COMPLETED';
  });

  expect(Math.min(...seen.map(([running]) => running))).toBeGreaterThanOrEqual(2);
  expect(Math.max(...seen.map(([, all]) => all))).toBeLessThanOrEqual(3);
  const tasks = await yard.tasks('bounded');
  expect(tasks.map(({ taskDefinitionArn }) => taskDefinitionArn?.split('/')[1])).toEqual(['good:2', 'good:2']);
});

it('replaces all tasks when a deployment is forced, and none when only the count changes', async () => {
  const created = await yard.create('forced');
  await yard.completed('forced');
  const [before] = await yard.tasks('forced');
  const scaled = await yard.update('forced', { desiredCount: 2 });
  expect(scaled.currentServiceDeployment).toBe(created.currentServiceDeployment);
  await yard.until('two tasks', 'forced', ({ runningCount }) => runningCount === 2);
  expect((await yard.tasks('forced')).map(({ taskArn }) => taskArn)).toContain(before?.taskArn);

  const forced = await yard.update('forced', { forceNewDeployment: true });
  await yard.reach(forced.currentServiceDeployment, 'SUCCESSFUL');

  expect(forced.currentServiceDeployment).not.toBe(created.currentServiceDeployment);
  expect((await yard.tasks('forced')).map(({ taskArn }) => taskArn)).not.toContain(before?.taskArn);
});

it('begins no deployment for what a service is sent back of itself, defaults included', async () => {
  await yard.teal.ecs.send(
    new RegisterTaskDefinitionCommand({
      family: 'resent',
      requiresCompatibilities: ['FARGATE'],
      networkMode: 'awsvpc',
      cpu: '256',
      memory: '512',
      containerDefinitions: [{ name: 'app', image: 'app:1', command: ['/bin/sleep', '100000'] }],
    }),
  );
  const { awsvpcConfiguration } = await taskNetwork(yard.teal.ec2);
  const created = await yard.create('resent', {
    taskDefinition: 'resent',
    launchType: 'FARGATE',
    networkConfiguration: { awsvpcConfiguration },
    desiredCount: 0,
  });
  const defaults = { securityGroups: [], assignPublicIp: 'DISABLED' as const };
  const updated = await yard.update('resent', {
    taskDefinition: created.taskDefinition,
    platformVersion: created.platformVersion,
    networkConfiguration: { awsvpcConfiguration: { subnets: awsvpcConfiguration?.subnets, ...defaults } },
    loadBalancers: created.loadBalancers,
  });
  const moved = await yard.update('resent', { platformVersion: '1.3.0' });

  expect(updated.currentServiceDeployment).toBe(created.currentServiceDeployment);
  expect(moved.currentServiceDeployment).not.toBe(created.currentServiceDeployment);
});

it('rolls back to the last completed deployment when the circuit breaker trips, and keeps its tasks', async () => {
  const created = await yard.create('breaking', { desiredCount: 2, deploymentConfiguration: BREAKER });
  await yard.completed('breaking');
  const before = (await yard.tasks('breaking')).map(({ taskArn }) => taskArn).sort();
  const good = created.deployments?.[0]?.id;
  const updated = await yard.update('breaking', { taskDefinition: 'broken' });
  const bad = updated.deployments?.[0]?.id;

  const ended = await yard.reach(updated.currentServiceDeployment, 'ROLLBACK_SUCCESSFUL');

  expect(ended).toMatchObject({
    statusReason: 'ECS deployment circuit breaker: tasks failed to start.',
    deploymentCircuitBreaker: { status: 'TRIGGERED', threshold: 3 },
    rollback: { serviceRevisionArn: expect.stringContaining(good?.slice(8) ?? '?') as unknown },
  });
  expect(ended.deploymentCircuitBreaker?.failureCount).toBeGreaterThanOrEqual(3);
  const service = await yard.completed('breaking');
  expect(service.taskDefinition).toMatch(/good:1$/);
  expect(service.deployments?.map(({ id }) => id)).toEqual([good]);
  expect((await yard.tasks('breaking')).map(({ taskArn }) => taskArn).sort()).toEqual(before);
  const events = await yard.events('breaking');
  expect(events).toContain(`(service breaking) (deployment ${bad}) deployment failed: tasks failed to start.`);
  expect(events).toContain(`(service breaking) rolling back to deployment ${good}.`);
});

it('shows the rollback while it runs as the primary deployment beside the failed one', async () => {
  // The only old task has to be replaced again, and the new one is not healthy while the gate is shut.
  const gate = join(yard.teal.data, 'gate');
  await writeFile(gate, '');
  const healthCheck = { command: ['CMD-SHELL', `test -e ${gate}`], interval: 5, retries: 10, startPeriod: 300 };
  const app = { name: 'app', image: 'app:1', memory: 64, command: ['/bin/sleep', '100000'], healthCheck };
  await yard.teal.ecs.send(new RegisterTaskDefinitionCommand({ family: 'gated', containerDefinitions: [app] }));
  await yard.create('showing', {
    taskDefinition: 'gated',
    deploymentConfiguration: { ...BREAKER, minimumHealthyPercent: 0, maximumPercent: 100 },
  });
  const { deployments: [good] = [] } = await yard.completed('showing');
  await rm(gate);
  await yard.update('showing', { taskDefinition: 'broken' });

  const service = await yard.until('a rollback', 'showing', ({ deployments = [] }) => deployments[0]?.id === good?.id);

  expect(service.deployments?.[0]).toMatchObject({
    status: 'PRIMARY',
    rolloutState: 'IN_PROGRESS',
    rolloutStateReason: `ECS deployment circuit breaker: rolling back to deploymentId ${good?.id}.`,
  });
  await writeFile(gate, '');
  await yard.completed('showing');
  expect((await yard.describe('showing')).runningCount).toBe(1);
});

it('leaves a deployment FAILED without rollback, starts no more of it, and lets the old tasks run', async () => {
  await yard.create('failing', {
    deploymentConfiguration: {
      deploymentCircuitBreaker: { enable: true, rollback: false, thresholdConfiguration: { type: 'COUNT', value: 2 } },
    },
  });
  await yard.completed('failing');
  const updated = await yard.update('failing', { taskDefinition: 'broken' });

  const ended = await yard.reach(updated.currentServiceDeployment, 'STOPPED');

  expect(ended.stoppedAt).toBeInstanceOf(Date);
  expect(ended.deploymentCircuitBreaker).toMatchObject({ status: 'TRIGGERED', threshold: 2 });
  const { deployments = [], runningCount } = await yard.describe('failing');
  expect(deployments).toMatchObject([
    { status: 'PRIMARY', rolloutState: 'FAILED', desiredCount: 1, runningCount: 0 },
    { status: 'ACTIVE', rolloutState: 'COMPLETED', desiredCount: 1, runningCount: 1 },
  ]);
  expect(deployments[0]?.rolloutStateReason).toBe('ECS deployment circuit breaker: tasks failed to start.');
  expect(runningCount).toBe(1);
  const [old] = await yard.tasks('failing');
  await yard.teal.ecs.send(new StopTaskCommand({ cluster: 'shop', task: old?.taskArn ?? '' }));
  const [next] = await eventually('another task of the old revision', async () => {
    const tasks = await yard.tasks('failing');
    return tasks.some(({ taskArn }) => taskArn !== old?.taskArn) ? tasks : undefined;
  });
  expect(next?.taskDefinitionArn).toMatch(/good:1$/);
});

it('goes back when asked to stop a deployment, and only stops it when asked to abort', async () => {
  const slow = { deploymentConfiguration: { bakeTimeInMinutes: 1000 } };
  await yard.create('stopped');
  await yard.completed('stopped');
  const aborted = await yard.update('stopped', { ...slow, taskDefinition: 'good:2' });
  const arn = aborted.currentServiceDeployment;
  await yard.until('the new task alone', 'stopped', ({ deployments }) => deployments?.length === 1);
  expect((await yard.deployment(arn)).status).toBe('IN_PROGRESS');
  await yard.teal.ecs.send(new StopServiceDeploymentCommand({ serviceDeploymentArn: arn }));

  const ended = await yard.reach(arn, 'ROLLBACK_SUCCESSFUL');

  expect(ended.rollback?.startedAt).toBeInstanceOf(Date);
  expect((await yard.completed('stopped')).taskDefinition).toMatch(/good:1$/);
  const again = await yard.update('stopped', { taskDefinition: 'good:2' });
  await yard.teal.ecs.send(
    new StopServiceDeploymentCommand({ serviceDeploymentArn: again.currentServiceDeployment, stopType: 'ABORT' }),
  );
  expect((await yard.reach(again.currentServiceDeployment, 'STOPPED')).rollback).toBeUndefined();
});

it('rolls back when an alarm of the deployment is active, also while it bakes', async () => {
  const { teal } = yard;
  const cloudwatch = new CloudWatchClient({
    endpoint: teal.url,
    region: 'us-east-1',
    credentials: { accessKeyId: teal.account, secretAccessKey: 'secret' },
  });
  await cloudwatch.send(
    new PutMetricAlarmCommand({
      AlarmName: 'errors',
      Namespace: 'App',
      MetricName: 'Errors',
      Statistic: 'Sum',
      Period: 3600,
      EvaluationPeriods: 24,
      Threshold: 1,
      ComparisonOperator: 'GreaterThanThreshold',
      TreatMissingData: 'ignore',
    }),
  );
  await yard.create('alarmed');
  await yard.completed('alarmed');
  const updated = await yard.update('alarmed', {
    taskDefinition: 'good:2',
    deploymentConfiguration: { alarms: { alarmNames: ['errors'], enable: true, rollback: true } },
  });
  // The alarm looks back a day, and as long is the deployment watched.
  await yard.until('the new task alone', 'alarmed', ({ deployments }) => deployments?.length === 1);
  expect((await yard.deployment(updated.currentServiceDeployment)).status).toBe('IN_PROGRESS');
  await cloudwatch.send(new SetAlarmStateCommand({ AlarmName: 'errors', StateValue: 'ALARM', StateReason: 'test' }));

  const ended = await yard.reach(updated.currentServiceDeployment, 'ROLLBACK_SUCCESSFUL');

  expect(ended).toMatchObject({
    statusReason: 'ECS deployment failed: alarm detected.',
    alarms: { status: 'TRIGGERED', alarmNames: ['errors'], triggeredAlarmNames: ['errors'] },
  });
  expect((await yard.describe('alarmed')).taskDefinition).toMatch(/good:1$/);
  const fixing = await yard.update('alarmed', { taskDefinition: 'good:2' });
  const fixed = await yard.reach(fixing.currentServiceDeployment, 'SUCCESSFUL');
  expect(fixed.alarms?.status).toBe('DISABLED');
  const events = await yard.events('alarmed');
  expect(events.some((text) => text.endsWith('deployment failed: alarm detected.'))).toBe(true);
  cloudwatch.destroy();
});

it('waits longer and longer for tasks that cannot start, says so, and goes on when the cause is gone', async () => {
  await yard.create('throttled', { taskDefinition: 'broken' });
  await eventually('the event', async () =>
    (await yard.events('throttled')).some((text) =>
      text.startsWith('(service throttled) is unable to consistently start tasks successfully.'),
    )
      ? true
      : undefined,
  );

  expect((await yard.describe('throttled')).deployments?.[0]?.failedTasks).toBeGreaterThanOrEqual(3);
  await yard.update('throttled', { taskDefinition: 'good:1' });
  await yard.completed('throttled');
});

it('says that the deployment configuration leaves nothing to do', async () => {
  await yard.create('blocked', { deploymentConfiguration: { minimumHealthyPercent: 100, maximumPercent: 150 } });
  await yard.completed('blocked');
  await yard.update('blocked', { taskDefinition: 'good:2' });

  await eventually('the event', async () =>
    (await yard.events('blocked')).some((text) =>
      text.includes('was unable to stop or start tasks during a deployment because of the service deployment'),
    )
      ? true
      : undefined,
  );
  expect((await yard.describe('blocked')).runningCount).toBe(1);
});
