import {
  CreateEventBusCommand,
  DeleteEventBusCommand,
  DeleteRuleCommand,
  DescribeEventBusCommand,
  DescribeRuleCommand,
  DisableRuleCommand,
  EnableRuleCommand,
  EventBridgeClient,
  ListEventBusesCommand,
  ListRuleNamesByTargetCommand,
  ListRulesCommand,
  ListTagsForResourceCommand,
  ListTargetsByRuleCommand,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
  TestEventPatternCommand,
  UntagResourceCommand,
  type Target,
} from '@aws-sdk/client-eventbridge';
import { CreateFunctionCommand } from '@aws-sdk/client-lambda';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { strToU8, zipSync } from 'fflate';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { openHttpSink, type HttpSink, type Taken } from '../support/http-sink.ts';
import { startTestTeal, type TestTeal } from '../support/teal.ts';

let teal: TestTeal;
let events: EventBridgeClient;
const closers: (() => Promise<void>)[] = [];

const configOf = ({ url, account }: Pick<TestTeal, 'url' | 'account'>) => ({
  endpoint: url,
  region: 'us-east-1',
  credentials: { accessKeyId: account, secretAccessKey: 'secret' },
  maxAttempts: 1,
});

beforeAll(async () => {
  teal = await startTestTeal({ timeScale: 1000 });
  events = new EventBridgeClient(configOf(teal));
});

afterAll(async () => {
  events.destroy();
  await teal.close();
  await Promise.all(closers.map((close) => close()));
});

async function open(answer?: (taken: Taken) => number | Promise<number>): Promise<HttpSink> {
  const sink = await openHttpSink(answer);
  closers.push(() => sink.close());
  return sink;
}

let rules = 0;
/** A rule with one target, for events of a source of its own. */
async function ruleTo(target: Omit<Target, 'Id'>, more: { bus?: string; pattern?: object } = {}): Promise<string> {
  rules += 1;
  const Name = `rule-${rules}`;
  const EventPattern = JSON.stringify(more.pattern ?? { source: [Name] });
  await events.send(new PutRuleCommand({ Name, EventPattern, EventBusName: more.bus }));
  const Targets = [{ Id: 'one', ...target }];
  await events.send(new PutTargetsCommand({ Rule: Name, EventBusName: more.bus, Targets }));
  return Name;
}

const put = (Source: string, Detail: object = { a: 1 }, EventBusName?: string) =>
  events.send(
    new PutEventsCommand({ Entries: [{ Source, DetailType: 'Test', Detail: JSON.stringify(Detail), EventBusName }] }),
  );

const nth = (sink: HttpSink, n = 1) => eventually(`delivery ${n}`, () => sink.taken[n - 1]);
const bodyOf = (taken: Taken) => JSON.parse(taken.body) as Record<string, unknown>;

it('delivers an event that matches, as its targets know it', async () => {
  const sink = await open();
  const source = await ruleTo({ Arn: `${sink.url}/hook`, HttpParameters: { HeaderParameters: { 'x-key': 'k' } } });
  const Time = new Date('2026-01-02T03:04:05.678Z');
  const { Entries, FailedEntryCount } = await events.send(
    new PutEventsCommand({
      Entries: [{ Source: source, DetailType: 'Test', Detail: '{"a":1}', Resources: ['arn:x'], Time }],
    }),
  );
  const taken = await nth(sink);

  expect(FailedEntryCount).toBe(0);
  expect(taken.path).toBe('/hook');
  expect(taken.headers).toMatchObject({ 'content-type': 'application/json; charset=utf-8', 'x-key': 'k' });
  expect(bodyOf(taken)).toEqual({
    version: '0',
    id: Entries?.[0]?.EventId,
    'detail-type': 'Test',
    source,
    account: teal.account,
    time: '2026-01-02T03:04:05Z',
    region: 'us-east-1',
    resources: ['arn:x'],
    detail: { a: 1 },
  });
});

