import {
  DeregisterTargetsCommand,
  DescribeRulesCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  RegisterTargetsCommand,
  type DescribeTargetHealthCommandOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Scope } from '../kernel/scope.ts';
import type { AwsClients } from './clients.ts';
import { forwardOf, weightsOf } from './forward-action.ts';

export interface TargetGroupView {
  readonly arn: string;
  readonly targetType: string;
  /** Whether a listener of some load balancer names it. */
  readonly hasLoadBalancer: boolean;
}

/** One place that a target group may send requests to: an IP address or an instance id, and a port. */
export interface Target {
  readonly id: string;
  readonly port: number;
}

export interface TargetHealth extends Target {
  readonly state: 'initial' | 'healthy' | 'unhealthy' | 'unused' | 'draining' | 'unavailable' | 'unhealthy.draining';
  readonly reason?: string;
  readonly description?: string;
}

/** The load balancer as ECS sees it: ordinary ELB calls, so it may be Teal's own or AWS's. */
export interface Targets {
  /** `undefined` when there is no such target group. */
  describe(scope: Scope, targetGroupArn: string): Promise<TargetGroupView | undefined>;
  /** Where a rule forwards, by target group; empty where it does not. `undefined` when there is no such rule. */
  weights(scope: Scope, ruleArn: string): Promise<Readonly<Record<string, number>> | undefined>;
  /** Registers, or does nothing for a target that is. `missing` when there is no such target group. */
  register(scope: Scope, targetGroupArn: string, target: Target): Promise<'registered' | 'missing'>;
  /** Begins to drain. A target or group that is not there is no error. */
  deregister(scope: Scope, targetGroupArn: string, target: Target): Promise<void>;
  /**
   * Every target the group still knows, but those that drain with nothing in flight, where the load balancer says so
   * (Teal's does, AWS's does not). One that was deregistered has drained once it is no longer listed as draining. Empty
   * when there is no such group.
   */
  health(scope: Scope, targetGroupArn: string): Promise<readonly TargetHealth[]>;
}

const MISSING_GROUP = ['TargetGroupNotFound', 'TargetGroupNotFoundException'];
const MISSING_RULE = ['RuleNotFound', 'RuleNotFoundException'];
const NOT_THERE = [...MISSING_GROUP, 'InvalidTarget', 'InvalidTargetException'];

/** The load balancer reached with SDK clients. */
export function createTargets(clients: AwsClients): Targets {
  return {
    async describe(scope, targetGroupArn) {
      const found = await unless(
        MISSING_GROUP,
        clients.elbv2(scope).send(new DescribeTargetGroupsCommand({ TargetGroupArns: [targetGroupArn] })),
      );
      const group = found?.TargetGroups?.[0];
      if (!group) return undefined;
      return {
        arn: targetGroupArn,
        targetType: group.TargetType ?? 'instance',
        hasLoadBalancer: (group.LoadBalancerArns ?? []).length > 0,
      };
    },
    async weights(scope, ruleArn) {
      const command = new DescribeRulesCommand({ RuleArns: [ruleArn] });
      const rule = (await unless(MISSING_RULE, clients.elbv2(scope).send(command)))?.Rules?.[0];
      const forward = rule && forwardOf(rule.Actions ?? []);
      return rule && (forward ? weightsOf(forward) : {});
    },
    async register(scope, targetGroupArn, target) {
      const command = new RegisterTargetsCommand({ TargetGroupArn: targetGroupArn, Targets: [asInput(target)] });
      return (await unless(MISSING_GROUP, clients.elbv2(scope).send(command))) ? 'registered' : 'missing';
    },
    async deregister(scope, targetGroupArn, target) {
      const command = new DeregisterTargetsCommand({ TargetGroupArn: targetGroupArn, Targets: [asInput(target)] });
      await unless(NOT_THERE, clients.elbv2(scope).send(command));
    },
    async health(scope, targetGroupArn) {
      const command = new DescribeTargetHealthCommand({ TargetGroupArn: targetGroupArn });
      const answer = await unless(MISSING_GROUP, clients.elbv2(scope).send(command));
      return (answer?.TargetHealthDescriptions ?? []).map(asHealth).filter((health) => !isIdle(health));
    },
  };
}

const asInput = ({ id, port }: Target) => ({ Id: id, Port: port });

type HealthDescription = NonNullable<DescribeTargetHealthCommandOutput['TargetHealthDescriptions']>[number];

/** The words are those of Teal's load balancer, in `services/elbv2/target-health.ts`. */
const isIdle = ({ state, description = '' }: TargetHealth): boolean =>
  state === 'draining' && description.endsWith('no request is in flight any more');

function asHealth({ Target: target, TargetHealth: health }: HealthDescription): TargetHealth {
  return {
    id: target?.Id ?? '',
    port: target?.Port ?? 0,
    state: health?.State ?? 'unavailable',
    ...(health?.Reason !== undefined && { reason: health.Reason }),
    ...(health?.Description !== undefined && { description: health.Description }),
  };
}

/** The answer, or `undefined` when it is one of the named errors. */
async function unless<T>(names: readonly string[], answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (cause) {
    if (cause instanceof Error && names.includes(cause.name)) return undefined;
    throw cause;
  }
}
