import {
  AddTagsCommand,
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateRuleCommand,
  CreateTargetGroupCommand,
  DeleteListenerCommand,
  DeleteLoadBalancerCommand,
  DeleteRuleCommand,
  DeleteTargetGroupCommand,
  DeregisterTargetsCommand,
  DescribeAccountLimitsCommand,
  DescribeListenerAttributesCommand,
  DescribeListenersCommand,
  DescribeLoadBalancerAttributesCommand,
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  DescribeTagsCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ModifyListenerCommand,
  ModifyLoadBalancerAttributesCommand,
  ModifyRuleCommand,
  ModifyTargetGroupAttributesCommand,
  RegisterTargetsCommand,
  RemoveTagsCommand,
  waitUntilLoadBalancerAvailable,
  type Action,
  type CreateTargetGroupCommandInput,
  type ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { DescribeSubnetsCommand } from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestTeal, type TestTeal } from '../support/teal.ts';

let teal: TestTeal;
let elb: ElasticLoadBalancingV2Client;
let vpc: string;
let subnets: string[];

beforeAll(async () => {
  teal = await startTestTeal();
  elb = teal.elbv2;
  const { Subnets = [] } = await teal.ec2.send(new DescribeSubnetsCommand({}));
  subnets = Subnets.map((subnet) => subnet.SubnetId ?? '').slice(0, 2);
  vpc = Subnets[0]?.VpcId ?? '';
});

afterAll(() => teal.close());

let made = 0;
const freshName = (what: string) => `${what}-${++made}`;

const groupInput = (more: Partial<CreateTargetGroupCommandInput> = {}): CreateTargetGroupCommandInput => ({
  Name: freshName('group'),
  Protocol: 'HTTP',
  Port: 80,
  VpcId: vpc,
  TargetType: 'ip',
  ...more,
});

async function createGroup(more: Partial<CreateTargetGroupCommandInput> = {}): Promise<string> {
  const { TargetGroups } = await elb.send(new CreateTargetGroupCommand(groupInput(more)));
  return TargetGroups?.[0]?.TargetGroupArn ?? '';
}

async function createBalancer(): Promise<string> {
  const answer = await elb.send(new CreateLoadBalancerCommand({ Name: freshName('web'), Subnets: subnets }));
  return answer.LoadBalancers?.[0]?.LoadBalancerArn ?? '';
}

const FIXED: Action = { Type: 'fixed-response', FixedResponseConfig: { StatusCode: '404' } };
/** Where another process has the port the balancer takes a free one, so tests may all name the same. */
const PORT = 18_080;

async function createListener(loadBalancer: string, action: Action = FIXED, Port = PORT): Promise<string> {
  const answer = await elb.send(
    new CreateListenerCommand({ LoadBalancerArn: loadBalancer, Protocol: 'HTTP', Port, DefaultActions: [action] }),
  );
  return answer.Listeners?.[0]?.ListenerArn ?? '';
}

const pathRule = (listener: string, Priority: number, ...values: string[]) =>
  new CreateRuleCommand({
    ListenerArn: listener,
    Priority,
    Conditions: [{ Field: 'path-pattern', Values: values }],
    Actions: [FIXED],
  });

it('makes a load balancer that is provisioning when made and active when described', async () => {
  const Name = freshName('web');
  const made = await elb.send(new CreateLoadBalancerCommand({ Name, Subnets: subnets }));
  const again = await elb.send(new CreateLoadBalancerCommand({ Name, Subnets: subnets }));
  const arn = made.LoadBalancers?.[0]?.LoadBalancerArn ?? '';

  await waitUntilLoadBalancerAvailable({ client: elb, maxWaitTime: 60 }, { LoadBalancerArns: [arn] });
  const { LoadBalancers } = await elb.send(new DescribeLoadBalancersCommand({ Names: [Name] }));

  expect(made.LoadBalancers?.[0]?.State).toEqual({ Code: 'provisioning' });
  expect(again.LoadBalancers?.[0]?.LoadBalancerArn).toBe(arn);
  expect(arn).toMatch(
    new RegExp(`^arn:aws:elasticloadbalancing:us-east-1:${teal.account}:loadbalancer/app/${Name}/[0-9a-f]{16}$`),
  );
  expect(LoadBalancers).toMatchObject([
    {
      LoadBalancerName: Name,
      Scheme: 'internet-facing',
      Type: 'application',
      IpAddressType: 'ipv4',
      State: { Code: 'active' },
      SecurityGroups: [],
      AvailabilityZones: subnets.map((SubnetId) => ({ SubnetId, LoadBalancerAddresses: [] })),
    },
  ]);
  expect(LoadBalancers?.[0]?.DNSName).toMatch(new RegExp(`^${Name}-\\d+\\.us-east-1\\.elb\\.localhost$`));
});

