import {
  AddTagsCommand,
  CreateListenerCommand,
  CreateRuleCommand,
  DeleteRuleCommand,
  DescribeRulesCommand,
  DescribeTagsCommand,
  ModifyRuleCommand,
  ModifyTargetGroupAttributesCommand,
  SetRulePrioritiesCommand,
  paginateDescribeRules,
  type Action,
  type ElasticLoadBalancingV2Client,
  type RuleCondition,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ask } from '../../src/drivers/balancers/testing/client.ts';
import { elbStack, FIXED, forwardTo, refusal, saying, type ElbStack } from '../support/elb-stack.ts';
import { startTestTeal, type TestTeal } from '../support/teal.ts';

let teal: TestTeal;
let elb: ElasticLoadBalancingV2Client;
let stack: ElbStack;
let balancer: string;

beforeAll(async () => {
  teal = await startTestTeal();
  elb = teal.elbv2;
  stack = await elbStack(teal, 18_200);
  balancer = await stack.balancer();
});

afterAll(() => teal.close());

const PATH: RuleCondition = { Field: 'path-pattern', Values: ['/a'] };

const rulesOf = async (listener: string) =>
  (await elb.send(new DescribeRulesCommand({ ListenerArn: listener }))).Rules ?? [];

const CONDITIONS: readonly { given: RuleCondition; shown?: RuleCondition }[] = [
  {
    given: { Field: 'host-header', HostHeaderConfig: { Values: ['*.example.com'] } },
    shown: { Field: 'host-header', Values: ['*.example.com'], HostHeaderConfig: { Values: ['*.example.com'] } },
  },
  {
    given: { Field: 'path-pattern', RegexValues: ['^/v[12]/'] },
    shown: { Field: 'path-pattern', RegexValues: ['^/v[12]/'], PathPatternConfig: { RegexValues: ['^/v[12]/'] } },
  },
  { given: { Field: 'http-header', HttpHeaderConfig: { HttpHeaderName: 'X-Canary', Values: ['yes', 'on*'] } } },
  { given: { Field: 'http-request-method', HttpRequestMethodConfig: { Values: ['POST', 'PURGE'] } } },
  { given: { Field: 'query-string', QueryStringConfig: { Values: [{ Key: 'v', Value: '2' }, { Value: 'beta' }] } } },
  { given: { Field: 'source-ip', SourceIpConfig: { Values: ['127.0.0.0/8', '::1/128'] } } },
];

it.each(CONDITIONS)('keeps and shows $given.Field', async ({ given, shown = given }) => {
  const listener = await stack.listener(balancer);
  await stack.rule(listener, 1, [given]);

  expect((await rulesOf(listener))[0]?.Conditions).toEqual([shown]);
});

interface Asked {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Record<string, string>;
}

const MATCHES: readonly { condition: RuleCondition; yes: Asked; no: Asked }[] = [
  {
    condition: { Field: 'host-header', Values: ['*.example.com'] },
    yes: { headers: { host: 'WWW.example.com' } },
    no: { headers: { host: 'example.com' } },
  },
  { condition: { Field: 'path-pattern', Values: ['/img/*'] }, yes: { path: '/img/a/b' }, no: { path: '/IMG/a' } },
  {
    condition: { Field: 'path-pattern', RegexValues: ['^/v[12]/'] },
    yes: { path: '/v2/x' },
    no: { path: '/v3/x' },
  },
  {
    condition: { Field: 'http-header', HttpHeaderConfig: { HttpHeaderName: 'X-Canary', Values: ['on*'] } },
    yes: { headers: { 'x-canary': 'ONE' } },
    no: { headers: { 'x-canary': 'off' } },
  },
  {
    condition: { Field: 'http-request-method', HttpRequestMethodConfig: { Values: ['PUT'] } },
    yes: { method: 'PUT' },
    no: { method: 'GET' },
  },
  {
    condition: { Field: 'query-string', QueryStringConfig: { Values: [{ Key: 'v', Value: '2?' }] } },
    yes: { path: '/?a=b&V=21' },
    no: { path: '/?v=2' },
  },
  { condition: { Field: 'source-ip', SourceIpConfig: { Values: ['127.0.0.0/8'] } }, yes: {}, no: {} },
];