it('delivers nothing that does not match, nor while the rule is off', async () => {
  const sink = await open();
  const pattern = { source: ['shop'], detail: { price: [{ numeric: ['>', 10] }] } };
  const Name = await ruleTo({ Arn: sink.url, InputPath: '$.detail.price' }, { pattern });
  await put('shop', { price: 10 });
  await put('other', { price: 11 });
  await events.send(new DisableRuleCommand({ Name }));
  await put('shop', { price: 12 });
  await events.send(new EnableRuleCommand({ Name }));
  await put('shop', { price: 13 });

  expect((await nth(sink)).body).toBe('13');
  expect(sink.taken).toHaveLength(1);
});

it.each<[string, Partial<Target>, string]>([
  ['a constant', { Input: '{"b":2}' }, '{"b":2}'],
  ['a part', { InputPath: "$.detail['list'][1]" }, '{"x":"y\\"z"}'],
  [
    'a template of an object',
    {
      InputTransformer: {
        InputPathsMap: { x: '$.detail.list[1].x', all: '$.detail', none: '$.detail.none' },
        InputTemplate:
          '{"x": <x>, "said": "it is <x>", "all": <all>, "none": "<none>", "rule": "<aws.events.rule-name>"}',
      },
    },
    '{"x": "y\\"z", "said": "it is y\\"z", "all": {"list":[1,{"x":"y\\"z"}]}, "none": "", "rule": "RULE"}',
  ],
  [
    'a template of a text',
    { InputTransformer: { InputPathsMap: { t: '$.detail-type' }, InputTemplate: '"<t> came"' } },
    '"Test came"',
  ],
])('gives a target %s', async (_what, input, expected) => {
  const sink = await open();
  const rule = await ruleTo({ Arn: sink.url, ...input });
  await put(rule, { list: [1, { x: 'y"z' }] });

  expect((await nth(sink)).body).toBe(expected.replace('RULE', rule));
});

it('takes a webhook in the form of an API destination', async () => {
  const sink = await open();
  const Arn = `arn:aws:events:us-east-1:${teal.account}:api-destination/${sink.url}/hook`;
  await put(await ruleTo({ Arn }));

  expect((await nth(sink)).path).toBe('/hook');
});

it('tries again after a failure of the server, and not after a refusal', async () => {
  const answers = [500, 429, 200];
  const failing = await open(() => answers.shift() ?? 200);
  const refusing = await open(({ body }) => (body.includes('first') ? 400 : 200));
  const pattern = { source: ['again'] };
  await ruleTo({ Arn: failing.url }, { pattern });
  await ruleTo({ Arn: refusing.url }, { pattern });
  await put('again', { is: 'first' });
  const third = await nth(failing, 3);
  await put('again', { is: 'second' });
  await nth(refusing, 2);

  expect(third.body).toBe(failing.taken[0]?.body);
  expect(refusing.taken.map((taken) => bodyOf(taken)['detail'])).toEqual([{ is: 'first' }, { is: 'second' }]);
});

it('reaches functions and topics', async () => {
  const sink = await open();
  const sns = new SNSClient(configOf(teal));
  const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: 'of-events' }));
  const Attributes = { RawMessageDelivery: 'true' };
  await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: `${sink.url}/queue`, Attributes }));
  sns.destroy();
  const source = `exports.handler = (event) => fetch('${sink.url}/function', { method: 'POST', body: JSON.stringify(event) });`;
  const { FunctionArn = '' } = await teal.lambda.send(
    new CreateFunctionCommand({
      FunctionName: 'of-events',
      Runtime: 'nodejs20.x',
      Handler: 'index.handler',
      Role: `arn:aws:iam::${teal.account}:role/f`,
      Code: { ZipFile: zipSync({ 'index.js': strToU8(source) }) },
    }),
  );
  const Input = '{"from":"an event"}';
  const rule = await ruleTo({ Arn: TopicArn, Input });
  await events.send(new PutTargetsCommand({ Rule: rule, Targets: [{ Id: 'two', Arn: FunctionArn, Input }] }));
  await put(rule);
  const at = (path: string) => eventually(path, () => sink.taken.find((taken) => taken.path === path));

  expect(new URLSearchParams((await at('/queue')).body).get('MessageBody')).toBe(Input);
  expect((await at('/function')).body).toBe(Input);
});

