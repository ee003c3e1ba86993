import {
  DeleteEventBusCommand,
  CreateEventBusCommand,
  DescribeEventBusCommand,
  DescribeRuleCommand,
  DisableRuleCommand,
  EnableRuleCommand,
  EventBridgeClient,
  ListEventBusesCommand,
  ListRulesCommand,
  PutPermissionCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemovePermissionCommand,
  RemoveTargetsCommand,
  UpdateEventBusCommand,
} from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { openHttpSink, type HttpSink } from '../support/http-sink.ts';
import { startTestTeal, type TestTeal } from '../support/teal.ts';

let teal: TestTeal;
let sink: HttpSink;
let events: EventBridgeClient;

beforeAll(async () => {
  [teal, sink] = await Promise.all([startTestTeal({ timeScale: 1000 }), openHttpSink()]);
  events = new EventBridgeClient({
    endpoint: teal.url,
    region: 'us-east-1',
    credentials: { accessKeyId: teal.account, secretAccessKey: 'secret' },
    maxAttempts: 1,
  });
});

afterAll(async () => {
  events.destroy();
  await teal.close();
  await sink.close();
});

async function scheduled(Name: string, ScheduleExpression: string): Promise<string> {
  const { RuleArn = '' } = await events.send(new PutRuleCommand({ Name, ScheduleExpression }));
  await events.send(new PutTargetsCommand({ Rule: Name, Targets: [{ Id: 'one', Arn: `${sink.url}/${Name}` }] }));
  return RuleArn;
}

const takenBy = (name: string) => sink.taken.filter(({ path }) => path === `/${name}`);
const nth = (name: string, n: number) => eventually(`event ${n} of ${name}`, () => takenBy(name)[n - 1]);
const end = (Rule: string) => events.send(new RemoveTargetsCommand({ Rule, Ids: ['one'] }));

it('makes an event again and again at the rate of its rule, divided by the time scale', async () => {
  const arn = await scheduled('often', 'rate(1 minute)');
  const [first, second] = [await nth('often', 1), await nth('often', 2)];
  await end('often');
  const event = JSON.parse(first.body) as { readonly id: string };

  expect(event).toEqual({
    version: '0',
    id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: teal.account,
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) as string,
    region: 'us-east-1',
    resources: [arn],
    detail: {},
  });
  expect((JSON.parse(second.body) as typeof event).id).not.toBe(event.id);
});

it('makes none while the rule is off', async () => {
  await scheduled('off', 'rate(10 minutes)');
  await events.send(new DisableRuleCommand({ Name: 'off' }));
  const before = takenBy('off').length;
  await scheduled('marks', 'rate(10 minutes)');
  await nth('marks', 4);
  const meanwhile = takenBy('off').length;
  await events.send(new EnableRuleCommand({ Name: 'off' }));
  await nth('off', meanwhile + 1);
  await Promise.all([end('off'), end('marks')]);

  expect(meanwhile).toBeLessThanOrEqual(before + 1); // one may have been on its way
});

it('shows the schedule of a rule, and gives a rule a pattern beside it', async () => {
  const ScheduleExpression = 'cron(0 12 ? * MON-FRI 2199)';
  const EventPattern = '{"source":["both"]}';
  await events.send(new PutRuleCommand({ Name: 'both', ScheduleExpression, EventPattern }));

  expect(await events.send(new DescribeRuleCommand({ Name: 'both' }))).toMatchObject({
    ScheduleExpression,
    EventPattern,
    State: 'ENABLED',
  });
  const { Rules } = await events.send(new ListRulesCommand({ NamePrefix: 'both' }));
  expect(Rules?.[0]).toMatchObject({ ScheduleExpression });
});