it.each(MATCHES)('answers by the rule on $condition.Field where the request meets it', async (match) => {
  const { condition, yes, no } = match;
  const listener = await stack.listener(balancer, saying('default'));
  const port = await stack.boundPort(listener);
  const body = async (asked: Asked) => (await ask({ port, ...asked })).body.toString();
  await stack.rule(listener, 1, [condition], [saying('rule')]);

  expect(await body(yes)).toBe('rule');
  if (yes !== no && Object.keys(no).length > 0) expect(await body(no)).toBe('default');
});

it('asks rules by priority, and at once by the new one when two have changed places', async () => {
  const listener = await stack.listener(balancer);
  const port = await stack.boundPort(listener);
  const first = await stack.rule(listener, 10, [PATH], [saying('first')]);
  const second = await stack.rule(listener, 20, [{ Field: 'path-pattern', Values: ['/*'] }], [saying('second')]);
  const body = async () => (await ask({ port, path: '/a' })).body.toString();
  expect(await body()).toBe('first');

  const { Rules } = await elb.send(
    new SetRulePrioritiesCommand({
      RulePriorities: [
        { RuleArn: first, Priority: 20 },
        { RuleArn: second, Priority: 10 },
      ],
    }),
  );

  expect(Rules?.map(({ Priority }) => Priority)).toEqual(['20', '10']);
  expect(await body()).toBe('second');
});

it('changes conditions and actions of a rule apart from each other', async () => {
  const listener = await stack.listener(balancer);
  const rule = await stack.rule(listener, 1, [PATH], [saying('one')]);

  await elb.send(new ModifyRuleCommand({ RuleArn: rule, Actions: [saying('two')] }));
  await elb.send(new ModifyRuleCommand({ RuleArn: rule, Conditions: [{ Field: 'path-pattern', Values: ['/b'] }] }));

  const { Rules } = await elb.send(new DescribeRulesCommand({ RuleArns: [rule] }));
  expect(Rules?.[0]).toMatchObject({
    Priority: '1',
    IsDefault: false,
    Transforms: [],
    Conditions: [{ Field: 'path-pattern', Values: ['/b'] }],
    Actions: [saying('two')],
  });
});

it('shows the stickiness of clients to a group, and keeps weight 0', async () => {
  const [blue, green] = [await stack.group(), await stack.group()];
  const sticky: Action = {
    Type: 'forward',
    ForwardConfig: {
      TargetGroups: [
        { TargetGroupArn: green, Weight: 100 },
        { TargetGroupArn: blue, Weight: 0 },
      ],
      TargetGroupStickinessConfig: { Enabled: true, DurationSeconds: 600 },
    },
  };
  const listener = await stack.listener(balancer);

  await stack.rule(listener, 1, [PATH], [sticky]);

  expect((await rulesOf(listener))[0]?.Actions).toEqual([sticky]);
});

it('redirects to what a rule says', async () => {
  const listener = await stack.listener(balancer);
  const port = await stack.boundPort(listener);
  const RedirectConfig = { Protocol: 'HTTPS', Port: '443', Host: 'new.#{host}', Path: '/v2/#{path}' };
  await stack.rule(
    listener,
    1,
    [{ Field: 'path-pattern', Values: ['/old/*'] }],
    [{ Type: 'redirect', RedirectConfig: { ...RedirectConfig, StatusCode: 'HTTP_301' } }],
  );

  const answer = await ask({ port, path: '/old/a?b=c', headers: { host: 'example.com' } });

  expect(answer.status).toBe(301);
  expect(answer.headers.location).toBe('https://new.example.com:443/v2/old/a?b=c');
});

it('gives rules page by page, the default one last', async () => {
  const listener = await stack.listener(balancer);
  for (const priority of [3, 1, 2]) await stack.rule(listener, priority, [PATH]);

  const pages: (string | undefined)[][] = [];
  for await (const { Rules = [] } of paginateDescribeRules({ client: elb }, { ListenerArn: listener, PageSize: 2 }))
    pages.push(Rules.map(({ Priority }) => Priority));

  expect(pages).toEqual([
    ['1', '2'],
    ['3', 'default'],
  ]);
});