it('passes events on to another bus, and from there to no third', async () => {
  const sink = await open();
  const { EventBusArn = '' } = await events.send(new CreateEventBusCommand({ Name: 'next' }));
  const Default = EventBusArn.replace(/[^/]+$/, 'default');
  const pattern = { source: ['passed'] };
  await ruleTo({ Arn: EventBusArn }, { pattern });
  await ruleTo({ Arn: Default }, { pattern, bus: 'next' });
  await ruleTo({ Arn: sink.url }, { pattern, bus: 'next' });
  const { Entries } = await put('passed');
  const first = await nth(sink);
  await put('passed', { is: 'last' }, 'next');
  await eventually('the last', () => sink.taken.find(({ body }) => body.includes('last')));

  expect(bodyOf(first)['id']).toBe(Entries?.[0]?.EventId);
  expect(sink.taken.filter(({ body }) => body === first.body)).toHaveLength(1);
});

it('shows rules, targets and buses as they were put', async () => {
  await events.send(new CreateEventBusCommand({ Name: 'shown', Tags: [{ Key: 'k', Value: 'v' }] }));
  const put = {
    Name: 'shown',
    EventBusName: 'shown',
    EventPattern: '{"a":["b"]}',
    Description: 'd',
    State: 'DISABLED',
  };
  const { RuleArn = '' } = await events.send(
    new PutRuleCommand({
      ...put,
      State: 'DISABLED',
      Tags: [
        { Key: 'a', Value: '1' },
        { Key: 'b', Value: '2' },
      ],
    }),
  );
  const on = { Rule: 'shown', EventBusName: 'shown' };
  const Targets = [{ Id: 'one', Arn: 'https://example.test/', RoleArn: 'arn:aws:iam::1:role/r' }];
  await events.send(new PutTargetsCommand({ ...on, Targets }));
  await events.send(new PutRuleCommand({ ...put, State: 'DISABLED' }));
  await events.send(new UntagResourceCommand({ ResourceARN: RuleArn, TagKeys: ['a'] }));
  const named = { Name: 'shown', EventBusName: 'shown' };
  const bus = await events.send(new DescribeEventBusCommand({ Name: 'shown' }));

  expect(RuleArn).toBe(`arn:aws:events:us-east-1:${teal.account}:rule/shown/shown`);
  expect(await events.send(new DescribeRuleCommand(named))).toMatchObject({
    ...put,
    Arn: RuleArn,
    CreatedBy: teal.account,
  });
  expect((await events.send(new ListTargetsByRuleCommand(on))).Targets).toEqual(Targets);
  expect((await events.send(new ListRulesCommand({ EventBusName: 'shown' }))).Rules).toHaveLength(1);
  const byTarget = { TargetArn: 'https://example.test/', EventBusName: 'shown' };
  expect((await events.send(new ListRuleNamesByTargetCommand(byTarget))).RuleNames).toEqual(['shown']);
  expect((await events.send(new ListTagsForResourceCommand({ ResourceARN: RuleArn }))).Tags).toEqual([
    { Key: 'b', Value: '2' },
  ]);
  expect((await events.send(new ListTagsForResourceCommand({ ResourceARN: bus.Arn }))).Tags).toEqual([
    { Key: 'k', Value: 'v' },
  ]);
  expect((await events.send(new ListEventBusesCommand({}))).EventBuses?.map(({ Name }) => Name)).toEqual(
    expect.arrayContaining(['default', 'shown']) as string[],
  );

  await expect(events.send(new DeleteRuleCommand(named))).rejects.toThrow(
    "Rule can't be deleted since it has targets.",
  );
  await events.send(new RemoveTargetsCommand({ ...on, Ids: ['one'] }));
  await events.send(new DeleteRuleCommand(named));
  await events.send(new DeleteEventBusCommand({ Name: 'shown' }));
  await expect(events.send(new DescribeEventBusCommand({ Name: 'shown' }))).rejects.toThrow(
    'Event bus shown does not exist.',
  );
});

