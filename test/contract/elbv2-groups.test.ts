import {
  DeregisterTargetsCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ModifyTargetGroupAttributesCommand,
  ModifyTargetGroupCommand,
  paginateDescribeTargetGroups,
  type CreateTargetGroupCommandInput,
  type ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startBackend } from '../../src/drivers/balancers/testing/backend.ts';
import { elbStack, forwardTo, refusal, type ElbStack } from '../support/elb-stack.ts';
import { startTestTeal, type TestTeal } from '../support/teal.ts';

let teal: TestTeal;
let elb: ElasticLoadBalancingV2Client;
let stack: ElbStack;

beforeAll(async () => {
  teal = await startTestTeal();
  elb = teal.elbv2;
  stack = await elbStack(teal, 18_300);
});

afterAll(() => teal.close());

const described = async (arn: string) =>
  (await elb.send(new DescribeTargetGroupsCommand({ TargetGroupArns: [arn] }))).TargetGroups?.[0];

const set = (TargetGroupArn: string, values: Record<string, string>) =>
  elb.send(
    new ModifyTargetGroupAttributesCommand({
      TargetGroupArn,
      Attributes: Object.entries(values).map(([Key, Value]) => ({ Key, Value })),
    }),
  );

it('gives a gRPC group the health check of gRPC', async () => {
  const group = await stack.group({ ProtocolVersion: 'GRPC' });

  expect(await described(group)).toMatchObject({
    Protocol: 'HTTP',
    ProtocolVersion: 'GRPC',
    HealthCheckProtocol: 'HTTP',
    HealthCheckPath: '/AWS.ALB/healthcheck',
    Matcher: { GrpcCode: '12' },
  });
});

it('changes every part of the health check', async () => {
  const group = await stack.group({ Protocol: 'HTTPS' });
  const health = {
    HealthCheckProtocol: 'HTTPS',
    HealthCheckPort: '9000',
    HealthCheckPath: '/health',
    HealthCheckIntervalSeconds: 20,
    HealthCheckTimeoutSeconds: 10,
    HealthyThresholdCount: 3,
    UnhealthyThresholdCount: 4,
    Matcher: { HttpCode: '200-299,302' },
  } as const;

  await elb.send(new ModifyTargetGroupCommand({ TargetGroupArn: group, ...health }));

  expect(await described(group)).toMatchObject({ ...health, Protocol: 'HTTPS', HealthCheckEnabled: true });
});

it('makes the same group once, and refuses another of its name', async () => {
  const Name = stack.freshName('same');
  const first = await stack.group({ Name, ProtocolVersion: 'HTTP2' });

  expect(await stack.group({ Name, ProtocolVersion: 'HTTP2' })).toBe(first);
  expect(await refusal(stack.group({ Name }))).toEqual({
    name: 'DuplicateTargetGroupNameException',
    message: `A target group with the same name '${Name}' exists, but with different settings`,
  });
});

const REFUSED: readonly { what: string; more: Partial<CreateTargetGroupCommandInput>; says: string }[] = [
  { what: 'a lambda group', more: { TargetType: 'lambda' }, says: "Target type 'lambda' is not served by Teal yet" },
  { what: 'an alb group', more: { TargetType: 'alb' }, says: "Target type 'alb' is not served by Teal yet" },
  { what: 'a TCP group', more: { Protocol: 'TCP' }, says: "protocol 'TCP' is not served by Teal yet" },
  { what: 'an IPv6 group', more: { IpAddressType: 'ipv6' }, says: "IP address type 'ipv6' is not served by Teal yet" },
  { what: 'an unknown version', more: { ProtocolVersion: 'HTTP3' }, says: "must be one of 'HTTP1, HTTP2, GRPC'" },
  { what: 'no health check', more: { HealthCheckEnabled: false }, says: 'Health check enabled must be true' },
  {
    what: 'a TCP health check',
    more: { HealthCheckProtocol: 'TCP' },
    says: "Health check protocol 'TCP' is not served",
  },
  { what: 'a path without a slash', more: { HealthCheckPath: 'x' }, says: "'x' must begin with a '/' character" },
  { what: 'a port of 0', more: { HealthCheckPort: '0' }, says: "Health check port '0' must be 'traffic-port' or" },
  { what: 'codes below 200', more: { Matcher: { HttpCode: '100' } }, says: "'100' must be within '200-599' inclusive" },
  { what: 'codes backwards', more: { Matcher: { HttpCode: '299-200' } }, says: "'299-200' must be within" },
  { what: 'gRPC codes of an HTTP group', more: { Matcher: { GrpcCode: '0' } }, says: 'Matcher GrpcCode cannot be' },
  {
    what: 'gRPC codes above 99',
    more: { ProtocolVersion: 'GRPC', Matcher: { GrpcCode: '0-100' } },
    says: "'0-100' must be within '0-99' inclusive",
  },
  {
    what: 'HTTP codes of a gRPC group',
    more: { ProtocolVersion: 'GRPC', Matcher: { HttpCode: '200' } },
    says: 'Matcher HttpCode cannot be',
  },
];

it.each(REFUSED)('refuses $what', async ({ more, says }) => {
  const { name, message } = await refusal(stack.group(more));

  expect(name).toBe('ValidationError');
  expect(message).toContain(says);
});

