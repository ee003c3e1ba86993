import { expect, it } from 'vitest';
import type { Deployment } from '../../../engine/deployment.ts';
import type { TaskSetView } from '../../../engine/progress.ts';
import { deploymentTarget, targetId } from './deployment-target.ts';

const view = (name: string, trafficWeight: number, status: TaskSetView['status']): TaskSetView => ({
  id: `ecs-svc/${name}`,
  arn: `arn:aws:ecs:task-set/${name}`,
  status,
  desiredCount: 1,
  pendingCount: 0,
  runningCount: 1,
  trafficWeight,
  targetGroupName: name,
  targetGroupArn: `arn:${name}`,
});

const deployment = (changes: Partial<Deployment['progress']>): Deployment =>
  ({
    id: 'd-AAAAAAAAA',
    scope: { account: '123456789012', region: 'eu-west-1' },
    release: {
      clusterName: 'arn:aws:ecs:eu-west-1:123456789012:cluster/cl',
      serviceName: 'arn:aws:ecs:eu-west-1:123456789012:service/cl/svc',
    },
    progress: { targetStatus: 'InProgress', updatedAt: 1000, events: [], hooks: [], continued: {}, ...changes },
  }) as unknown as Deployment;

it('names the target by short names when the group was given ARNs', () => {
  expect(targetId(deployment({}))).toBe('cl:svc');
});

it('shows the original first as Blue and the replacement second as Green, with AWS spelling of identifer', () => {
  const blue = view('blue', 90, 'PRIMARY');
  const green = view('green', 10, 'ACTIVE');

  expect(deploymentTarget(deployment({ original: blue, replacement: green })).ecsTarget?.taskSetsInfo).toEqual([
    {
      identifer: 'ecs-svc/blue',
      desiredCount: 1,
      pendingCount: 0,
      runningCount: 1,
      status: 'PRIMARY',
      trafficWeight: 90,
      targetGroup: { name: 'blue' },
      taskSetLabel: 'Blue',
    },
    expect.objectContaining({ identifer: 'ecs-svc/green', status: 'ACTIVE', trafficWeight: 10, taskSetLabel: 'Green' }),
  ]);
});

it('shows the times and the diagnostics of an event that has them', () => {
  const diagnostics = { errorCode: 'ScriptFailed', scriptName: 'fn', message: 'it failed' } as const;
  const events = [{ name: 'BeforeInstall', status: 'Failed', startedAt: 5, finishedAt: 9, diagnostics }] as const;

  expect(deploymentTarget(deployment({ events })).ecsTarget?.lifecycleEvents).toEqual([
    {
      lifecycleEventName: 'BeforeInstall',
      status: 'Failed',
      startTime: new Date(5),
      endTime: new Date(9),
      diagnostics,
    },
  ]);
});