it('goes on with the next page when the last rule shown is gone', async () => {
  const listener = await stack.listener(balancer);
  const first = await stack.rule(listener, 1, [PATH]);
  await stack.rule(listener, 2, [PATH]);
  const page = await elb.send(new DescribeRulesCommand({ ListenerArn: listener, PageSize: 1 }));

  await elb.send(new DeleteRuleCommand({ RuleArn: first }));
  const rest = await elb.send(new DescribeRulesCommand({ ListenerArn: listener, Marker: page.NextMarker }));

  expect(rest.Rules?.map(({ Priority }) => Priority)).toEqual(['2', 'default']);
});

it('tags rules, the default one too', async () => {
  const listener = await stack.listener(balancer);
  const arns = [await stack.rule(listener, 1, [PATH]), (await rulesOf(listener)).at(-1)?.RuleArn ?? ''];

  await elb.send(new AddTagsCommand({ ResourceArns: arns, Tags: [{ Key: 'team', Value: 'web' }] }));

  const { TagDescriptions } = await elb.send(new DescribeTagsCommand({ ResourceArns: arns }));
  expect(TagDescriptions).toEqual(arns.map((ResourceArn) => ({ ResourceArn, Tags: [{ Key: 'team', Value: 'web' }] })));
});

const REFUSED: readonly {
  what: string;
  conditions?: RuleCondition[];
  actions?: Action[];
  name?: string;
  says: string;
}[] = [
  {
    what: 'an unknown field',
    conditions: [{ Field: 'colour', Values: ['red'] }],
    says: "Condition field 'colour' must be one of 'http-header,http-request-method,host-header,query-string,path-pattern,source-ip'",
  },
  {
    what: 'six values',
    conditions: [{ Field: 'path-pattern', Values: ['/1', '/2', '/3', '/4', '/5', '/6'] }],
    says: "A rule can only have '5' condition values and regex values",
  },
  {
    what: 'two conditions on the host',
    conditions: [1, 2].map(() => ({ Field: 'host-header', Values: ['a.example'] })),
    says: "A rule can only have one 'host-header' condition",
  },
  {
    what: 'an empty config',
    conditions: [{ Field: 'host-header', HostHeaderConfig: { Values: [] } }],
    says: "You must provide exactly one of the following: ['Values' 'RegexValues'] for config of type 'HostHeaderConfig'",
  },
  {
    what: 'no values',
    conditions: [{ Field: 'path-pattern' }],
    says: "For conditions of type 'path-pattern', you must specify the following fields: 'Values or RegexValues or PathPatternConfig'",
  },
  {
    what: 'a long value',
    conditions: [{ Field: 'path-pattern', Values: [`/${'a'.repeat(128)}`] }],
    says: "Condition value for 'path-pattern' cannot contain more than 128 characters",
  },
  {
    what: 'an address that is no block',
    conditions: [{ Field: 'source-ip', SourceIpConfig: { Values: ['10.0.0.1'] } }],
    says: "The specified value '10.0.0.1' is not a valid CIDR block",
  },
  {
    what: 'a weight of 1000',
    actions: [{ Type: 'forward', ForwardConfig: { TargetGroups: [{ TargetGroupArn: 'any', Weight: 1000 }] } }],
    says: 'The weight for the target group must be between 1 and 999, inclusive',
  },
  {
    what: 'stickiness for too long',
    actions: [
      {
        Type: 'forward',
        ForwardConfig: {
          TargetGroups: [{ TargetGroupArn: 'any' }],
          TargetGroupStickinessConfig: { Enabled: true, DurationSeconds: 604_801 },
        },
      },
    ],
    says: 'Target group stickiness duration must be between 1 and 604800 seconds',
  },
  {
    what: 'a redirect to itself',
    actions: [{ Type: 'redirect', RedirectConfig: { StatusCode: 'HTTP_301', Protocol: 'HTTP' } }],
    name: 'InvalidLoadBalancerActionException',
    says: 'The redirect configuration is not valid because it creates a loop.',
  },
  {
    what: 'a redirect without its config',
    actions: [{ Type: 'redirect' }],
    name: 'InvalidLoadBalancerActionException',
    says: "For actions of type 'redirect', you must specify the following fields: 'RedirectConfig'",
  },
  {
    what: 'two endings',
    actions: [{ Type: 'redirect', RedirectConfig: { StatusCode: 'HTTP_301', Port: '1' } }, FIXED],
    says: "Action types 'redirect,fixed-response' cannot be specified together",
  },
  {
    what: 'an ending before another action',
    actions: [
      { ...FIXED, Order: 1 },
      { Type: 'authenticate-cognito', Order: 2 },
    ],
    says: "An action of type 'fixed-response' must have a higher order than all other actions",
  },
  {
    what: 'an action that authenticates',
    actions: [
      { Type: 'authenticate-oidc', Order: 1 },
      { ...FIXED, Order: 2 },
    ],
    says: "An action of type 'authenticate-oidc' is not served by Teal yet",
  },
];