it('makes a target group with the defaults of AWS', async () => {
  const input = groupInput();
  const { TargetGroups } = await elb.send(new CreateTargetGroupCommand(input));

  expect(TargetGroups).toEqual([
    {
      TargetGroupArn: TargetGroups?.[0]?.TargetGroupArn,
      TargetGroupName: input.Name,
      Protocol: 'HTTP',
      ProtocolVersion: 'HTTP1',
      Port: 80,
      VpcId: vpc,
      HealthCheckProtocol: 'HTTP',
      HealthCheckPort: 'traffic-port',
      HealthCheckPath: '/',
      HealthCheckEnabled: true,
      HealthCheckIntervalSeconds: 30,
      HealthCheckTimeoutSeconds: 5,
      HealthyThresholdCount: 5,
      UnhealthyThresholdCount: 2,
      Matcher: { HttpCode: '200' },
      LoadBalancerArns: [],
      TargetType: 'ip',
      IpAddressType: 'ipv4',
    },
  ]);
});

it('shows a forward to one group in both forms, and weights exactly as they were set', async () => {
  const [loadBalancer, blue, green] = [await createBalancer(), await createGroup(), await createGroup()];
  const listener = await createListener(loadBalancer, { Type: 'forward', TargetGroupArn: blue });
  const TargetGroups = [
    { TargetGroupArn: green, Weight: 100 },
    { TargetGroupArn: blue, Weight: 0 },
  ];
  const describe = async () =>
    (await elb.send(new DescribeListenersCommand({ ListenerArns: [listener] }))).Listeners?.[0]?.DefaultActions;

  expect(await describe()).toEqual([
    {
      Type: 'forward',
      TargetGroupArn: blue,
      ForwardConfig: {
        TargetGroups: [{ TargetGroupArn: blue, Weight: 1 }],
        TargetGroupStickinessConfig: { Enabled: false },
      },
    },
  ]);
  const DefaultActions: Action[] = [{ Type: 'forward', ForwardConfig: { TargetGroups } }];
  await elb.send(new ModifyListenerCommand({ ListenerArn: listener, DefaultActions }));

  expect(await describe()).toEqual([
    { Type: 'forward', ForwardConfig: { TargetGroups, TargetGroupStickinessConfig: { Enabled: false } } },
  ]);
  const { TargetGroups: used } = await elb.send(new DescribeTargetGroupsCommand({ LoadBalancerArn: loadBalancer }));
  expect(used?.map((group) => group.TargetGroupArn).sort()).toEqual([blue, green].sort());
});

it('lists rules by priority with the default rule last', async () => {
  const listener = await createListener(await createBalancer());
  await elb.send(pathRule(listener, 20, '/b'));
  const { Rules: [rule] = [] } = await elb.send(pathRule(listener, 3, '/a'));

  const { Rules } = await elb.send(new DescribeRulesCommand({ ListenerArn: listener }));

  expect(Rules?.map(({ Priority, IsDefault }) => [Priority, IsDefault])).toEqual([
    ['3', false],
    ['20', false],
    ['default', true],
  ]);
  expect(rule?.Conditions).toEqual([{ Field: 'path-pattern', Values: ['/a'], PathPatternConfig: { Values: ['/a'] } }]);
  const moved = await elb.send(
    new ModifyRuleCommand({ RuleArn: rule?.RuleArn, Conditions: [{ Field: 'host-header', Values: ['a.example'] }] }),
  );
  expect(moved.Rules?.[0]?.Conditions).toMatchObject([{ HostHeaderConfig: { Values: ['a.example'] } }]);
});

