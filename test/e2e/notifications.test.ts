import { afterAll, beforeAll, expect, it } from 'vitest';
import { awsCommand, awsCommandTwo } from '../support/aws-command.ts';
import { eventually } from '../support/eventually.ts';
import { openHttpSink, type HttpSink } from '../support/http-sink.ts';
import { Shop, type Stack } from '../support/shop.ts';

const LIMIT = 120_000;

let shop: Shop;
let stack: Stack;
let sink: HttpSink;

beforeAll(async () => {
  shop = await Shop.open(47_700);
  stack = await shop.build('walk');
  sink = await openHttpSink();
}, LIMIT);

afterAll(async () => {
  await shop.close();
  await sink.close();
});

interface Said {
  readonly Type: string;
  readonly Token?: string;
  readonly Subject?: string;
  readonly Message: string;
}

const said = () => sink.taken.map(({ body }) => JSON.parse(body) as Said);
const saying = (what: string) => eventually(what, () => said().find(({ Subject }) => Subject?.startsWith(what)), LIMIT);

it.skipIf(awsCommandTwo === undefined && !process.env['CI'])(
  `tells a topic of a deployment and of an alarm, all with the aws command${awsCommandTwo === undefined ? ' (skipped: there is no version 2)' : ''}`,
  { timeout: 400_000 },
  async () => {
    const { text, value } = awsCommand(shop.teal.url, awsCommandTwo, shop.teal.account);
    const topic = await value('TopicArn', 'sns', 'create-topic', '--name', 'walk');
    await text('sns', 'subscribe', '--topic-arn', topic, '--protocol', 'http', '--notification-endpoint', sink.url);
    const { Token = '' } = await eventually('the question', () => said().find((one) => one.Token));
    await text('sns', 'confirm-subscription', '--topic-arn', topic, '--token', Token);
    const triggerEvents = ['DeploymentStart', 'DeploymentReady', 'DeploymentStop'];
    const triggers = [{ triggerName: 'tell', triggerTargetArn: topic, triggerEvents }];
    const group = ['--application-name', 'shop', '--current-deployment-group-name', 'walk'];
    const update = ['update-deployment-group', ...group, '--trigger-configurations', JSON.stringify(triggers)];
    await text('deploy', ...update);

    const id = await shop.deploy(stack);
    await saying('READY');
    await text('deploy', 'stop-deployment', '--deployment-id', id, '--no-auto-rollback-enabled');
    const { Subject, Message } = await saying('STOPPED');
    const rule = ['--namespace', 'walk', '--metric-name', 'm', '--statistic', 'Sum', '--period', '60'];
    const bounds = ['--evaluation-periods', '1', '--threshold', '1', '--comparison-operator', 'GreaterThanThreshold'];
    await text('cloudwatch', 'put-metric-alarm', '--alarm-name', 'loud', ...rule, ...bounds, '--alarm-actions', topic);
    const state = ['--alarm-name', 'loud', '--state-value', 'ALARM', '--state-reason', 'by hand'];
    await text('cloudwatch', 'set-alarm-state', ...state);
    const alarm = await saying('ALARM');

    expect(Subject).toBe(`STOPPED: AWS CodeDeploy ${id} in us-east-1 to shop`);
    expect(JSON.parse(Message)).toEqual({
      region: 'us-east-1',
      accountId: shop.teal.account,
      eventTriggerName: 'tell',
      applicationName: 'shop',
      deploymentId: id,
      deploymentGroupName: 'walk',
      createTime: expect.stringMatching(/^\d{10}\.\d{3}$/) as string,
      completeTime: expect.stringMatching(/^\d{10}\.\d{3}$/) as string,
      deploymentOverview: expect.objectContaining({ Succeeded: '0' }) as object,
      status: 'Stopped',
      errorInformation: { ErrorCode: 'MANUAL_STOP', ErrorMessage: expect.any(String) as string },
    });
    expect(JSON.parse(alarm.Message)).toMatchObject({
      AlarmName: 'loud',
      NewStateValue: 'ALARM',
      NewStateReason: 'by hand',
      AWSAccountId: shop.teal.account,
    });
  },
);
