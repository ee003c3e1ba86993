import { UpdateServiceCommand, type CreateServiceRequest, type DeploymentConfiguration } from '@aws-sdk/client-ecs';
import { ModifyRuleCommand, ModifyTargetGroupCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { refusal } from '../support/elb-stack.ts';
import { eventually } from '../support/eventually.ts';
import { openHttpSink, type HttpSink } from '../support/http-sink.ts';
import { failuresOf, NativeYard, type NativeService } from '../support/native-yard.ts';
import { startTestTeal, type TestTeal } from '../support/teal.ts';

/** Of one test, in milliseconds: each runs whole deployments. */
const LIMIT = 180_000;
const AT_ONCE = { strategy: 'BLUE_GREEN', bakeTimeInMinutes: 0 } satisfies DeploymentConfiguration;

let teal: TestTeal;
let yard: NativeYard;
let sink: HttpSink;
let refused: NativeService;
beforeAll(async () => {
  teal = await startTestTeal();
  yard = await NativeYard.open(teal, teal.data);
  sink = await openHttpSink();
  refused = await yard.front('refused');
});
afterAll(async () => {
  await teal.close();
  await sink.close();
});

type Hook = NonNullable<DeploymentConfiguration['lifecycleHooks']>[number];
type Entry = NonNullable<CreateServiceRequest['loadBalancers']>[number];
type Advanced = NonNullable<Entry['advancedConfiguration']>;

const advanced = (change: (service: NativeService) => Partial<Advanced>) => (service: NativeService) =>
  service.balancers.map((entry) => ({
    ...entry,
    advancedConfiguration: { ...entry.advancedConfiguration, ...change(service) },
  }));

it.each<[string, (service: NativeService) => Entry[], DeploymentConfiguration?]>([
  ['CANARY deployment strategy requires a load balancer', () => [], { strategy: 'CANARY', bakeTimeInMinutes: 0 }],
  [
    'advancedConfiguration must be specified in loadBalancers with the BLUE_GREEN',
    ({ balancers }) => balancers.map(({ advancedConfiguration: _none, ...entry }) => entry),
  ],
  ['roleArn must be specified in advancedConfiguration.', advanced(() => ({ roleArn: '' }))],
  ['productionListenerRule must be specified', advanced(() => ({ productionListenerRule: undefined }))],
  [
    'alternateTargetGroupArn must be different from targetGroupArn.',
    advanced(({ groups }) => ({ alternateTargetGroupArn: groups[0] })),
  ],
  ['was not found.', advanced(({ groups }) => ({ alternateTargetGroupArn: `${groups[1]}0` }))],
  ['was not found.', advanced(({ production }) => ({ productionListenerRule: `${production}0` }))],
  [
    'must be the ARN of a listener rule of an Application Load Balancer',
    advanced(({ production }) => ({ productionListenerRule: production.replace('listener-rule', 'listener') })),
  ],
  [
    'testListenerRule must be different from productionListenerRule.',
    advanced(({ production }) => ({ testListenerRule: production })),
  ],
  ['bakeTimeInMinutes must be specified', ({ balancers }) => [...balancers], { strategy: 'BLUE_GREEN' }],
])('refuses a service, and makes none: %s', async (message, loadBalancers, configuration = AT_ONCE) => {
  const service = { name: 'refused', balancers: loadBalancers(refused) };
  const answer = await refusal(yard.create(service, configuration));

  expect(answer.name).toBe('InvalidParameterException');
  expect(answer.message).toContain(message);
  expect(await yard.describe(service)).toEqual({});
});

it('refuses rules that send requests elsewhere, or to the target group for new revisions', async () => {
  const service = await yard.front('astray');
  const forward = (TargetGroupArn: string) =>
    teal.elbv2.send(
      new ModifyRuleCommand({ RuleArn: service.production, Actions: [{ Type: 'forward', TargetGroupArn }] }),
    );
  await forward(service.groups[1]);
  expect((await refusal(yard.create(service, AT_ONCE))).message).toContain('must forward all requests to');
  await forward(await yard.stack.group());
  expect((await refusal(yard.create(service, AT_ONCE))).message).toContain('must forward to the target groups');
});

it(
  'deploys without a load balancer: both revisions for the bake time, then the new one',
  async () => {
    const service = { name: 'unbalanced', balancers: [] };
    const configuration = {
      ...AT_ONCE,
      bakeTimeInMinutes: 1,
      lifecycleHooks: [yard.hook(['POST_SCALE_UP', 'PRODUCTION_TRAFFIC_SHIFT'])],
    };
    const made = await yard.create(service, configuration);
    await yard.reach(made.currentServiceDeployment, 'SUCCESSFUL');

    const arn = await yard.release(service, await yard.define('unbalanced', 'v2'));
    const baking = await yard.atStage(arn, 'BAKE_TIME');
    expect(baking.sourceServiceRevisions?.[0]?.runningTaskCount).toBe(1);
    await yard.reach(arn, 'SUCCESSFUL');

    expect(await yard.running(service)).toEqual(['unbalanced:2']);
    expect((await yard.told(arn)).map(({ lifecycleStage }) => lifecycleStage)).toEqual(['POST_SCALE_UP']);
    const failing = await yard.release(service, await yard.define('unbalanced', 'v3'), {
      lifecycleHooks: [yard.hook(['POST_SCALE_UP'], { answer: 'FAILED' })],
    });
    await yard.reach(failing, 'ROLLBACK_SUCCESSFUL');
    expect(await yard.running(service)).toEqual(['unbalanced:2']);
    await yard.remove(service);
  },
  LIMIT,
);

it(
  'goes over to rolling updates and back, without a failed request, wherever traffic is',
  async () => {
    const service = await yard.front('switching');
    const made = await yard.create(service, AT_ONCE);
    await yard.reach(made.currentServiceDeployment, 'SUCCESSFUL');
    const traffic = yard.traffic(service);
    await yard.reach(await yard.release(service, await yard.define('switching', 'v2')), 'SUCCESSFUL');

    const rolling = await yard.release(service, await yard.define('switching', 'v3'), {
      strategy: 'ROLLING',
      bakeTimeInMinutes: 0,
    });
    await yard.reach(rolling, 'SUCCESSFUL');
    await eventually('v3', () => (traffic.samples.at(-1)?.version === 'v3' ? true : undefined));
    expect(await yard.weights(service, service.production)).toEqual([0, 100]);
    await yard.reach(await yard.release(service, await yard.define('switching', 'v4'), AT_ONCE), 'SUCCESSFUL');

    await eventually('v4', () => (traffic.samples.at(-1)?.version === 'v4' ? true : undefined));
    expect(await yard.weights(service, service.production)).toEqual([100, 0]);
    await traffic.stop();
    expect(failuresOf(traffic)).toEqual([]);
    await yard.remove(service);
  },
  LIMIT,
);

it(
  'tells the event bus of a deployment that failed and of what it went back to',
  async () => {
    const credentials = { accessKeyId: teal.account, secretAccessKey: 'secret' };
    const events = new EventBridgeClient({ endpoint: teal.url, region: 'us-east-1', credentials });
    const EventPattern = '{"detail-type":["ECS Deployment State Change"]}';
    await events.send(new PutRuleCommand({ Name: 'deployments', EventPattern }));
    const Targets = [{ Id: 'one', Arn: `${sink.url}/bus` }];
    await events.send(new PutTargetsCommand({ Rule: 'deployments', Targets }));
    events.destroy();
    const service = await yard.front('telling');
    const made = await yard.create(service, AT_ONCE);
    await yard.reach(made.currentServiceDeployment, 'SUCCESSFUL');

    const arn = await yard.release(service, await yard.define('telling', 'v2'), {
      lifecycleHooks: [yard.hook(['POST_SCALE_UP'], { answer: 'FAILED' })],
    });
    await yard.reach(arn, 'ROLLBACK_SUCCESSFUL');

    const told = () =>
      sink.taken
        .map(({ body }) => JSON.parse(body) as { detail: { eventName: string; deploymentId: string } })
        .map(({ detail }) => `${detail.deploymentId === made.deployments?.[0]?.id ? 'v1' : 'v2'} ${detail.eventName}`);
    const expected = ['v1 SERVICE_DEPLOYMENT_IN_PROGRESS', 'v1 SERVICE_DEPLOYMENT_COMPLETED'].concat(
      'v2 SERVICE_DEPLOYMENT_IN_PROGRESS',
      'v2 SERVICE_DEPLOYMENT_FAILED',
    );
    await eventually('the events', () => (expected.every((one) => told().includes(one)) ? true : undefined));
    await yard.remove(service);
  },
  LIMIT,
);

it(
  'leaves nothing of a first revision that was superseded before it had a task',
  async () => {
    const service = await yard.front('paused');
    const pause = { targetType: 'PAUSE', lifecycleStages: ['PRE_SCALE_UP'] } satisfies Hook;
    const made = await yard.create(service, { ...AT_ONCE, lifecycleHooks: [pause] });
    await yard.atStage(made.currentServiceDeployment, 'PRE_SCALE_UP');

    const arn = await yard.release(service, await yard.define('paused', 'v2'), { lifecycleHooks: [] });
    const done = await yard.reach(arn, 'SUCCESSFUL');

    expect(done.sourceServiceRevisions).toEqual([]);
    expect(await yard.weights(service, service.production)).toEqual([1, undefined]);
    expect((await yard.describe(service)).deployments).toHaveLength(1);
    expect(await yard.running(service)).toEqual(['paused:2']);
    await yard.remove(service);
  },
  LIMIT,
);

it(
  'ends a deployment with its service',
  async () => {
    const service = await yard.front('deleted');
    const made = await yard.create(service, AT_ONCE);
    await yard.reach(made.currentServiceDeployment, 'SUCCESSFUL');
    const arn = await yard.release(service, await yard.define('deleted', 'v2'), { bakeTimeInMinutes: 1440 });
    await yard.atStage(arn, 'BAKE_TIME');
    const rolling = refusal(yard.release(service, 'deleted:1', { strategy: 'ROLLING' }));
    expect((await rolling).message).toContain('while two service revisions share the traffic');

    await yard.remove(service);

    expect(await yard.deployment(arn)).toMatchObject({ status: 'STOPPED', statusReason: 'The service was deleted.' });
    expect(await yard.running(service)).toEqual([]);
  },
  LIMIT,
);

it(
  'supersedes a rolling deployment that gives a service other target groups',
  async () => {
    const [from, to] = [await yard.front('moving'), await yard.front('moved')];
    const plain = ({ balancers }: NativeService) =>
      balancers.map(({ advancedConfiguration: _none, ...entry }) => entry);
    const grace = { healthCheckGracePeriodSeconds: 3600 };
    const made = await yard.create({ name: from.name, balancers: plain(from) }, {}, grace);
    await yard.reach(made.currentServiceDeployment, 'SUCCESSFUL');
    // No task is healthy in the other group until the update that supersedes is under way.
    const heals = (HttpCode: string) =>
      teal.elbv2.send(new ModifyTargetGroupCommand({ TargetGroupArn: to.groups[0], Matcher: { HttpCode } }));
    await heals('499');
    const members = { cluster: 'shop', service: from.name, loadBalancers: plain(to) };
    const moving = await teal.ecs.send(new UpdateServiceCommand(members));

    const arn = await yard.release(from, await yard.define('moving', 'v2'));
    await heals('200');
    await yard.reach(arn, 'SUCCESSFUL');

    expect(await yard.deployment(moving.service?.currentServiceDeployment)).toMatchObject({ status: 'STOPPED' });
    await eventually('v2 alone', async () => (await yard.running(from)).join() === 'moving:2' || undefined);
    const states = async (group: string) => (await yard.stack.states(group)).join();
    await eventually('one target', async () => (await states(to.groups[0])) === 'healthy' || undefined);
    expect(await yard.stack.states(from.groups[0])).not.toContain('healthy');
    await yard.remove(from);
  },
  LIMIT,
);
