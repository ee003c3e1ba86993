import { expect, it } from 'vitest';
import type { Deployment } from '../engine/deployment.ts';
import { PortError } from '../engine/ports.ts';
import type { MetricDatum } from '../kernel/metrics.ts';
import { deploymentData } from './deployment-data.ts';
import { measuredNotices } from './measured-notices.ts';

const at = (second: number): number => Date.UTC(2026, 0, 1, 12, 0, second);
const deployment = (more: Partial<Deployment> = {}): Deployment =>
  ({
    id: 'd-000000001',
    scope: { account: '111122223333', region: 'eu-west-1' },
    applicationName: 'shop',
    deploymentGroupName: 'web',
    creator: 'user',
    createdAt: at(0),
    startedAt: at(1),
    finishedAt: at(31),
    progress: {
      events: [
        { name: 'BeforeInstall', status: 'Skipped' },
        { name: 'Install', status: 'Succeeded', startedAt: at(2), finishedAt: at(12) },
        { name: 'AllowTraffic', status: 'InProgress', startedAt: at(12) },
      ],
    },
    ...more,
  }) as Deployment;

/** Name, value and second of those that are of the group. */
const ofGroup = (data: readonly MetricDatum[]) =>
  data
    .filter(({ dimensions }) => dimensions['ApplicationName'] === 'shop' && dimensions['DeploymentGroupName'] === 'web')
    .map((one) => [one.name, one.values[0]?.[0], one.at.getUTCSeconds(), one.dimensions['LifecycleEvent']]);

it('measures a start, an end with what it took, and a rollback when it starts', () => {
  const rollback = deployment({ creator: 'codeDeployRollback' });

  expect(ofGroup(deploymentData(deployment(), 'InProgress'))).toEqual([['DeploymentsStarted', 1, 1, undefined]]);
  expect(ofGroup(deploymentData(deployment(), 'Failed'))).toEqual([
    ['DeploymentsFailed', 1, 31, undefined],
    ['DeploymentDuration', 30, 31, undefined],
    ['LifecycleEventDuration', 10, 31, 'Install'],
  ]);
  expect(ofGroup(deploymentData(rollback, 'InProgress')).map(([name]) => name)).toEqual([
    'DeploymentsStarted',
    'Rollbacks',
  ]);
  expect(deploymentData(deployment(), 'Ready')).toEqual([]);
});

it('measures everything once more for all groups together', () => {
  const all = deploymentData(deployment(), 'Stopped').filter((one) => !('ApplicationName' in one.dimensions));

  expect(all.map(({ name, dimensions }) => [name, dimensions])).toEqual([
    ['DeploymentsStopped', {}],
    ['DeploymentDuration', {}],
    ['LifecycleEventDuration', { LifecycleEvent: 'Install' }],
  ]);
});

it('stores the metrics before the notice is told, and once however often a topic must be asked', async () => {
  const log: string[] = [];
  let isAway = true;
  const notices = measuredNotices(
    {
      async statusChanged() {
        log.push('told');
        if (isAway) throw new PortError('throttled', 'later');
      },
    },
    async (_scope, namespace) => void log.push(namespace),
  );

  await expect(notices.statusChanged(deployment(), 'Succeeded')).rejects.toThrow('later');
  isAway = false;
  await notices.statusChanged(deployment(), 'Succeeded');

  expect(log).toEqual(['Teal/CodeDeploy', 'told', 'told']);
});

it('has the engine tell it again when the metrics could not be stored', async () => {
  const notices = measuredNotices({ statusChanged: () => Promise.reject(new Error('must not be told yet')) }, () =>
    Promise.reject(new Error('the disk is full')),
  );

  await expect(notices.statusChanged(deployment(), 'Failed')).rejects.toMatchObject({ fault: 'unavailable' });
});
