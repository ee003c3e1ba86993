import { DescribeSubnetsCommand } from '@aws-sdk/client-ec2';
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateRuleCommand,
  CreateTargetGroupCommand,
  DescribeListenersCommand,
  DescribeTagsCommand,
  DescribeTargetHealthCommand,
  RegisterTargetsCommand,
  type Action,
  type CreateTargetGroupCommandInput,
  type RuleCondition,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { TestTeal } from './teal.ts';

/** Makes load balancers and what belongs to them, as a user does. */
export interface ElbStack {
  readonly vpc: string;
  readonly subnets: readonly string[];
  /** A name that nothing in this stack has. */
  freshName(what: string): string;
  balancer(): Promise<string>;
  group(more?: Partial<CreateTargetGroupCommandInput>): Promise<string>;
  /** On a port that is its own where it can be had. */
  listener(balancer: string, action?: Action): Promise<string>;
  rule(listener: string, priority: number, conditions: RuleCondition[], actions?: Action[]): Promise<string>;
  /** The port that the listener really answers on. */
  boundPort(listener: string): Promise<number>;
  /** Registers ports of this machine. */
  register(group: string, ...ports: number[]): Promise<void>;
  /** The states of the group's targets, in the order of their registration. */
  states(group: string): Promise<(string | undefined)[]>;
}

export const FIXED: Action = { Type: 'fixed-response', FixedResponseConfig: { StatusCode: '404' } };

export const forwardTo = (TargetGroupArn: string): Action => ({ Type: 'forward', TargetGroupArn });

/** A fixed response that says which rule answered. */
export const saying = (MessageBody: string): Action => ({
  Type: 'fixed-response',
  FixedResponseConfig: { StatusCode: '200', ContentType: 'text/plain', MessageBody },
});

/** @param firstPort - the listeners of the stack ask for this port and those after it */
export async function elbStack(
  { elbv2: elb, ec2 }: Pick<TestTeal, 'elbv2' | 'ec2'>,
  firstPort: number,
): Promise<ElbStack> {
  const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({}));
  const subnets = Subnets.map((subnet) => subnet.SubnetId ?? '').slice(0, 2);
  const vpc = Subnets[0]?.VpcId ?? '';
  let made = 0;
  const freshName = (what: string): string => `${what}-${++made}`;
  return {
    vpc,
    subnets,
    freshName,
    async balancer() {
      const answer = await elb.send(new CreateLoadBalancerCommand({ Name: freshName('web'), Subnets: subnets }));
      return answer.LoadBalancers?.[0]?.LoadBalancerArn ?? '';
    },
    async group(more) {
      const input = { Name: freshName('group'), Protocol: 'HTTP', Port: 80, VpcId: vpc, TargetType: 'ip' } as const;
      const answer = await elb.send(new CreateTargetGroupCommand({ ...input, ...more }));
      return answer.TargetGroups?.[0]?.TargetGroupArn ?? '';
    },
    async listener(LoadBalancerArn, action = FIXED) {
      const Port = firstPort + ++made;
      const answer = await elb.send(
        new CreateListenerCommand({ LoadBalancerArn, Protocol: 'HTTP', Port, DefaultActions: [action] }),
      );
      return answer.Listeners?.[0]?.ListenerArn ?? '';
    },
    async rule(ListenerArn, Priority, Conditions, Actions = [FIXED]) {
      const answer = await elb.send(new CreateRuleCommand({ ListenerArn, Priority, Conditions, Actions }));
      return answer.Rules?.[0]?.RuleArn ?? '';
    },
    async boundPort(arn) {
      const { TagDescriptions } = await elb.send(new DescribeTagsCommand({ ResourceArns: [arn] }));
      const bound = TagDescriptions?.[0]?.Tags?.find(({ Key }) => Key === 'teal:bound-port')?.Value;
      const { Listeners } = await elb.send(new DescribeListenersCommand({ ListenerArns: [arn] }));
      return Number(bound ?? Listeners?.[0]?.Port);
    },
    async register(TargetGroupArn, ...ports) {
      const Targets = ports.map((Port) => ({ Id: '127.0.0.1', Port }));
      await elb.send(new RegisterTargetsCommand({ TargetGroupArn, Targets }));
    },
    async states(TargetGroupArn) {
      const answer = await elb.send(new DescribeTargetHealthCommand({ TargetGroupArn }));
      return (answer.TargetHealthDescriptions ?? []).map(({ TargetHealth }) => TargetHealth?.State);
    },
  };
}

/** What an AWS call is refused with: the SDK's name of the error, which for codes without a class is the code. */
export async function refusal(asked: Promise<unknown>): Promise<{ readonly name: string; readonly message: string }> {
  try {
    await asked;
  } catch (cause) {
    if (cause instanceof Error) return { name: cause.name, message: cause.message };
    throw cause;
  }
  throw new Error('it was not refused');
}
