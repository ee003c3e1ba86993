import type { MetricType } from '@aws-sdk/client-application-auto-scaling';
import { RegisterTaskDefinitionCommand } from '@aws-sdk/client-ecs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dockerUnavailable, ensureNodeImage } from '../support/docker-image.ts';
import { ServiceYard } from '../support/ecs-services.ts';
import { eventually } from '../support/eventually.ts';
import { ScalingYard } from '../support/scaling-yard.ts';

const LIMIT = 120_000;
const unavailable = await dockerUnavailable();
const image = unavailable === undefined ? await ensureNodeImage() : '';

/** Looks twenty times a second whether it is to work. */
const script = (work: string) => `
const { existsSync } = require('node:fs');
let held;
setInterval(() => {
  if (existsSync('/load/' + process.env.NAME)) {
    ${work}
  } else if (held) {
    held = undefined;
    global.gc();
  }
}, 50);`;

describe.skipIf(unavailable !== undefined && !process.env['CI'])(
  `services on Docker (${unavailable ?? 'answers'})`,
  () => {
    let yard: ServiceYard;
    let scaling: ScalingYard;
    let folder: string;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'teal-load-'));
      yard = await ServiceYard.open({ runtime: 'docker', timeScale: 60 });
      scaling = new ScalingYard(yard.teal);
    });
    afterAll(async () => {
      scaling.close();
      await yard.close();
      await rm(folder, { recursive: true, force: true });
    });

    it.concurrent.each<[string, MetricType, string]>([
      ['cpu', 'ECSServiceAverageCPUUtilization', 'for (const until = Date.now() + 15; Date.now() < until; );'],
      ['memory', 'ECSServiceAverageMemoryUtilization', 'held ??= Buffer.alloc(120 * 1024 * 1024, 1);'],
    ])(
      'scale out while their containers use much %s, and in again when they do not',
      async (name, PredefinedMetricType, work) => {
        await yard.teal.ecs.send(
          new RegisterTaskDefinitionCommand({
            family: name,
            volumes: [{ name: 'load', host: { sourcePath: folder } }],
            containerDefinitions: [
              {
                ...{ name: 'app', image, cpu: 128, memory: 192 },
                command: ['/usr/local/bin/node', '--expose-gc', '-e', script(work)],
                linuxParameters: { initProcessEnabled: true },
                environment: [{ name: 'NAME', value: name }],
                mountPoints: [{ sourceVolume: 'load', containerPath: '/load', readOnly: true }],
              },
            ],
          }),
        );
        await yard.create(name, { taskDefinition: name });
        await yard.completed(name);
        await scaling.register(name, { MaxCapacity: 2 });
        await scaling.track(name, {
          TargetValue: 50,
          PredefinedMetricSpecification: { PredefinedMetricType },
          ScaleOutCooldown: 30,
          ScaleInCooldown: 30,
        });
        const reaches = (count: number) =>
          eventually(
            `${count} tasks of ${name}`,
            async () => ((await yard.describe(name)).runningCount === count ? true : undefined),
            LIMIT,
          );

        await writeFile(join(folder, name), '');
        await reaches(2);
        await rm(join(folder, name));
        await reaches(1);

        const causes = (await scaling.activities(name)).map(({ Cause }) => Cause);
        expect(causes).toEqual([expect.stringContaining('-AlarmLow-'), expect.stringContaining('-AlarmHigh-')]);
      },
      4 * LIMIT,
    );
  },
);
