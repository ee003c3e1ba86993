import {
  AddTagsCommand,
  CreateLoadBalancerCommand,
  DeleteLoadBalancerCommand,
  DescribeAccountLimitsCommand,
  DescribeCapacityReservationCommand,
  DescribeLoadBalancerAttributesCommand,
  DescribeLoadBalancersCommand,
  DescribeTagsCommand,
  GetResourcePolicyCommand,
  ModifyCapacityReservationCommand,
  ModifyLoadBalancerAttributesCommand,
  SetIpAddressTypeCommand,
  paginateDescribeLoadBalancers,
  type ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { elbStack, refusal, type ElbStack } from '../support/elb-stack.ts';
import { startTestTeal, type TestTeal } from '../support/teal.ts';

let teal: TestTeal;
let elb: ElasticLoadBalancingV2Client;
let stack: ElbStack;

beforeAll(async () => {
  teal = await startTestTeal();
  elb = teal.elbv2;
  stack = await elbStack(teal, 18_400);
});

afterAll(() => teal.close());

const set = (LoadBalancerArn: string, values: Record<string, string>) =>
  elb.send(
    new ModifyLoadBalancerAttributesCommand({
      LoadBalancerArn,
      Attributes: Object.entries(values).map(([Key, Value]) => ({ Key, Value })),
    }),
  );

const attributes = async (LoadBalancerArn: string): Promise<unknown> => {
  const { Attributes = [] } = await elb.send(new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn }));
  return Object.fromEntries(Attributes.map(({ Key, Value }) => [Key, Value]));
};

const DEFAULTS = {
  'access_logs.s3.bucket': '',
  'access_logs.s3.enabled': 'false',
  'access_logs.s3.prefix': '',
  'client_keep_alive.seconds': '3600',
  'connection_logs.s3.bucket': '',
  'connection_logs.s3.enabled': 'false',
  'connection_logs.s3.prefix': '',
  'deletion_protection.enabled': 'false',
  'health_check_logs.s3.bucket': '',
  'health_check_logs.s3.enabled': 'false',
  'health_check_logs.s3.prefix': '',
  'idle_timeout.timeout_seconds': '60',
  'ipv6.deny_all_igw_traffic': 'false',
  'load_balancing.cross_zone.enabled': 'true',
  'routing.http.desync_mitigation_mode': 'defensive',
  'routing.http.drop_invalid_header_fields.enabled': 'false',
  'routing.http.preserve_host_header.enabled': 'false',
  'routing.http.x_amzn_tls_version_and_cipher_suite.enabled': 'false',
  'routing.http.xff_client_port.enabled': 'false',
  'routing.http.xff_header_processing.mode': 'append',
  'routing.http2.enabled': 'true',
  'waf.fail_open.enabled': 'false',
  'zonal_shift.config.enabled': 'false',
};

it('gives all attributes with the defaults of AWS, and then those that were set', async () => {
  const balancer = await stack.balancer();
  const changed = {
    'client_keep_alive.seconds': '60',
    'routing.http.desync_mitigation_mode': 'strictest',
    'routing.http.xff_header_processing.mode': 'remove',
    'waf.fail_open.enabled': 'true',
    'zonal_shift.config.enabled': 'true',
  };
  expect(await attributes(balancer)).toEqual(DEFAULTS);

  await set(balancer, changed);

  expect(await attributes(balancer)).toEqual({ ...DEFAULTS, ...changed });
});

const BUCKET = 'access_logs.s3.bucket';
const PREFIX = 'access_logs.s3.prefix';
const VALIDATION = 'ValidationError';
const CONFIGURATION = 'InvalidConfigurationRequestException';

it.each<[string, Record<string, string>, string, string]>([
  ['access logs to nowhere', { 'access_logs.s3.enabled': 'true' }, CONFIGURATION, 'You must specify an S3 bucket name'],
  ['a bucket that leads elsewhere', { [BUCKET]: '..' }, CONFIGURATION, "The S3 bucket name '..' is not valid"],
  ['a bucket with a slash', { [BUCKET]: 'a/../../b' }, CONFIGURATION, "The S3 bucket name 'a/../../b' is not valid"],
  ['a bucket in upper case', { [BUCKET]: 'Logs' }, CONFIGURATION, "The S3 bucket name 'Logs' is not valid"],
  ['a bucket that is an address', { [BUCKET]: '10.0.0.1' }, CONFIGURATION, "'10.0.0.1' is not valid"],
  ['a prefix that leads elsewhere', { [PREFIX]: 'a/../../b' }, CONFIGURATION, "The S3 prefix 'a/../../b' is not valid"],
  ['a prefix from the root', { [PREFIX]: '/etc' }, CONFIGURATION, "The S3 prefix '/etc' is not valid"],
  ['a prefix of the load balancer', { [PREFIX]: 'AWSLogs' }, CONFIGURATION, "cannot contain 'AWSLogs'"],
  [
    'connection logs',
    { 'connection_logs.s3.enabled': 'true' },
    VALIDATION,
    "'connection_logs.s3.enabled' is not served",
  ],
  ['health check logs', { 'health_check_logs.s3.enabled': 'true' }, VALIDATION, 'is not served by Teal yet'],
  ['zones that are apart', { 'load_balancing.cross_zone.enabled': 'false' }, VALIDATION, 'is not served by Teal yet'],
  ['an unknown mode', { 'routing.http.desync_mitigation_mode': 'off' }, VALIDATION, "'monitor, defensive, strictest'"],
  ['a short keep-alive', { 'client_keep_alive.seconds': '59' }, VALIDATION, 'cannot be less than 60 characters'],
])('refuses %s', async (_what, values, name, says) => {
  const balancer = await stack.balancer();

  const refused = await refusal(set(balancer, values));

  expect(refused.name).toBe(name);
  expect(refused.message).toContain(says);
  expect(await attributes(balancer)).toEqual(DEFAULTS);
});

