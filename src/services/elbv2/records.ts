import type { RuleCondition } from '../../drivers/balancers/balancer.ts';
import type { Transaction } from '../../store/store.ts';

export type TagSet = Readonly<Record<string, string>>;

export interface Zone {
  readonly zoneName: string;
  readonly subnetId: string;
}

export interface LoadBalancerRecord {
  readonly arn: string;
  readonly name: string;
  readonly dnsName: string;
  readonly scheme: 'internet-facing' | 'internal';
  /** `ipv4` when absent. */
  readonly ipAddressType?: 'ipv4' | 'dualstack' | 'dualstack-without-public-ipv4';
  /** Unknown where nobody keeps VPCs. */
  readonly vpcId?: string;
  readonly zones: readonly Zone[];
  readonly securityGroups: readonly string[];
  readonly createdAt: number;
  /** Only those that differ from the defaults or were once set. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly tags: TagSet;
}

/** Spans are configured seconds, as in the API. */
export interface HealthCheckSettings {
  readonly protocol: 'HTTP' | 'HTTPS';
  readonly path: string;
  readonly port: string;
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  readonly healthyThreshold: number;
  readonly unhealthyThreshold: number;
  /** HTTP codes, or gRPC codes where the group's version is GRPC. */
  readonly matcher: string;
}

export interface TargetGroupRecord {
  readonly arn: string;
  readonly name: string;
  readonly protocol: 'HTTP' | 'HTTPS';
  readonly protocolVersion: 'HTTP1' | 'HTTP2' | 'GRPC';
  readonly port: number;
  readonly vpcId: string;
  readonly targetType: 'instance' | 'ip';
  readonly healthCheck: HealthCheckSettings;
  readonly attributes: Readonly<Record<string, string>>;
  readonly tags: TagSet;
}

export interface WeightedGroup {
  readonly targetGroupArn: string;
  readonly weight: number;
}

/** `order` is kept only where the client gave one: AWS shows it only then. */
export type ActionRecord =
  | {
      readonly type: 'forward';
      readonly order?: number;
      readonly groups: readonly WeightedGroup[];
      /** Of clients to a group; absent when off. */
      readonly stickinessSeconds?: number;
    }
  | {
      readonly type: 'fixed-response';
      readonly order?: number;
      readonly statusCode: string;
      readonly contentType?: string;
      readonly messageBody?: string;
    }
  | {
      readonly type: 'redirect';
      readonly order?: number;
      readonly statusCode: 'HTTP_301' | 'HTTP_302';
      readonly protocol: string;
      readonly host: string;
      readonly port: string;
      readonly path: string;
      readonly query: string;
    };

/** As the balancer takes them: one rule for both. */
export type ConditionRecord = RuleCondition;

export interface ListenerRecord {
  readonly arn: string;
  readonly loadBalancerArn: string;
  readonly port: number;
  readonly protocol: 'HTTP' | 'HTTPS';
  /** Of HTTPS listeners: the default certificate first. */
  readonly certificateArns: readonly string[];
  /** Of HTTPS listeners: a name of `settings/ssl-policies.ts`. */
  readonly sslPolicy?: string;
  /** Only those that differ from the defaults or were once set. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly defaultRuleArn: string;
  readonly action: ActionRecord;
  /** Of the default rule. */
  readonly defaultRuleTags?: TagSet;
  readonly tags: TagSet;
}

/** Every rule but the default one, which is the listener's own action. */
export interface RuleRecord {
  readonly arn: string;
  readonly listenerArn: string;
  readonly priority: number;
  readonly conditions: readonly ConditionRecord[];
  readonly action: ActionRecord;
  readonly tags: TagSet;
}

export interface TargetRecord {
  readonly targetGroupArn: string;
  readonly id: string;
  readonly port: number;
  readonly zone?: string;
  /** The first config in which the target stands as it does: what the balancer saw earlier says nothing about it. */
  readonly registeredEpoch: number;
  /**
   * Deregistered, and perhaps with requests in flight. `by` is epoch milliseconds of real time; `isIdle` once nothing is
   * in flight any more: then the balancer no longer knows the target.
   */
  readonly draining?: { readonly epoch: number; readonly by: number; readonly isIdle?: true };
}

/** The records of this service, in a store or in one of its transactions. */
export const elbRecords = (tx: Transaction) => ({
  loadBalancers: tx.records<LoadBalancerRecord>('elbv2_load_balancers'),
  targetGroups: tx.records<TargetGroupRecord>('elbv2_target_groups'),
  listeners: tx.records<ListenerRecord>('elbv2_listeners'),
  rules: tx.records<RuleRecord>('elbv2_rules'),
  targets: tx.records<TargetRecord>('elbv2_targets'),
});

export type ElbRecords = ReturnType<typeof elbRecords>;

/** What tells targets of one group apart: `ID:PORT`. */
export const targetKey = (target: { readonly id: string; readonly port: number }): string =>
  `${target.id}:${target.port}`;

/** The id that a target is kept under. */
export const targetId = (targetGroupArn: string, key: string): string => `${targetGroupArn} ${key}`;
