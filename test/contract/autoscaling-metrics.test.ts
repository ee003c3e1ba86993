import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DisableAlarmActionsCommand, EnableAlarmActionsCommand } from '@aws-sdk/client-cloudwatch';
import { DescribeServicesCommand, RegisterTaskDefinitionCommand } from '@aws-sdk/client-ecs';
import type { MetricType } from '@aws-sdk/client-application-auto-scaling';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/kernel/clock.ts';
import { sendTraffic } from '../../src/cli/demo/traffic.ts';
import { ServiceYard } from '../support/ecs-services.ts';
import { eventually } from '../support/eventually.ts';
import { NativeYard } from '../support/native-yard.ts';
import { ScalingYard } from '../support/scaling-yard.ts';

/** Fifteen minutes, for which a service must be idle before it scales in, pass in seven and a half seconds. */
const TIME_SCALE = 120;
const LIMIT = 120_000;

let yard: ServiceYard;
let fronts: NativeYard;
let scaling: ScalingYard;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'teal-load-'));
  yard = await ServiceYard.open({ timeScale: TIME_SCALE });
  fronts = await NativeYard.open(yard.teal, folder);
  scaling = new ScalingYard(yard.teal);
});
afterAll(async () => {
  scaling.close();
  await yard.close();
  await rm(folder, { recursive: true, force: true });
});

const COOLDOWNS = { ScaleOutCooldown: 30, ScaleInCooldown: 30 };
const predefined = (PredefinedMetricType: MetricType, ResourceLabel?: string) => ({
  PredefinedMetricSpecification: { PredefinedMetricType, ...(ResourceLabel !== undefined && { ResourceLabel }) },
});

const desired = async (name: string): Promise<number> => {
  const found = await yard.teal.ecs.send(new DescribeServicesCommand({ cluster: 'shop', services: [name] }));
  return found.services?.[0]?.desiredCount ?? 0;
};
const reaches = (name: string, count: number) =>
  eventually(`${name}: ${count} tasks`, async () => ((await desired(name)) === count ? true : undefined), LIMIT);
const causes = async (name: string) => (await scaling.activities(name)).map(({ Cause }) => Cause);

/** A service that works for as long as a file is there. */
async function loaded(name: string, work: string) {
  const file = join(folder, name);
  const script = `while :; do if [ -e '${file}' ]; then ${work}; else held=; sleep 0.5; fi; done`;
  const command = ['/bin/sh', '-c', script];
  await yard.teal.ecs.send(
    new RegisterTaskDefinitionCommand({
      family: name,
      containerDefinitions: [{ name: 'app', image: 'app', cpu: 64, memory: 64, command }],
    }),
  );
  await yard.create(name, { taskDefinition: name });
  await yard.completed(name);
  await scaling.register(name);
  return { begin: () => writeFile(file, ''), end: () => rm(file) };
}

const alarmed = (name: string, which: 'High' | 'Low') =>
  new RegExp(
    `^monitor alarm TargetTracking-service/shop/${name}-Alarm${which}-.* in state ALARM triggered policy keep$`,
  );

describe.concurrent('a service', () => {
  it('scales out while its tasks use much CPU, and in again when they do not', { timeout: 4 * LIMIT }, async () => {
    const load = await loaded('busy', 'i=0; while [ $i -lt 30000 ]; do i=$((i+1)); done; sleep 0.1');
    await scaling.track('busy', { TargetValue: 50, ...predefined('ECSServiceAverageCPUUtilization'), ...COOLDOWNS });

    await load.begin();
    await reaches('busy', 3);
    expect((await causes('busy')).at(-1)).toMatch(alarmed('busy', 'High'));
    await load.end();
    await reaches('busy', 1);
    expect((await causes('busy'))[0]).toMatch(alarmed('busy', 'Low'));
  });

  it(
    'scales by the memory of its tasks, not by alarms whose actions are disabled',
    { timeout: 4 * LIMIT },
    async () => {
      const load = await loaded('full', `[ -n "$held" ] || held=$(head -c 30000000 /dev/zero | tr '\\0' x); sleep 0.2`);
      const { Alarms = [] } = await scaling.track('full', {
        TargetValue: 30,
        ...predefined('ECSServiceAverageMemoryUtilization'),
        ...COOLDOWNS,
      });
      const AlarmNames = Alarms.map(({ AlarmName }) => AlarmName ?? '');
      const high = AlarmNames.filter((alarm) => alarm.includes('High'));
      await scaling.cloudwatch.send(new DisableAlarmActionsCommand({ AlarmNames: high }));

      await load.begin();
      await scaling.alarmIs(high[0] ?? '', 'ALARM');
      expect(await desired('full')).toBe(1);
      await scaling.cloudwatch.send(new EnableAlarmActionsCommand({ AlarmNames: high }));
      await eventually('more tasks', async () => ((await desired('full')) > 1 ? true : undefined), LIMIT);
      const scaledBy = await causes('full');
      expect(scaledBy.length).toBeGreaterThan(0);
      for (const cause of scaledBy) expect(cause).toMatch(alarmed('full', 'High'));
      await load.end();
      await reaches('full', 1);
      expect((await causes('full'))[0]).toMatch(alarmed('full', 'Low'));
    },
  );

  it('scales by the requests that each target gets, down to none', { timeout: 4 * LIMIT }, async () => {
    const front = await fronts.front('asked');
    await fronts.create(front, { strategy: 'ROLLING' });
    await yard.completed('asked');
    await scaling.register('asked');
    const name = (arn: string, kind: string) => arn.slice(arn.indexOf(kind));
    const balancer = front.production.replace(/^.*listener-rule\/(app\/[^/]+\/[^/]+)\/.*$/, '$1');
    const label = `${balancer}/${name(front.groups[0], 'targetgroup/')}`;
    await scaling.track('asked', {
      // A minute has 25 requests: 50 a second, half a second long.
      TargetValue: 10,
      ...predefined('ALBRequestCountPerTarget', label),
      ...COOLDOWNS,
    });

    const traffic = sendTraffic(front.url, 50, systemClock());
    await reaches('asked', 3).finally(() => traffic.stop());
    await reaches('asked', 1);

    expect((await causes('asked'))[0]).toMatch(alarmed('asked', 'Low'));
    expect((await causes('asked')).at(-1)).toMatch(alarmed('asked', 'High'));
  });
});
