import { CreateDeploymentCommand, PutLifecycleEventHookExecutionStatusCommand } from '@aws-sdk/client-codedeploy';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { NAMES } from '../../src/cli/demo/stack.ts';
import { eventually } from '../support/eventually.ts';
import { dieAtEach } from '../support/kills.ts';
import { openHttpSink, type HttpSink, type Taken } from '../support/http-sink.ts';
import { buildSample, ending, type Sample } from '../support/sample.ts';
import { spawnTeal, type SpawnedTeal } from '../support/spawned-teal.ts';

/** The hours of a hook and of Install are a minute then, which must do on a busy machine. */
const TIME_SCALE = 60;
const TEST_LIMIT = 400_000;
const HOOKS = ['BeforeInstall', 'AfterInstall'];

let data = '';
let args: string[] = [];
let teal: SpawnedTeal;
let sample: Sample;
let sink: HttpSink;
/** How many calls are answered with 503 first. */
let refusals = 0;
const reported = new Set<string>();
const reports: Promise<unknown>[] = [];

beforeAll(async () => {
  sink = await openHttpSink((taken) => {
    if (refusals-- > 0) return 503;
    reports.push(reportOnce(taken));
    return 202;
  });
  data = await mkdtemp(join(tmpdir(), 'teal-crash-'));
  args = ['--data', data, '--runtime', 'process', '--time-scale', String(TIME_SCALE), '--log-level', 'warn'];
  teal = await spawnTeal([...args, '--port', '0', '--leave-running']);
  args = [...args, '--port', new URL(teal.url).port];
  sample = await buildSample(teal.url);
});

afterAll(async () => {
  await restart([]);
  await teal.stop();
  await sink.close();
  await rm(data, { recursive: true, force: true });
});

/** As a receiver should: what it has seen before it does not check again. */
async function reportOnce({ headers, body }: Taken): Promise<void> {
  const id = String(headers['webhook-id']);
  if (reported.has(id)) return;
  reported.add(id);
  const told = JSON.parse(body) as { DeploymentId: string; LifecycleEventHookExecutionId: string };
  const command = new PutLifecycleEventHookExecutionStatusCommand({
    deploymentId: told.DeploymentId,
    lifecycleEventHookExecutionId: told.LifecycleEventHookExecutionId,
    status: 'Succeeded',
  });
  // Teal may be dead for a while, or have died after it took the report and before it answered.
  await eventually(`a report of ${told.DeploymentId}`, () =>
    sample.clients.codedeploy.send(command).then(
      () => true,
      (cause: unknown) =>
        cause instanceof Error && cause.name === 'LifecycleEventAlreadyCompletedException' ? true : undefined,
    ),
  );
}

async function deploy(): Promise<string> {
  const Properties = { TaskDefinition: 'web:1', LoadBalancerInfo: { ContainerName: 'web', ContainerPort: 8080 } };
  const content = JSON.stringify({
    version: 0.0,
    Resources: [{ TargetService: { Type: 'AWS::ECS::Service', Properties } }],
    Hooks: HOOKS.map((hook) => ({ [hook]: `${sink.url}/${hook}` })),
  });
  const { deploymentId } = await sample.clients.codedeploy.send(
    new CreateDeploymentCommand({
      applicationName: NAMES.application,
      deploymentGroupName: NAMES.group,
      deploymentConfigName: 'CodeDeployDefault.ECSAllAtOnce',
      revision: { revisionType: 'AppSpecContent', appSpecContent: { content } },
    }),
  );
  return deploymentId ?? '';
}

async function restart(more: string[]): Promise<void> {
  await teal.stop();
  teal = await spawnTeal([...args, ...more]);
}

const recorded = 'engine.invoke-hook.recorded';
const attempted = 'engine.invoke-hook.attempted';
const performed = 'engine.invoke-hook.performed';

it.each([
  { checkpoints: [recorded, performed, 'engine.hook.recorded', performed], refused: 0 },
  { checkpoints: [attempted], refused: 1 },
  { checkpoints: [`${attempted}:2`], refused: 3 },
])(
  'calls an endpoint under one id for each hook when Teal is killed at each of $checkpoints',
  async ({ checkpoints, refused }) => {
    const before = sink.taken.length;
    refusals = refused;
    await restart(['--leave-running', '--kill-at', checkpoints[0] ?? '']);
    const id = await deploy();
    teal = await dieAtEach(teal, checkpoints, (more) => spawnTeal([...args, '--leave-running', ...more]));

    const end = await ending(sample.clients, id);
    await Promise.all(reports);

    expect(end.errorInformation).toBeUndefined();
    expect(end.status).toBe('Succeeded');
    const calls = sink.taken.slice(before);
    for (const hook of HOOKS) {
      const ofHook = calls.filter(({ path }) => path === `/${hook}`);
      expect(ofHook.length).toBeGreaterThan(0);
      expect(new Set(ofHook.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
      expect(new Set(ofHook.map(({ body }) => body)).size).toBe(1);
    }
  },
  TEST_LIMIT,
);