it.each(REFUSED)(
  'refuses $what',
  async ({ conditions = [PATH], actions = [FIXED], name = 'ValidationError', says }) => {
    const listener = await stack.listener(balancer);

    const refused = await refusal(stack.rule(listener, 1, conditions, actions));

    expect(refused.name).toBe(name);
    expect(refused.message).toContain(says);
    expect(await rulesOf(listener)).toHaveLength(1);
  },
);

it('refuses transforms by name', async () => {
  const listener = await stack.listener(balancer);
  const asked = elb.send(
    new CreateRuleCommand({
      ListenerArn: listener,
      Priority: 1,
      Conditions: [PATH],
      Actions: [FIXED],
      Transforms: [{ Type: 'url-rewrite', UrlRewriteConfig: { Rewrites: [{ Regex: 'a', Replace: 'b' }] } }],
    }),
  );

  expect(await refusal(asked)).toEqual({
    name: 'ValidationError',
    message: "A rule with a transform of type 'url-rewrite' is not served by Teal yet.",
  });
});

it('refuses a priority twice, one in use, and a change of the default rule', async () => {
  const listener = await stack.listener(balancer);
  const one = await stack.rule(listener, 1, [PATH]);
  const two = await stack.rule(listener, 2, [PATH]);
  const fallback = (await rulesOf(listener)).at(-1)?.RuleArn ?? '';
  const set = (...pairs: [string, number][]) =>
    elb.send(
      new SetRulePrioritiesCommand({ RulePriorities: pairs.map(([RuleArn, Priority]) => ({ RuleArn, Priority })) }),
    );

  expect(await refusal(set([one, 2]))).toEqual({
    name: 'PriorityInUseException',
    message: "Priority '2' is currently in use",
  });
  expect(await refusal(set([one, 3], [two, 3]))).toEqual({
    name: 'ValidationError',
    message: "Priority '3' was provided multiple times",
  });
  expect((await refusal(set([fallback, 3]))).name).toBe('OperationNotPermittedException');
});

it('lets a group be sticky only behind rules that keep clients with a group', async () => {
  const sticky = { Attributes: [{ Key: 'stickiness.enabled', Value: 'true' }] };
  const [one, two] = [await stack.group(), await stack.group()];
  await elb.send(new ModifyTargetGroupAttributesCommand({ TargetGroupArn: one, ...sticky }));
  const TargetGroups = [one, two].map((TargetGroupArn) => ({ TargetGroupArn, Weight: 1 }));
  const listener = await stack.listener(balancer, forwardTo(one));

  const asked = stack.rule(listener, 1, [PATH], [{ Type: 'forward', ForwardConfig: { TargetGroups } }]);

  expect(await refusal(asked)).toEqual({
    name: 'InvalidConfigurationRequestException',
    message: 'You must enable group stickiness on a rule if you enabled target stickiness on one of its target groups',
  });
});

it('refuses the 101st rule of a load balancer', async () => {
  const full = await stack.balancer();
  const listener = await stack.listener(full);
  for (let priority = 1; priority <= 100; priority++) await stack.rule(listener, priority, [PATH]);

  expect(await refusal(stack.rule(listener, 101, [PATH]))).toMatchObject({ name: 'TooManyRulesException' });
});

it('refuses a gRPC group behind an HTTP listener', async () => {
  const group = await stack.group({ ProtocolVersion: 'GRPC' });
  const asked = elb.send(
    new CreateListenerCommand({
      LoadBalancerArn: balancer,
      Protocol: 'HTTP',
      Port: 18_299,
      DefaultActions: [forwardTo(group)],
    }),
  );

  expect(await refusal(asked)).toEqual({
    name: 'ValidationError',
    message: "Listener protocol 'HTTP' is not supported with a target group with the protocol-version 'GRPC'",
  });
});
