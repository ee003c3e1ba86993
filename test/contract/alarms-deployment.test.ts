import {
  CreateDeploymentCommand,
  CreateDeploymentConfigCommand,
  GetDeploymentCommand,
  UpdateDeploymentGroupCommand,
  type AlarmConfiguration,
} from '@aws-sdk/client-codedeploy';
import {
  PutCompositeAlarmCommand,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
  SetAlarmStateCommand,
  type CloudWatchClient,
} from '@aws-sdk/client-cloudwatch';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cloudWatchClient } from '../support/cloudwatch.ts';
import { eventually } from '../support/eventually.ts';
import { Shop, type Stack } from '../support/shop.ts';

let shop: Shop;
let cloudwatch: CloudWatchClient;
beforeAll(async () => {
  shop = await Shop.open(47_200);
  cloudwatch = cloudWatchClient(shop.teal);
  await shop.teal.codedeploy.send(
    new CreateDeploymentConfigCommand({
      deploymentConfigName: CANARY,
      computePlatform: 'ECS',
      trafficRoutingConfig: {
        type: 'TimeBasedCanary',
        timeBasedCanary: { canaryPercentage: 10, canaryInterval: 120 },
      },
    }),
  );
});
afterAll(async () => {
  cloudwatch?.destroy();
  await shop?.close();
});

const ENDED = ['Succeeded', 'Failed', 'Stopped'];
/** Two minutes here, in which an alarm must have been seen. */
const CANARY = 'canary-of-two-hours';
const AT_ONCE = 'CodeDeployDefault.ECSAllAtOnce';

/** An alarm that only what a test does changes. */
const createAlarm = (AlarmName: string, more = {}) =>
  cloudwatch.send(
    new PutMetricAlarmCommand({
      AlarmName,
      Namespace: 'AWS/Shop',
      MetricName: AlarmName,
      Statistic: 'Sum',
      Period: 60,
      EvaluationPeriods: 1,
      DatapointsToAlarm: 1,
      Threshold: 1,
      ComparisonOperator: 'GreaterThanThreshold',
      TreatMissingData: 'ignore',
      ...more,
    }),
  );

const ring = (AlarmName: string) =>
  cloudwatch.send(new SetAlarmStateCommand({ AlarmName, StateValue: 'ALARM', StateReason: 'a test' }));

const watching = (...names: string[]): AlarmConfiguration => ({
  enabled: true,
  alarms: names.map((name) => ({ name })),
});

