import {
  ContinueDeploymentCommand,
  GetDeploymentGroupCommand,
  StopDeploymentCommand,
  UpdateDeploymentGroupCommand,
  type TriggerEventType,
} from '@aws-sdk/client-codedeploy';
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { openHttpSink, type HttpSink } from '../support/http-sink.ts';
import { Shop, type Stack } from '../support/shop.ts';

let shop: Shop;
let sink: HttpSink;
let topic: string;

beforeAll(async () => {
  shop = await Shop.open(47_300);
  sink = await openHttpSink();
  const { url: endpoint, account } = shop.teal;
  const credentials = { accessKeyId: account, secretAccessKey: 'secret' };
  const config = { endpoint, region: 'us-east-1', credentials, maxAttempts: 1 };
  const sns = new SNSClient(config);
  topic = (await sns.send(new CreateTopicCommand({ Name: 'deployments' }))).TopicArn ?? '';
  await sns.send(new SubscribeCommand({ TopicArn: topic, Protocol: 'http', Endpoint: `${sink.url}/topic` }));
  const asked = await eventually('the question', () => sink.taken[0]);
  await fetch((JSON.parse(asked.body) as { SubscribeURL: string }).SubscribeURL);
  const events = new EventBridgeClient(config);
  await events.send(new PutRuleCommand({ Name: 'deployments', EventPattern: '{"source":["aws.codedeploy"]}' }));
  const Targets = [{ Id: 'one', Arn: `${sink.url}/bus` }];
  await events.send(new PutTargetsCommand({ Rule: 'deployments', Targets }));
  [sns, events].forEach((client) => client.destroy());
});

afterAll(async () => {
  await shop.close();
  await sink.close();
});

/** A stack whose group tells the topic of some events. */
async function buildTelling(name: string, triggerEvents: TriggerEventType[]): Promise<Stack> {
  const stack = await shop.build(name);
  await shop.teal.codedeploy.send(
    new UpdateDeploymentGroupCommand({
      applicationName: 'shop',
      currentDeploymentGroupName: name,
      triggerConfigurations: [{ triggerName: 'tell', triggerTargetArn: topic, triggerEvents }],
    }),
  );
  return stack;
}

interface Said {
  readonly Subject: string;
  readonly Message: string;
}

/** What the topic said of a deployment: each subject with its message. */
const saidOf = (id: string) =>
  sink.taken
    .filter(({ path, body }) => path === '/topic' && body.includes(id))
    .map(({ body }) => JSON.parse(body) as Said)
    .map(({ Subject, Message }) => ({ Subject, message: JSON.parse(Message) as Record<string, unknown> }));

const eventsOf = (id: string) =>
  sink.taken
    .filter(({ path, body }) => path === '/bus' && body.includes(id))
    .map(({ body }) => JSON.parse(body) as { readonly detail: { readonly state: string } });

it('tries a trigger out when its group gets it, and keeps the group when the topic is gone', async () => {
  await buildTelling('tried', ['DeploymentStart']);

  const said = await eventually('the message', () =>
    sink.taken.find(({ body }) => body.includes('deployment group tried')),
  );
  expect((JSON.parse(said.body) as Said).Subject).toBe('TEST: AWS CodeDeploy trigger tell');

  const gone = { triggerName: 'gone', triggerTargetArn: `${topic}-gone`, triggerEvents: ['DeploymentStart' as const] };
  const { codedeploy } = shop.teal;
  const which = { applicationName: 'shop', currentDeploymentGroupName: 'tried' };
  await codedeploy.send(new UpdateDeploymentGroupCommand({ ...which, triggerConfigurations: [gone] }));
  const group = { applicationName: 'shop', deploymentGroupName: 'tried' };
  const { deploymentGroupInfo } = await codedeploy.send(new GetDeploymentGroupCommand(group));
  expect(deploymentGroupInfo?.triggerConfigurations).toEqual([gone]);
});

it('tells a topic and the event bus of a deployment from its start to its end', async () => {
  const stack = await buildTelling('told', [
    'DeploymentStart',
    'DeploymentReady',
    'DeploymentSuccess',
    'DeploymentStop',
  ]);
  const id = await shop.deploy(stack);
  await shop.reach(id, 'Ready');
  await shop.teal.codedeploy.send(
    new ContinueDeploymentCommand({ deploymentId: id, deploymentWaitType: 'READY_WAIT' }),
  );
  const { deploymentGroupName } = await shop.reach(id, 'Succeeded');
  await eventually('three messages', () => (saidOf(id).length >= 3 ? true : undefined));
  await eventually('three events', () => (eventsOf(id).length >= 3 ? true : undefined));

  const of = `AWS CodeDeploy ${id} in us-east-1 to shop`;
  const sorted = saidOf(id).sort((a, b) => (a.Subject < b.Subject ? -1 : 1));
  expect(sorted.map(({ Subject }) => Subject)).toEqual([`CREATED: ${of}`, `READY: ${of}`, `SUCCEEDED: ${of}`]);
  expect(sorted[2]?.message).toEqual({
    region: 'us-east-1',
    accountId: shop.teal.account,
    eventTriggerName: 'tell',
    applicationName: 'shop',
    deploymentId: id,
    deploymentGroupName,
    createTime: expect.stringMatching(/^\d{10}\.\d{3}$/) as string,
    completeTime: expect.stringMatching(/^\d{10}\.\d{3}$/) as string,
    deploymentOverview: { Failed: '0', InProgress: '0', Pending: '0', Skipped: '0', Succeeded: '1' },
    status: 'Succeeded',
  });
  expect(
    eventsOf(id)
      .map(({ detail }) => detail.state)
      .sort(),
  ).toEqual(['READY', 'START', 'SUCCESS']);
  expect(eventsOf(id)[0]).toMatchObject({
    source: 'aws.codedeploy',
    'detail-type': 'CodeDeploy Deployment State-change Notification',
    resources: [
      `arn:aws:codedeploy:us-east-1:${shop.teal.account}:application:shop`,
      `arn:aws:codedeploy:us-east-1:${shop.teal.account}:deploymentgroup:shop/told`,
    ],
    detail: { application: 'shop', deploymentGroup: 'told', deploymentId: id, region: 'us-east-1' },
  });
});

it('tells of a stop and of the rollback that follows, and of nothing that was not asked for', async () => {
  const stack = await buildTelling('stopped', ['DeploymentStop', 'DeploymentRollback']);
  const id = await shop.deploy(stack);
  await shop.reach(id, 'Ready');
  await shop.teal.codedeploy.send(new StopDeploymentCommand({ deploymentId: id, autoRollbackEnabled: true }));
  const { rollbackInfo } = await shop.reach(id, 'Stopped');
  const rollback = rollbackInfo?.rollbackDeploymentId ?? '';
  await shop.reach(rollback, 'Succeeded');
  await eventually('two messages', () => (saidOf(id).length >= 2 ? true : undefined));
  await eventually('the end of the rollback', () => eventsOf(rollback)[1]);

  const [stop, back] = saidOf(id).sort(
    (a, b) => ('rollbackInformation' in a.message ? 1 : 0) - ('rollbackInformation' in b.message ? 1 : 0),
  );
  expect(saidOf(id)).toHaveLength(2);
  expect(stop?.message).toMatchObject({ status: 'Stopped', errorInformation: { ErrorCode: 'MANUAL_STOP' } });
  expect(back?.message).toMatchObject({
    status: 'Stopped',
    rollbackInformation: { rollbackDeploymentId: rollback, rollbackMessage: rollbackInfo?.rollbackMessage },
  });
});