it('protects a load balancer from deletion until told otherwise', async () => {
  const balancer = await stack.balancer();
  await set(balancer, { 'deletion_protection.enabled': 'true' });

  expect(await refusal(elb.send(new DeleteLoadBalancerCommand({ LoadBalancerArn: balancer })))).toEqual({
    name: 'OperationNotPermittedException',
    message: `Load balancer '${balancer}' cannot be deleted because deletion protection is enabled`,
  });
  await set(balancer, { 'deletion_protection.enabled': 'false' });
  await elb.send(new DeleteLoadBalancerCommand({ LoadBalancerArn: balancer }));
});

it('keeps the kind of addresses a load balancer was made with or given', async () => {
  const Name = stack.freshName('dual');
  const input = { Name, Subnets: [...stack.subnets], IpAddressType: 'dualstack' as const };
  const made = await elb.send(new CreateLoadBalancerCommand(input));
  const again = await elb.send(new CreateLoadBalancerCommand(input));
  const arn = made.LoadBalancers?.[0]?.LoadBalancerArn ?? '';

  expect(again.LoadBalancers?.[0]).toMatchObject({ LoadBalancerArn: arn, IpAddressType: 'dualstack' });
  await elb.send(new SetIpAddressTypeCommand({ LoadBalancerArn: arn, IpAddressType: 'ipv4' }));
  const { LoadBalancers } = await elb.send(new DescribeLoadBalancersCommand({ Names: [Name] }));
  expect(LoadBalancers?.[0]?.IpAddressType).toBe('ipv4');
});

it('has reserved no capacity, and reserves none', async () => {
  const LoadBalancerArn = await stack.balancer();

  const { MinimumLoadBalancerCapacity } = await elb.send(new DescribeCapacityReservationCommand({ LoadBalancerArn }));
  const asked = elb.send(
    new ModifyCapacityReservationCommand({ LoadBalancerArn, MinimumLoadBalancerCapacity: { CapacityUnits: 100 } }),
  );

  expect(MinimumLoadBalancerCapacity).toBeUndefined();
  expect((await refusal(asked)).message).toBe('A capacity reservation is not served by Teal yet.');
  const policy = await refusal(elb.send(new GetResourcePolicyCommand({ ResourceArn: LoadBalancerArn })));
  expect(policy.name).toBe('ResourceNotFoundException');
});

it('gives limits page by page', async () => {
  const names: (string | undefined)[] = [];
  let Marker: string | undefined;
  do {
    const page = await elb.send(new DescribeAccountLimitsCommand({ PageSize: 5, Marker }));
    expect(page.Limits?.length).toBeLessThanOrEqual(5);
    names.push(...(page.Limits ?? []).map(({ Name }) => Name));
    Marker = page.NextMarker;
  } while (Marker !== undefined);

  expect(new Set(names).size).toBe(names.length);
  expect(names).toContain('condition-wildcards-per-alb-rule');
});

it('gives load balancers page by page, and refuses a marker that is none', async () => {
  const Names = [stack.freshName('page'), stack.freshName('page'), stack.freshName('page')];
  for (const Name of Names) await elb.send(new CreateLoadBalancerCommand({ Name, Subnets: [...stack.subnets] }));

  const pages: (string | undefined)[][] = [];
  for await (const page of paginateDescribeLoadBalancers({ client: elb }, { Names, PageSize: 2 }))
    pages.push((page.LoadBalancers ?? []).map(({ LoadBalancerName }) => LoadBalancerName));

  expect(pages).toEqual([Names.slice(0, 2), Names.slice(2)]);
  const refused = await refusal(elb.send(new DescribeLoadBalancersCommand({ Marker: 'bm9uZQ' })));
  expect(refused).toMatchObject({ name: 'ValidationError', message: expect.stringContaining("'bm9uZQ'") as string });
});

it('keeps fifty tags of a resource and refuses one more', async () => {
  const balancer = await stack.balancer();
  const tags = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, index) => ({ Key: `key-${from + index}`, Value: 'x' }));
  const add = (from: number, to: number) =>
    elb.send(new AddTagsCommand({ ResourceArns: [balancer], Tags: tags(from, to) }));
  await add(0, 50);

  expect((await refusal(add(50, 51))).name).toBe('TooManyTagsException');
  await add(0, 10);
  const { TagDescriptions } = await elb.send(new DescribeTagsCommand({ ResourceArns: [balancer] }));
  expect(TagDescriptions?.[0]?.Tags).toHaveLength(50);
});
