import { StopDeploymentCommand } from '@aws-sdk/client-codedeploy';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lookAt } from '../../src/cli/demo/watch.ts';
import { sendTraffic } from '../../src/cli/demo/traffic.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { millis } from '../../src/kernel/span.ts';
import { dockerUnavailable } from '../support/docker-image.ts';
import { eventually } from '../support/eventually.ts';
import {
  buildSample,
  deploymentInfo,
  dockerContainer,
  ending,
  releaseVersion,
  type Sample,
} from '../support/sample.ts';
import { spawnTeal } from '../support/spawned-teal.ts';

const noDocker = await dockerUnavailable();
const REQUESTS_PER_SECOND = 250;

describe.each(['process', 'docker'] as const)('five deployments in a row under load, tasks by %s', (runtime) => {
  const skip = runtime === 'docker' && noDocker !== undefined && !process.env['CI'];
  const title = skip ? `drops no request (skipped: ${noDocker})` : 'drops no request';

  it.skipIf(skip)(title, { timeout: 300_000 }, async () => {
    const data = await mkdtemp(join(tmpdir(), 'teal-e2e-'));
    const teal = await spawnTeal([
      '--port',
      '0',
      '--data',
      data,
      '--runtime',
      runtime,
      '--time-scale',
      '150',
      '--log-level',
      'warn',
    ]);
    try {
      const sample = await buildSample(teal.url, runtime === 'docker' ? await dockerContainer() : undefined);
      const clock = systemClock();
      const startedAt = performance.now();
      const traffic = sendTraffic(sample.stack.productionUrl, REQUESTS_PER_SECOND, clock);

      const endings = [
        await succeed(sample, 'v2', 'CodeDeployDefault.ECSCanary10Percent5Minutes'),
        await succeed(sample, 'v3', 'CodeDeployDefault.ECSLinear10PercentEvery1Minutes'),
        await succeed(sample, 'v4', 'CodeDeployDefault.ECSAllAtOnce'),
        await failAndGoBack(sample, 'v5'),
        await stopAndGoBack(sample, 'v6', teal.url),
      ];
      await clock.sleep(millis(500));
      await traffic.stop();
      const tookSeconds = (performance.now() - startedAt) / 1000;

      expect(endings).toEqual([
        'Succeeded',
        'Succeeded',
        'Succeeded',
        'Failed then Succeeded',
        'Stopped then Succeeded',
      ]);
      expect(traffic.samples.filter((answer) => answer.failure !== undefined)).toEqual([]);
      expect(traffic.samples.length / tookSeconds).toBeGreaterThan(200);
      expect(new Set(traffic.samples.map((answer) => answer.version))).toEqual(
        new Set(['v1', 'v2', 'v3', 'v4', 'v5', 'v6']),
      );
      expect(traffic.samples.slice(-20).map((answer) => answer.version)).toEqual(
        Array.from({ length: 20 }, () => 'v4'),
      );
    } finally {
      await teal.stop();
      await rm(data, { recursive: true, force: true });
    }
  });
});

async function succeed(sample: Sample, version: string, config: string): Promise<string | undefined> {
  const id = await releaseVersion(sample, version, { config });
  return (await ending(sample.clients, id)).status;
}

async function failAndGoBack(sample: Sample, version: string): Promise<string> {
  const id = await releaseVersion(sample, version, { isGood: false });
  return withRollback(sample, id);
}

async function stopAndGoBack(sample: Sample, version: string, endpoint: string): Promise<string> {
  const { clients } = sample;
  const id = await releaseVersion(sample, version, { config: 'CodeDeployDefault.ECSCanary10Percent15Minutes' });
  await eventually('a tenth of the traffic on the new version', async () => {
    const look = await lookAt(clients, endpoint, id, 0);
    return look.wanted === 10 ? true : undefined;
  });
  // Some of it must really have arrived before the stop.
  await systemClock().sleep(millis(600));
  await clients.codedeploy.send(new StopDeploymentCommand({ deploymentId: id, autoRollbackEnabled: true }));
  return withRollback(sample, id);
}

async function withRollback({ clients }: Sample, id: string): Promise<string> {
  const first = await ending(clients, id);
  const rollbackId = await eventually(
    'the rollback',
    async () => (await deploymentInfo(clients, id)).rollbackInfo?.rollbackDeploymentId,
  );
  const second = await ending(clients, rollbackId);
  return `${first.status} then ${second.status}`;
}
