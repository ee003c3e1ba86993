import { CreateDeploymentConfigCommand } from '@aws-sdk/client-codedeploy';
import { DescribeServicesCommand, DescribeTasksCommand, ListTasksCommand } from '@aws-sdk/client-ecs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { NAMES } from '../../src/cli/demo/stack.ts';
import { sendTraffic, type Traffic } from '../../src/cli/demo/traffic.ts';
import { ENGINE_CHECKPOINTS } from '../../src/engine/runner.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { buildSample, ending, releaseVersion, type Sample } from '../support/sample.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { dieAtEach, strided } from '../support/kills.ts';
import { sampleProcesses } from '../support/sample-processes.ts';
import { spawnTeal, type SpawnedTeal } from '../support/spawned-teal.ts';

/** Between "recorded" and "performed", and after it, of the engine and of ECS. */
const CHECKPOINTS = [
  ...strided(ENGINE_CHECKPOINTS, 4),
  ['recorded', 'started', 'registered', 'deregistered', 'stopped'].map((step) => `ecs.task.${step}`),
];

/** Not higher: the engine's limits of an hour, for steadiness and for hooks, must hold on a busy machine; here a minute. */
const TIME_SCALE = 60;
const CONFIG = 'canary-of-a-minute';
const TEST_LIMIT = 400_000;

let data = '';
let args: string[] = [];
let teal: SpawnedTeal;
let sample: Sample;
let traffic: Traffic;

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'teal-crash-'));
  args = [
    '--port',
    String(await freePort()),
    '--data',
    data,
    '--runtime',
    'process',
    '--time-scale',
    String(TIME_SCALE),
    '--log-level',
    'warn',
  ];
  teal = await spawnTeal([...args, '--leave-running']);
  sample = await buildSample(teal.url);
  await sample.clients.codedeploy.send(
    new CreateDeploymentConfigCommand({
      deploymentConfigName: CONFIG,
      computePlatform: 'ECS',
      trafficRoutingConfig: {
        type: 'TimeBasedCanary',
        timeBasedCanary: { canaryPercentage: 10, canaryInterval: 1 },
      },
    }),
  );
  traffic = sendTraffic(sample.stack.productionUrl, 100, systemClock());
});

afterAll(async () => {
  await traffic.stop();
  await restart([]);
  await teal.stop();
  await rm(data, { recursive: true, force: true });
});

it.each(CHECKPOINTS.map((checkpoints) => ({ checkpoints, first: checkpoints[0] ?? '' })))(
  'ends a canary as it would have when Teal is killed at each of $checkpoints',
  async ({ checkpoints, first }) => {
    const version = `after-${first}`;
    const sentBefore = traffic.samples.length;
    await restart(['--leave-running', '--kill-at', first]);
    const id = await releaseVersion(sample, version, { config: CONFIG });
    teal = await dieAtEach(teal, checkpoints, (more) => spawnTeal([...args, '--leave-running', ...more]));

    const end = await ending(sample.clients, id);
    await steady(2);
    await eventually(`answers of ${version}`, () => traffic.samples.at(-1)?.version === version || undefined);

    expect(end.errorInformation).toBeUndefined();
    expect(end.status).toBe('Succeeded');
    expect(await sampleProcesses(data)).toHaveLength(2);
    const answers = traffic.samples.slice(sentBefore);
    expect(answers.filter((answer) => answer.failure !== undefined)).toEqual([]);
  },
  TEST_LIMIT,
);

/** Stops the Teal that runs, as its arguments say, and starts the next one on the same folder. */
async function restart(more: string[]): Promise<void> {
  await teal.stop();
  teal = await spawnTeal([...args, ...more]);
}

/** Waits until the service has exactly the wanted tasks, all running, and nothing else is left of it. */
async function steady(tasks: number): Promise<void> {
  const { ecs } = sample.clients;
  const cluster = NAMES.cluster;
  await eventually('a steady service with one task set', async () => {
    const { services } = await ecs.send(new DescribeServicesCommand({ cluster, services: [NAMES.service] }));
    const { taskArns = [] } = await ecs.send(new ListTasksCommand({ cluster }));
    const described =
      taskArns.length > 0 ? await ecs.send(new DescribeTasksCommand({ cluster, tasks: taskArns })) : { tasks: [] };
    const running = described.tasks?.filter((task) => task.lastStatus === 'RUNNING').length;
    const isSteady = services?.[0]?.taskSets?.length === 1 && taskArns.length === tasks && running === tasks;
    return isSteady && (await sampleProcesses(data)).length === tasks ? true : undefined;
  });
}