it('gives all attributes with the defaults of AWS', async () => {
  const group = await stack.group();

  const { Attributes = [] } = await elb.send(new DescribeTargetGroupAttributesCommand({ TargetGroupArn: group }));

  expect(Object.fromEntries(Attributes.map(({ Key, Value }) => [Key, Value]))).toEqual({
    'deregistration_delay.timeout_seconds': '300',
    'load_balancing.algorithm.anomaly_mitigation': 'off',
    'load_balancing.algorithm.type': 'round_robin',
    'load_balancing.cross_zone.enabled': 'use_load_balancer_configuration',
    'slow_start.duration_seconds': '0',
    'stickiness.app_cookie.cookie_name': '',
    'stickiness.app_cookie.duration_seconds': '86400',
    'stickiness.enabled': 'false',
    'stickiness.lb_cookie.duration_seconds': '86400',
    'stickiness.type': 'lb_cookie',
    'target_group_health.dns_failover.minimum_healthy_targets.count': '1',
    'target_group_health.dns_failover.minimum_healthy_targets.percentage': 'off',
    'target_group_health.unhealthy_state_routing.minimum_healthy_targets.count': '1',
    'target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage': 'off',
  });
});

const VALIDATION = 'ValidationError';
const CONFIGURATION = 'InvalidConfigurationRequestException';
const SLOW = 'slow_start.duration_seconds';
const COOKIE = 'stickiness.app_cookie.cookie_name';
const ALGORITHM = 'load_balancing.algorithm.type';
const MITIGATION = 'load_balancing.algorithm.anomaly_mitigation';

it.each<[string, Record<string, string>, string, string]>([
  ['a slow start of 10 seconds', { [SLOW]: '10' }, VALIDATION, `'${SLOW}' cannot be less than 30 characters`],
  [
    'slow start with least outstanding requests',
    { [SLOW]: '30', [ALGORITHM]: 'least_outstanding_requests' },
    CONFIGURATION,
    "You cannot enable both slow start mode and the 'least_outstanding_requests' routing algorithm",
  ],
  [
    'slow start with weighted random',
    { [SLOW]: '30', [ALGORITHM]: 'weighted_random' },
    CONFIGURATION,
    "You cannot enable both slow start mode and the 'weighted_random' routing algorithm",
  ],
  ['an unknown algorithm', { [ALGORITHM]: 'fair' }, VALIDATION, `The value of '${ALGORITHM}' must be one of`],
  ['mitigation with round robin', { [MITIGATION]: 'on' }, CONFIGURATION, "only with the 'weighted_random'"],
  ['mitigation', { [MITIGATION]: 'on', [ALGORITHM]: 'weighted_random' }, VALIDATION, 'is not served by Teal yet'],
  [
    'a cookie without a name',
    { 'stickiness.enabled': 'true', 'stickiness.type': 'app_cookie' },
    CONFIGURATION,
    "You must set an application cookie name to enable stickiness of type 'app_cookie'",
  ],
  ['a reserved cookie', { [COOKIE]: 'AWSALBTG1' }, VALIDATION, "'AWSALBTG1' cannot begin with 'AWSALB'"],
  ['a cookie with a space', { [COOKIE]: 'a b' }, VALIDATION, "'a b' contains a character that is not valid"],
  ['a long delay', { 'deregistration_delay.timeout_seconds': '3601' }, VALIDATION, 'cannot be greater than 3600'],
  ['an unknown attribute', { colour: 'red' }, VALIDATION, "Target group attribute key 'colour' is not recognized"],
])('refuses %s', async (_what, values, name, says) => {
  const refused = await refusal(set(await stack.group(), values));

  expect(refused.name).toBe(name);
  expect(refused.message).toContain(says);
});

it('takes attributes one after the other, and what they are together', async () => {
  const group = await stack.group();

  await set(group, { [COOKIE]: 'SESSION', 'stickiness.type': 'app_cookie' });
  await set(group, { 'stickiness.enabled': 'true' });
  await set(group, { [SLOW]: '60' });

  expect((await refusal(set(group, { [ALGORITHM]: 'weighted_random' }))).name).toBe(CONFIGURATION);
  await set(group, { [SLOW]: '0' });
  await set(group, { [ALGORITHM]: 'weighted_random' });
});

it('gives groups page by page', async () => {
  const Names = [stack.freshName('page'), stack.freshName('page'), stack.freshName('page')];
  for (const Name of Names) await stack.group({ Name });

  const pages: (string | undefined)[][] = [];
  for await (const page of paginateDescribeTargetGroups({ client: elb }, { Names, PageSize: 2 }))
    pages.push((page.TargetGroups ?? []).map(({ TargetGroupName }) => TargetGroupName));

  expect(pages).toEqual([Names.slice(0, 2), Names.slice(2)]);
});

it('shows an idle target as draining while the deregistration delay lasts, and takes it back', async () => {
  const backend = await startBackend('blue');
  const group = await stack.group({ HealthCheckPath: '/health' });
  await stack.listener(await stack.balancer(), forwardTo(group));
  const Targets = [{ Id: '127.0.0.1', Port: backend.port }];
  try {
    await set(group, { 'deregistration_delay.timeout_seconds': '3600' });
    await stack.register(group, backend.port);
    await expect.poll(() => stack.states(group)).toEqual(['healthy']);
    await elb.send(new DeregisterTargetsCommand({ TargetGroupArn: group, Targets }));

    const health = async () =>
      (await elb.send(new DescribeTargetHealthCommand({ TargetGroupArn: group, Targets })))
        .TargetHealthDescriptions?.[0]?.TargetHealth;
    await expect.poll(health).toEqual({
      State: 'draining',
      Reason: 'Target.DeregistrationInProgress',
      Description: 'Target deregistration is in progress; no request is in flight any more',
    });
    await stack.register(group, backend.port);
    expect(await stack.states(group)).toEqual([expect.stringMatching(/^(initial|healthy)$/)]);
  } finally {
    await backend.close();
  }
});
