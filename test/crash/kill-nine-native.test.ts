import { randomInt } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DeploymentConfiguration } from '@aws-sdk/client-ecs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Traffic } from '../../src/cli/demo/traffic.ts';
import { NATIVE_CHECKPOINTS } from '../../src/engine/runner.ts';
import { awsClients, destroyClients, type TestClients } from '../support/aws.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { dieAtEach, strided } from '../support/kills.ts';
import { NativeYard, type NativeService } from '../support/native-yard.ts';
import { sampleProcesses } from '../support/sample-processes.ts';
import { spawnTeal, type SpawnedTeal } from '../support/spawned-teal.ts';

const TIME_SCALE = 60;
const ACCOUNT = String(randomInt(1e11, 1e12 - 1));
/** Reached on the way back, from a hook that fails last. */
const ROLLBACK = [
  'end.recorded',
  'restore-production.recorded',
  'restore-production.performed',
  'restore-test.performed',
]
  .concat(['remove-replacement.recorded', 'remove-replacement.performed'])
  .map((name) => `engine.${name}`);

let data = '';
let args: string[] = [];
let teal: SpawnedTeal;
let clients: TestClients;
let yard: NativeYard;
let service: NativeService;
let traffic: Traffic;
let current = 'v1';

const canary = (...lifecycleHooks: NonNullable<DeploymentConfiguration['lifecycleHooks']>) =>
  ({
    strategy: 'CANARY',
    bakeTimeInMinutes: 1,
    canaryConfiguration: { canaryPercent: 10, canaryBakeTimeInMinutes: 1 },
    lifecycleHooks,
  }) satisfies DeploymentConfiguration;

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'teal-crash-'));
  const port = String(await freePort());
  args = ['--port', port, '--data', data, '--runtime', 'process', '--time-scale', String(TIME_SCALE)];
  args.push('--log-level', 'warn');
  teal = await spawnTeal([...args, '--leave-running']);
  clients = awsClients(teal.url, ACCOUNT);
  yard = await NativeYard.open({ ...clients, url: teal.url, account: ACCOUNT }, data);
  service = await yard.front('crash');
  const made = await yard.create(service, canary());
  await yard.reach(made.currentServiceDeployment, 'SUCCESSFUL');
  traffic = yard.traffic(service);
}, 180_000);

afterAll(async () => {
  await traffic?.stop();
  await restart([]);
  await teal.stop();
  destroyClients(clients);
  await rm(data, { recursive: true, force: true });
}, 180_000);

const named = (groups: readonly string[][]) =>
  groups.map((checkpoints) => ({ checkpoints, first: checkpoints[0] ?? '' }));

it.each(named(strided(NATIVE_CHECKPOINTS, 4)))(
  'ends a canary of ECS as it would have when Teal is killed at each of $checkpoints',
  async ({ checkpoints, first }) => {
    const before = traffic.samples.length;
    const version = `after-${first}`;

    const arn = await releaseAndKill(checkpoints, version, canary(yard.hook(['POST_SCALE_UP'])));
    await yard.reach(arn, 'SUCCESSFUL');
    current = version;

    await expectServed(before, version);
  },
  400_000,
);

it.each(named(strided(ROLLBACK, 2)))(
  'goes back as it would have when Teal is killed at each of $checkpoints',
  async ({ checkpoints, first }) => {
    const before = traffic.samples.length;
    const hook = yard.hook(['POST_PRODUCTION_TRAFFIC_SHIFT'], { answer: 'FAILED' });

    const arn = await releaseAndKill(checkpoints, `bad-${first}`, canary(hook));
    await yard.reach(arn, 'ROLLBACK_SUCCESSFUL');

    await expectServed(before, current);
  },
  400_000,
);

async function releaseAndKill(checkpoints: readonly string[], version: string, configuration: DeploymentConfiguration) {
  await restart(['--leave-running', '--kill-at', checkpoints[0] ?? '']);
  const arn = await yard.release(service, await yard.define('crash', version), configuration);
  teal = await dieAtEach(teal, checkpoints, (more) => spawnTeal([...args, '--leave-running', ...more]));
  return arn;
}

/** One task of one version is left, and whoever asked meanwhile had an answer. */
async function expectServed(before: number, version: string): Promise<void> {
  await eventually(`${version} alone`, async () => {
    const { deployments = [] } = await yard.describe(service);
    const isAlone = deployments.length === 1 && (await sampleProcesses(data)).length === 1;
    return isAlone && traffic.samples.at(-1)?.version === version ? true : undefined;
  });
  expect(traffic.samples.slice(before).filter(({ failure }) => failure !== undefined)).toEqual([]);
}

/** Stops the Teal that runs, as its arguments say, and starts the next one on the same folder. */
async function restart(more: string[]): Promise<void> {
  await teal.stop();
  teal = await spawnTeal([...args, ...more]);
}