/** A stack whose group watches alarms, goes on by itself, and rolls back. */
async function build(name: string, alarmConfiguration: AlarmConfiguration, config = CANARY): Promise<Stack> {
  const stack = await shop.build(name);
  await shop.teal.codedeploy.send(
    new UpdateDeploymentGroupCommand({
      applicationName: 'shop',
      currentDeploymentGroupName: name,
      deploymentConfigName: config,
      alarmConfiguration,
      autoRollbackConfiguration: { enabled: true, events: ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_ALARM'] },
      blueGreenDeploymentConfiguration: {
        deploymentReadyOption: { actionOnTimeout: 'CONTINUE_DEPLOYMENT' },
        terminateBlueInstancesOnDeploymentSuccess: { action: 'TERMINATE', terminationWaitTimeInMinutes: 0 },
      },
    }),
  );
  return stack;
}

async function deployWith({ name }: Stack, overrideAlarmConfiguration: AlarmConfiguration): Promise<string> {
  const Properties = { TaskDefinition: 'web:1', LoadBalancerInfo: { ContainerName: 'web', ContainerPort: 8080 } };
  const content = JSON.stringify({
    version: 0.0,
    Resources: [{ TargetService: { Type: 'AWS::ECS::Service', Properties } }],
  });
  const { deploymentId } = await shop.teal.codedeploy.send(
    new CreateDeploymentCommand({
      applicationName: 'shop',
      deploymentGroupName: name,
      revision: { revisionType: 'AppSpecContent', appSpecContent: { content } },
      overrideAlarmConfiguration,
    }),
  );
  return deploymentId ?? '';
}

/** Weights of the two target groups at the production listener: the first one's, the second one's. */
async function weights(stack: Stack): Promise<readonly number[]> {
  const listener = (await shop.listeners(stack)).find((found) => found.ListenerArn === stack.production);
  const groups = listener?.DefaultActions?.[0]?.ForwardConfig?.TargetGroups ?? [];
  const weightOf = (arn: string) => groups.find((group) => group.TargetGroupArn === arn)?.Weight ?? 0;
  return [weightOf(stack.blue), weightOf(stack.green)];
}

const canary = (stack: Stack): Promise<true> =>
  eventually('a tenth of the traffic on the new version', async () => {
    const [blue, green] = await weights(stack);
    return blue === 90 && green === 10 ? true : undefined;
  });

/** Sees that a deployment was stopped by alarms and undone. */
async function expectRolledBack(stack: Stack, deploymentId: string, ...alarms: string[]): Promise<void> {
  const stopped = await shop.reach(deploymentId, ...ENDED);
  expect(stopped).toMatchObject({
    status: 'Stopped',
    errorInformation: {
      code: 'ALARM_ACTIVE',
      message: `One or more alarms have been activated according to the Amazon CloudWatch metrics you selected, and the affected deployments have been stopped. Activated alarms: ${alarms.map((name) => `<${name}>`).join(' ')}`,
    },
  });
  const rollbackId = stopped.rollbackInfo?.rollbackDeploymentId ?? '';
  const rollback = await shop.reach(rollbackId, ...ENDED);
  expect(rollback).toMatchObject({
    status: 'Succeeded',
    creator: 'codeDeployRollback',
    rollbackInfo: { rollbackTriggeringDeploymentId: deploymentId },
  });
  const [blue, green] = await weights(stack);
  expect(blue).toBeGreaterThan(0);
  expect(green).toBe(0);
  expect(
    (await shop.taskSets(stack)).map((set) => [set.status, set.loadBalancers?.[0]?.targetGroupArn]),
  ).toContainEqual(['PRIMARY', stack.blue]);
}

it('stops and rolls back when an alarm is set during the canary', async () => {
  await createAlarm('set');
  const stack = await build('by-state', watching('set'));
  const id = await shop.deploy(stack);
  await canary(stack);

  await ring('set');

  await expectRolledBack(stack, id, 'set');
});

it('stops and rolls back when data trips an alarm during the canary', async () => {
  await createAlarm('measured', { Namespace: 'Shop' });
  const stack = await build('by-data', watching('measured'));
  const id = await shop.deploy(stack);
  await canary(stack);

  // Again and again: a look that comes late does not see what lies periods back.
  await eventually('the end', async () => {
    const MetricData = [{ MetricName: 'measured', Value: 5 }];
    await cloudwatch.send(new PutMetricDataCommand({ Namespace: 'Shop', MetricData }));
    const { deploymentInfo } = await shop.teal.codedeploy.send(new GetDeploymentCommand({ deploymentId: id }));
    return ENDED.includes(deploymentInfo?.status ?? '') || undefined;
  });

  await expectRolledBack(stack, id, 'measured');
});

it('stops and rolls back when a combination of alarms rings', async () => {
  await createAlarm('part-a');
  await createAlarm('part-b');
  const AlarmRule = 'ALARM("part-a") AND ALARM("part-b")';
  await cloudwatch.send(new PutCompositeAlarmCommand({ AlarmName: 'combined', AlarmRule }));
  const stack = await build('by-composite', watching('combined'));
  const id = await shop.deploy(stack);
  await canary(stack);

  await ring('part-a');
  await ring('part-b');

  await expectRolledBack(stack, id, 'combined');
});

it('does not begin while an alarm rings, and begins when the deployment looks past it', async () => {
  await createAlarm('ringing');
  await createAlarm('silent');
  await ring('ringing');
  const stack = await build('overridden', watching('silent', 'ringing'), AT_ONCE);

  await expectRolledBack(stack, await shop.deploy(stack), 'ringing');
  const off = await shop.reach(await deployWith(stack, { enabled: false, alarms: [] }), ...ENDED);
  const other = await shop.reach(await deployWith(stack, watching('silent')), ...ENDED);

  expect([off.status, other.status]).toEqual(['Succeeded', 'Succeeded']);
  expect(other.overrideAlarmConfiguration).toMatchObject({ enabled: true, alarms: [{ name: 'silent' }] });
});

it('passes over the alarms of a group that does not watch them', async () => {
  await createAlarm('unwatched');
  await ring('unwatched');
  const stack = await build('not-watching', { ...watching('unwatched'), enabled: false }, AT_ONCE);

  expect((await shop.reach(await shop.deploy(stack), ...ENDED)).status).toBe('Succeeded');
});

it('stops when an alarm cannot be read, unless the group says to go on', async () => {
  const strict = await build('strict', watching('nobody'), AT_ONCE);
  const lenient = await build('lenient', { ...watching('nobody'), ignorePollAlarmFailure: true }, AT_ONCE);

  const [stopped, passed] = await Promise.all([
    shop.deploy(strict).then((id) => shop.reach(id, ...ENDED)),
    shop.deploy(lenient).then((id) => shop.reach(id, ...ENDED)),
  ]);

  expect(stopped.status).toBe('Stopped');
  expect(stopped.errorInformation?.message).toContain('nobody');
  expect(passed.status).toBe('Succeeded');
});