it('follows a target from registration to the end of its drain', async () => {
  const [loadBalancer, group] = [await createBalancer(), await createGroup()];
  const Targets = [{ Id: '127.0.0.1', Port: 9 }];
  const health = async (named?: typeof Targets) => {
    const input = { TargetGroupArn: group, ...(named && { Targets: named }) };
    const { TargetHealthDescriptions } = await elb.send(new DescribeTargetHealthCommand(input));
    return TargetHealthDescriptions?.map((one) => one.TargetHealth);
  };
  await elb.send(new RegisterTargetsCommand({ TargetGroupArn: group, Targets }));
  expect(await health()).toEqual([
    {
      State: 'unused',
      Reason: 'Target.NotInUse',
      Description: 'Target group is not configured to receive traffic from the load balancer',
    },
  ]);

  await createListener(loadBalancer, { Type: 'forward', TargetGroupArn: group });
  await expect.poll(async () => (await health())?.[0]?.State).toBe('unhealthy');
  await elb.send(new DeregisterTargetsCommand({ TargetGroupArn: group, Targets }));

  await expect.poll(() => health()).toEqual([]);
  expect(await health(Targets)).toEqual([
    {
      State: 'unused',
      Reason: 'Target.NotRegistered',
      Description: 'Target is not registered to the target group',
    },
  ]);
});

it('keeps attributes and gives the rest by default', async () => {
  const [loadBalancer, group] = [await createBalancer(), await createGroup()];
  await elb.send(
    new ModifyLoadBalancerAttributesCommand({
      LoadBalancerArn: loadBalancer,
      Attributes: [{ Key: 'idle_timeout.timeout_seconds', Value: '120' }],
    }),
  );
  await elb.send(
    new ModifyTargetGroupAttributesCommand({
      TargetGroupArn: group,
      Attributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: '30' }],
    }),
  );

  const balancers = await elb.send(new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn: loadBalancer }));
  const groups = await elb.send(new DescribeTargetGroupAttributesCommand({ TargetGroupArn: group }));

  expect(balancers.Attributes).toContainEqual({ Key: 'idle_timeout.timeout_seconds', Value: '120' });
  expect(balancers.Attributes).toContainEqual({ Key: 'access_logs.s3.bucket', Value: '' });
  expect(groups.Attributes).toContainEqual({ Key: 'deregistration_delay.timeout_seconds', Value: '30' });
  expect(groups.Attributes).toContainEqual({ Key: 'stickiness.enabled', Value: 'false' });
});

it('adds, shows and removes tags', async () => {
  const group = await createGroup({ Tags: [{ Key: 'a', Value: '1' }] });
  await elb.send(new AddTagsCommand({ ResourceArns: [group], Tags: [{ Key: 'b' }] }));
  await elb.send(new RemoveTagsCommand({ ResourceArns: [group], TagKeys: ['a'] }));

  const { TagDescriptions } = await elb.send(new DescribeTagsCommand({ ResourceArns: [group] }));

  expect(TagDescriptions).toEqual([{ ResourceArn: group, Tags: [{ Key: 'b', Value: '' }] }]);
});

it('deletes everything twice without complaint where AWS does', async () => {
  const [loadBalancer, group] = [await createBalancer(), await createGroup()];
  const listener = await createListener(loadBalancer, { Type: 'forward', TargetGroupArn: group });
  const { Rules: [rule] = [] } = await elb.send(pathRule(listener, 1, '/a'));
  await elb.send(new DeleteRuleCommand({ RuleArn: rule?.RuleArn }));
  await elb.send(new DeleteListenerCommand({ ListenerArn: listener }));
  for (let time = 0; time < 2; time++) {
    await elb.send(new DeleteLoadBalancerCommand({ LoadBalancerArn: loadBalancer }));
    await elb.send(new DeleteTargetGroupCommand({ TargetGroupArn: group }));
  }

  const gone = elb.send(new DescribeLoadBalancersCommand({ LoadBalancerArns: [loadBalancer] }));

  await expect(gone).rejects.toMatchObject({ name: 'LoadBalancerNotFoundException' });
});

it('answers limits and listener attributes', async () => {
  const listener = await createListener(await createBalancer());

  const { Limits } = await elb.send(new DescribeAccountLimitsCommand({}));
  const { Attributes } = await elb.send(new DescribeListenerAttributesCommand({ ListenerArn: listener }));

  expect(Limits).toContainEqual({ Name: 'rules-per-application-load-balancer', Max: '100' });
  expect(Attributes).toContainEqual({ Key: 'routing.http.response.server.enabled', Value: 'true' });
});
