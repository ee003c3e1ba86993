import {
  type DeploymentConfiguration,
  DescribeTasksCommand,
  ListTasksCommand,
  StopTaskCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { failuresOf, NativeYard, type NativeService } from '../support/native-yard.ts';
import { startTestTeal, type TestTeal } from '../support/teal.ts';

/** Of one test, in milliseconds: each runs whole deployments. */
const LIMIT = 600_000;

let teal: TestTeal;
let yard: NativeYard;
beforeAll(async () => {
  teal = await startTestTeal();
  yard = await NativeYard.open(teal, teal.data);
});
afterAll(() => teal.close());

const AT_ONCE = { strategy: 'BLUE_GREEN', bakeTimeInMinutes: 0, lifecycleHooks: [] } satisfies DeploymentConfiguration;
type Stage = NonNullable<NonNullable<DeploymentConfiguration['lifecycleHooks']>[number]['lifecycleStages']>[number];

/** A service with as many tasks whose second version waits at a stage, under traffic. */
async function waitingAt(name: string, desiredCount: number, stage: Stage) {
  const service = await yard.front(name);
  const made = await yard.create(service, AT_ONCE, { desiredCount });
  await yard.reach(made.currentServiceDeployment, 'SUCCESSFUL');
  const traffic = yard.traffic(service);
  const arn = await yard.release(service, await yard.define(name, 'v2'), {
    ...AT_ONCE,
    lifecycleHooks: [{ targetType: 'PAUSE', lifecycleStages: [stage] }],
  });
  const { lifecycleHookDetails } = await yard.until('the pause', arn, (one) => {
    const status = one.lifecycleHookDetails?.at(-1)?.status;
    return one.lifecycleStage === stage && status === 'AWAITING_ACTION';
  });
  const go = () => yard.go(arn, lifecycleHookDetails?.at(-1)?.hookId);
  return { service, traffic, arn, go };
}

/** How many tasks run of each revision, the newest first, once that is so. */
const counted = (service: NativeService, wanted: readonly number[]) =>
  eventually(`${wanted.join(' and ')} tasks of ${service.name}`, async () => {
    const { deployments = [] } = await yard.describe(service);
    const is = deployments.map(({ runningCount, pendingCount }) => (pendingCount ? -1 : (runningCount ?? 0)));
    return is.join() === wanted.join() && (await yard.running(service)).length === sum(wanted) ? true : undefined;
  });
const sum = (counts: readonly number[]): number => counts.reduce((all, one) => all + one, 0);

const scale = ({ name }: NativeService, desiredCount: number) =>
  teal.ecs.send(new UpdateServiceCommand({ cluster: 'shop', service: name, desiredCount }));

it.concurrent.each<Stage>(['POST_SCALE_UP', 'POST_PRODUCTION_TRAFFIC_SHIFT'])(
  'gives both revisions the count that is asked for at %s, and the deployment goes on',
  async (stage) => {
    const name = `scaled-${stage.replaceAll('_', '-').toLowerCase()}`;
    const { service, traffic, arn, go } = await waitingAt(name, 1, stage);

    await scale(service, 3);
    await counted(service, [3, 3]);
    await scale(service, 2);
    await counted(service, [2, 2]);
    expect((await yard.deployment(arn)).status).toBe('IN_PROGRESS');
    await go();
    await scale(service, 3);
    await yard.reach(arn, 'SUCCESSFUL');

    await counted(service, [3]);
    await traffic.stop();
    expect(failuresOf(traffic)).toEqual([]);
    await yard.remove(service);
  },
  LIMIT,
);

it.concurrent(
  'replaces tasks that are stopped in either revision, and the deployment goes on',
  async () => {
    const { service, traffic, arn, go } = await waitingAt('struck', 2, 'POST_PRODUCTION_TRAFFIC_SHIFT');
    const listed = async () =>
      (await teal.ecs.send(new ListTasksCommand({ cluster: 'shop', serviceName: service.name }))).taskArns ?? [];
    const before = await listed();
    const { tasks = [] } = await teal.ecs.send(new DescribeTasksCommand({ cluster: 'shop', tasks: before }));
    const oneOfEach = new Map(tasks.map(({ taskDefinitionArn, taskArn }) => [taskDefinitionArn, taskArn]));
    expect(oneOfEach.size).toBe(2);

    for (const task of oneOfEach.values()) await teal.ecs.send(new StopTaskCommand({ cluster: 'shop', task }));
    await eventually('the stopped ones to be gone', async () =>
      (await listed()).filter((task) => before.includes(task)).length === 2 ? true : undefined,
    );
    await counted(service, [2, 2]);
    await go();
    await yard.reach(arn, 'SUCCESSFUL');

    await counted(service, [2]);
    await traffic.stop();
    expect(failuresOf(traffic)).toEqual([]);
    await yard.remove(service);
  },
  LIMIT,
);

it.concurrent.each<Stage>(['PRE_SCALE_UP', 'POST_SCALE_UP', 'POST_PRODUCTION_TRAFFIC_SHIFT'])(
  'ends with its service that is deleted at %s, and leaves no task',
  async (stage) => {
    const name = `ended-${stage.replaceAll('_', '-').toLowerCase()}`;
    const { service, traffic, arn } = await waitingAt(name, 1, stage);
    await traffic.stop();

    await yard.remove(service);

    expect(await yard.deployment(arn)).toMatchObject({ status: 'STOPPED' });
    expect(await yard.running(service)).toEqual([]);
    expect((await yard.describe(service)).deployments ?? []).toEqual([]);
  },
  LIMIT,
);

it.concurrent(
  'counts as active in what Teal says of its health until it has ended',
  async () => {
    const active = async () => {
      const health = (await (await fetch(`${teal.url}/_teal/health`)).json()) as {
        parts: { engine: { activeDeployments: number } };
      };
      return health.parts.engine.activeDeployments;
    };
    const { service, traffic, arn, go } = await waitingAt('counted', 1, 'POST_SCALE_UP');
    expect(await active()).toBeGreaterThan(0);
    await go();
    await yard.reach(arn, 'SUCCESSFUL');
    await traffic.stop();
    await yard.remove(service);
  },
  LIMIT,
);
