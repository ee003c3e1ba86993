import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateRuleCommand,
  CreateTargetGroupCommand,
  DeleteRuleCommand,
  DeleteTargetGroupCommand,
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  DescribeTagsCommand,
  DescribeTargetGroupsCommand,
  ModifyListenerCommand,
  ModifyLoadBalancerAttributesCommand,
  ModifyRuleCommand,
  RegisterTargetsCommand,
  type Action,
  type CreateListenerCommandInput,
  type CreateRuleCommandInput,
  type ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { DescribeSubnetsCommand } from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestTeal, type TestTeal } from '../support/teal.ts';

let teal: TestTeal;
let elb: ElasticLoadBalancingV2Client;
let vpc: string;
let subnets: string[];
let loadBalancer: string;
let group: string;
let listener: string;
let defaultRule: string;

const FIXED: Action = { Type: 'fixed-response', FixedResponseConfig: { StatusCode: '404' } };
const PORT = 18_081;

beforeAll(async () => {
  teal = await startTestTeal();
  elb = teal.elbv2;
  const { Subnets = [] } = await teal.ec2.send(new DescribeSubnetsCommand({}));
  subnets = Subnets.map((subnet) => subnet.SubnetId ?? '').slice(0, 2);
  vpc = Subnets[0]?.VpcId ?? '';
  const balancers = await elb.send(new CreateLoadBalancerCommand({ Name: 'web', Subnets: subnets }));
  loadBalancer = balancers.LoadBalancers?.[0]?.LoadBalancerArn ?? '';
  const groups = await elb.send(new CreateTargetGroupCommand(groupInput()));
  group = groups.TargetGroups?.[0]?.TargetGroupArn ?? '';
  const listeners = await elb.send(
    listenerOf({ DefaultActions: [{ Type: 'forward', TargetGroupArn: group }], Port: PORT }),
  );
  listener = listeners.Listeners?.[0]?.ListenerArn ?? '';
  await elb.send(ruleOf({ Priority: 7 }));
  const { Rules } = await elb.send(new DescribeRulesCommand({ ListenerArn: listener }));
  defaultRule = Rules?.at(-1)?.RuleArn ?? '';
});

afterAll(() => teal.close());

const groupInput = () => ({ Name: 'blue', Protocol: 'HTTP', Port: 80, VpcId: vpc, TargetType: 'ip' }) as const;

const listenerOf = (more: Partial<CreateListenerCommandInput> = {}) =>
  new CreateListenerCommand({
    LoadBalancerArn: loadBalancer,
    Protocol: 'HTTP',
    Port: PORT + 1,
    DefaultActions: [FIXED],
    ...more,
  });

const ruleOf = (more: Partial<CreateRuleCommandInput> = {}) =>
  new CreateRuleCommand({
    ListenerArn: listener,
    Priority: 8,
    Conditions: [{ Field: 'path-pattern', Values: ['/a'] }],
    Actions: [FIXED],
    ...more,
  });

const nowhere = (kind: string) => `arn:aws:elasticloadbalancing:us-east-1:${teal.account}:${kind}/0123456789abcdef`;
const missingGroup = () => nowhere('targetgroup/none');

interface Case {
  readonly what: string;
  readonly ask: () => Promise<unknown>;
  /** The name of the SDK's exception, which for codes without a class is the code. */
  readonly name: string;
  readonly says: string | (() => string);
}

const balancer = (Name: string, Subnets = subnets) => elb.send(new CreateLoadBalancerCommand({ Name, Subnets }));
const targetGroup = (more: object) =>
  elb.send(new CreateTargetGroupCommand({ ...groupInput(), Name: 'other', ...more }));
const balancerAttribute = (Key: string, Value: string, times = 1) =>
  elb.send(
    new ModifyLoadBalancerAttributesCommand({
      LoadBalancerArn: loadBalancer,
      Attributes: Array.from({ length: times }, () => ({ Key, Value })),
    }),
  );