it('tells whether an event would match', async () => {
  const test = async (EventPattern: string) =>
    (await events.send(new TestEventPatternCommand({ EventPattern, Event: '{"detail":{"a":"x"}}' }))).Result;

  expect(await test('{"detail":{"a":[{"prefix":"x"}]}}')).toBe(true);
  expect(await test('{"detail":{"a":[{"prefix":"y"}]}}')).toBe(false);
});

it('answers each entry that it does not take with its reason', async () => {
  const good = { Source: 's', DetailType: 'd', Detail: '{}' };
  const { Entries, FailedEntryCount } = await events.send(
    new PutEventsCommand({
      Entries: [
        { ...good, Source: undefined },
        { ...good, Detail: '[]' },
        { ...good, Source: 'aws.ecs' },
        { ...good, EventBusName: 'none' },
        good,
      ],
    }),
  );

  expect(FailedEntryCount).toBe(4);
  expect(Entries).toEqual([
    {
      ErrorCode: 'InvalidArgument',
      ErrorMessage: 'Parameter Source is not valid. Reason: Source is a required argument.',
    },
    { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' },
    { ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage: 'Not authorized for the source.' },
    { ErrorCode: 'ResourceNotFoundException', ErrorMessage: 'Event bus none does not exist.' },
    { EventId: expect.any(String) as string },
  ]);
});

it.each<[string, string, string, () => Promise<unknown>]>([
  [
    'a rule that is none',
    'ResourceNotFoundException',
    'Rule none does not exist on EventBus default.',
    () => events.send(new DescribeRuleCommand({ Name: 'none' })),
  ],
  [
    'a pattern that is none',
    'InvalidEventPatternException',
    'Event pattern is not valid. Reason: "int" must be an object or an array',
    () => events.send(new PutRuleCommand({ Name: 'bad', EventPattern: '{"int":1}' })),
  ],
  [
    'a schedule that is none',
    'ValidationException',
    'Parameter ScheduleExpression is not valid.',
    () => events.send(new PutRuleCommand({ Name: 'timed', ScheduleExpression: 'rate(1 minutes)' })),
  ],
  [
    'a target of another kind',
    'ValidationException',
    'Parameter arn:aws:sqs:us-east-1:1:q is not valid. Reason: Teal delivers events to functions, topics, queues, log groups, event buses and http(s) URLs only.',
    () => ruleTo({ Arn: 'arn:aws:sqs:us-east-1:1:q' }),
  ],
  [
    'two inputs',
    'ValidationException',
    'Only one of Input, InputPath, or InputTransformer must be provided for target one.',
    () => ruleTo({ Arn: 'https://example.test/', Input: '1', InputPath: '$' }),
  ],
  [
    'a template with a name that is none',
    'ValidationException',
    'InputTemplate for target one contains invalid placeholder x.',
    () => ruleTo({ Arn: 'https://example.test/', InputTransformer: { InputTemplate: '"<x>"' } }),
  ],
  [
    'a sixth target',
    'LimitExceededException',
    'The requested resource exceeds the maximum number allowed.',
    async () => {
      const Rule = await ruleTo({ Arn: 'https://example.test/' });
      const Targets = [2, 3, 4, 5, 6].map((n) => ({ Id: `${n}`, Arn: 'https://example.test/' }));
      return events.send(new PutTargetsCommand({ Rule, Targets }));
    },
  ],
  [
    'an end of the default bus',
    'ValidationException',
    'Cannot delete event bus default.',
    () => events.send(new DeleteEventBusCommand({ Name: 'default' })),
  ],
])('refuses %s', async (_what, name, message, call) => {
  await expect(call()).rejects.toMatchObject({ name, message });
});