it('changes a bus, the default one too', async () => {
  const Name = 'changed';
  await events.send(new CreateEventBusCommand({ Name, Description: 'old' }));
  const DeadLetterConfig = { Arn: `arn:aws:sqs:us-east-1:${teal.account}:q` };
  const answer = await events.send(new UpdateEventBusCommand({ Name, Description: 'new', DeadLetterConfig }));
  await events.send(new UpdateEventBusCommand({ Name: 'default', Description: 'ours' }));
  const { EventBuses = [] } = await events.send(new ListEventBusesCommand({}));

  expect(answer).toMatchObject({ Name, Description: 'new', DeadLetterConfig });
  expect(await events.send(new DescribeEventBusCommand({ Name }))).toMatchObject({
    Description: 'new',
    DeadLetterConfig,
  });
  expect(EventBuses.map((bus) => [bus.Name, bus.Description])).toEqual([
    ['changed', 'new'],
    ['default', 'ours'],
  ]);
  await events.send(new DeleteEventBusCommand({ Name }));
});

it('keeps who may put events on a bus', async () => {
  const grant = { Action: 'events:PutEvents', Principal: '111122223333', StatementId: 'friend' };
  const policyOf = async () => {
    const { Policy } = await events.send(new DescribeEventBusCommand({}));
    return Policy === undefined ? undefined : (JSON.parse(Policy) as unknown);
  };
  await events.send(new PutPermissionCommand({ ...grant, Principal: '*' }));
  await events.send(new PutPermissionCommand(grant));
  const Condition = { Type: 'StringEquals', Key: 'aws:PrincipalOrgID', Value: 'o-1' };
  await events.send(new PutPermissionCommand({ ...grant, Principal: '*', StatementId: 'org', Condition }));
  const both = await policyOf();
  await events.send(new RemovePermissionCommand({ StatementId: 'friend' }));
  const one = await policyOf();
  await events.send(new RemovePermissionCommand({ RemoveAllPermissions: true }));

  const Resource = `arn:aws:events:us-east-1:${teal.account}:event-bus/default`;
  const allowed = { Effect: 'Allow', Action: 'events:PutEvents', Resource };
  const friend = { ...allowed, Sid: 'friend', Principal: { AWS: 'arn:aws:iam::111122223333:root' } };
  const org = {
    ...allowed,
    Sid: 'org',
    Principal: '*',
    Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } },
  };
  expect(both).toEqual({ Version: '2012-10-17', Statement: [friend, org] });
  expect(one).toEqual({ Version: '2012-10-17', Statement: [org] });
  expect(await policyOf()).toBeUndefined();
});

const rule = (ScheduleExpression: string, EventBusName?: string) => () =>
  events.send(new PutRuleCommand({ Name: 'bad', ScheduleExpression, EventBusName }));

it.each<[string, string, string, () => Promise<unknown>]>([
  ['a rate that is none', 'ValidationException', 'Parameter ScheduleExpression is not valid.', rule('rate(5 minute)')],
  ['five fields', 'ValidationException', 'Parameter ScheduleExpression is not valid.', rule('cron(0 12 * * ?)')],
  [
    'two kinds of days',
    'ValidationException',
    'Parameter ScheduleExpression is not valid.',
    rule('cron(0 12 * * * *)'),
  ],
  [
    'a rule that waits for nothing',
    'ValidationException',
    'Parameter(s) EventPattern or ScheduleExpression must be specified.',
    rule(''),
  ],
  [
    'a schedule on another bus',
    'ValidationException',
    'ScheduleExpression is supported only on the default event bus.',
    async () => {
      await events.send(new CreateEventBusCommand({ Name: 'other' }));
      return rule('rate(1 hour)', 'other')();
    },
  ],
  [
    'a change of a bus that is not there',
    'ResourceNotFoundException',
    'Event bus none does not exist.',
    () => events.send(new UpdateEventBusCommand({ Name: 'none' })),
  ],
  [
    'a permission without a principal',
    'ValidationException',
    'Parameter(s) Action, Principal and StatementId must be specified, or Policy.',
    () => events.send(new PutPermissionCommand({ StatementId: 'a' })),
  ],
  [
    'a policy that is none',
    'ValidationException',
    'Parameter Policy is not valid. Reason: it is no JSON policy.',
    () => events.send(new PutPermissionCommand({ Policy: '{' })),
  ],
  [
    'an end of a permission on a bus without any',
    'ResourceNotFoundException',
    'EventBus does not have a policy.',
    () => events.send(new RemovePermissionCommand({ StatementId: 'a' })),
  ],
])('refuses %s', async (_what, name, message, call) => {
  await expect(call()).rejects.toMatchObject({ name, message });
});