const CASES: readonly Case[] = [
  {
    what: 'a load balancer with a long name',
    ask: () => balancer('a'.repeat(33)),
    name: 'ValidationError',
    says: `The load balancer name '${'a'.repeat(33)}' cannot be longer than '32' characters`,
  },
  {
    what: 'a load balancer named internal-…',
    ask: () => balancer('internal-web'),
    name: 'ValidationError',
    says: "The load balancer name 'internal-web' cannot begin with 'internal-'",
  },
  {
    what: 'a load balancer whose name ends in a hyphen',
    ask: () => balancer('web-'),
    name: 'ValidationError',
    says: "The load balancer name 'web-' cannot end with a hyphen(-)",
  },
  {
    what: 'a load balancer in one subnet',
    ask: () => balancer('one', subnets.slice(0, 1)),
    name: 'ValidationError',
    says: 'At least two subnets in two different Availability Zones must be specified',
  },
  {
    what: 'a load balancer in an unknown subnet',
    ask: () => balancer('one', ['subnet-x', ...subnets]),
    name: 'SubnetNotFoundException',
    says: "The subnet ID 'subnet-x' does not exist",
  },
  {
    what: 'a load balancer with a name that is taken',
    ask: () => elb.send(new CreateLoadBalancerCommand({ Name: 'web', Subnets: subnets, Scheme: 'internal' })),
    name: 'DuplicateLoadBalancerNameException',
    says: "A load balancer with the same name 'web' exists, but with different settings",
  },
  {
    what: 'an unknown load balancer',
    ask: () => elb.send(new DescribeLoadBalancersCommand({ Names: ['none'] })),
    name: 'LoadBalancerNotFoundException',
    says: 'One or more load balancers not found',
  },
  {
    what: 'an unknown load balancer attribute',
    ask: () => balancerAttribute('colour', 'red'),
    name: 'ValidationError',
    says: "Load balancer attribute key 'colour' is not recognized",
  },
  {
    what: 'a long idle timeout',
    ask: () => balancerAttribute('idle_timeout.timeout_seconds', '4001'),
    name: 'ValidationError',
    says: "The value of 'idle_timeout.timeout_seconds' cannot be greater than 4000 characters",
  },
  {
    what: 'an attribute given twice',
    ask: () => balancerAttribute('waf.fail_open.enabled', 'true', 2),
    name: 'ValidationError',
    says: "Attribute key 'waf.fail_open.enabled' has been specified more than once",
  },
  {
    what: 'a target group without a protocol',
    ask: () => targetGroup({ Protocol: undefined }),
    name: 'ValidationError',
    says: 'A protocol must be specified',
  },
  {
    what: 'a target group without a VPC',
    ask: () => targetGroup({ VpcId: undefined }),
    name: 'ValidationError',
    says: 'A VPC ID must be specified',
  },
  {
    what: 'a target group whose name begins with a hyphen',
    ask: () => targetGroup({ Name: '-blue' }),
    name: 'ValidationError',
    says: "Target group name '-blue' cannot begin or end with '-'",
  },
  {
    what: 'a health check that takes as long as its interval',
    ask: () => targetGroup({ HealthCheckIntervalSeconds: 10, HealthCheckTimeoutSeconds: 10 }),
    name: 'ValidationError',
    says: "Health check timeout '10' must be smaller than the interval '10'",
  },
  {
    what: 'a health check more often than every five seconds',
    ask: () => targetGroup({ HealthCheckIntervalSeconds: 4 }),
    name: 'ValidationError',
    says: "Value '4' at 'healthCheckIntervalSeconds' failed to satisfy constraint",
  },
  {
    what: 'a target group with a name that is taken',
    ask: () => targetGroup({ Name: 'blue', Port: 81 }),
    name: 'DuplicateTargetGroupNameException',
    says: "A target group with the same name 'blue' exists, but with different settings",
  },
  {
    what: 'an unknown target group',
    ask: () => elb.send(new DescribeTargetGroupsCommand({ TargetGroupArns: ['blue'] })),
    name: 'TargetGroupNotFoundException',
    says: 'One or more target groups not found',
  },
  {
    what: 'the deletion of a target group in use',
    ask: () => elb.send(new DeleteTargetGroupCommand({ TargetGroupArn: group })),
    name: 'ResourceInUseException',
    says: () => `Target group '${group}' is currently in use by a listener or a rule`,
  },
  {
    what: 'a target that is no address',
    ask: () => elb.send(new RegisterTargetsCommand({ TargetGroupArn: group, Targets: [{ Id: 'web.example' }] })),
    name: 'ValidationError',
    says: "The IP address 'web.example' is not a valid IPv4 address",
  },
  {
    what: 'a listener without a port',
    ask: () => elb.send(listenerOf({ Port: undefined })),
    name: 'ValidationError',
    says: 'A listener port must be specified',
  },
  {
    what: 'a TCP listener',
    ask: () => elb.send(listenerOf({ Protocol: 'TCP' })),
    name: 'ValidationError',
    says: "Listener protocol 'TCP' must be one of 'HTTP, HTTPS'",
  },
  {
    what: 'an HTTPS listener without a certificate',
    ask: () => elb.send(listenerOf({ Protocol: 'HTTPS' })),
    name: 'ValidationError',
    says: 'A certificate must be specified for HTTPS listeners',
  },
  {
    what: 'a second listener on a port',
    ask: () => elb.send(listenerOf({ Port: PORT })),
    name: 'DuplicateListenerException',
    says: () => `A listener already exists on this port for this load balancer '${loadBalancer}'`,
  },
  {
    what: 'a listener to an unknown group',
    ask: () => elb.send(listenerOf({ DefaultActions: [{ Type: 'forward', TargetGroupArn: missingGroup() }] })),
    name: 'TargetGroupNotFoundException',
    says: () => `Target groups '${missingGroup()}' not found`,
  },
  {
    what: 'a fixed response without its config',
    ask: () => elb.send(listenerOf({ DefaultActions: [{ Type: 'fixed-response' }] })),
    name: 'InvalidLoadBalancerActionException',
    says: "For actions of type 'fixed-response', you must specify the following fields: 'FixedResponseConfig'",
  },
  {
    what: 'an unknown listener',
    ask: () => elb.send(new ModifyListenerCommand({ ListenerArn: nowhere('listener/app/web/0'), Port: 1 })),
    name: 'ListenerNotFoundException',
    says: 'One or more listeners not found',
  },
  {
    what: 'listeners of nothing',
    ask: () => elb.send(new DescribeListenersCommand({})),
    name: 'ValidationError',
    says: 'You must specify either listener ARNs or a load balancer ARN',
  },
  {
    what: 'a rule at a priority in use',
    ask: () => elb.send(ruleOf({ Priority: 7 })),
    name: 'PriorityInUseException',
    says: "Priority '7' is currently in use",
  },
  {
    what: 'a rule without conditions',
    ask: () => elb.send(ruleOf({ Conditions: [] })),
    name: 'ValidationError',
    says: 'A condition must be specified',
  },
  {
    what: 'a condition on a header without its config',
    ask: () => elb.send(ruleOf({ Conditions: [{ Field: 'http-header', Values: ['x'] }] })),
    name: 'ValidationError',
    says: "The 'Values' field is not compatible with 'http-header'",
  },
  {
    what: 'a change of the default rule',
    ask: () => elb.send(new ModifyRuleCommand({ RuleArn: defaultRule, Actions: [FIXED] })),
    name: 'OperationNotPermittedException',
    says: () => `Default rule '${defaultRule}' cannot be modified`,
  },
  {
    what: 'the deletion of the default rule',
    ask: () => elb.send(new DeleteRuleCommand({ RuleArn: defaultRule })),
    name: 'OperationNotPermittedException',
    says: () => `Default rule '${defaultRule}' cannot be deleted`,
  },
  {
    what: 'the deletion of an unknown rule',
    ask: () => elb.send(new DeleteRuleCommand({ RuleArn: nowhere('listener-rule/app/web/0/0') })),
    name: 'RuleNotFoundException',
    says: 'One or more rules not found',
  },
  {
    what: 'tags of an unknown group',
    ask: () => elb.send(new DescribeTagsCommand({ ResourceArns: [missingGroup()] })),
    name: 'TargetGroupNotFoundException',
    says: 'One or more target groups not found',
  },
];

it.each(CASES)('refuses $what', async ({ ask, name, says }) => {
  const error = await ask().then(
    () => undefined,
    (reason: unknown) => reason,
  );

  expect(error).toMatchObject({ name, $metadata: { httpStatusCode: 400 } });
  expect((error as Error).message).toContain(typeof says === 'string' ? says : says());
});
