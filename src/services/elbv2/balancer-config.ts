import type {
  BalancerConfig,
  CertificateConfig,
  HealthCheckConfig,
  ListenerConfig,
  ListenerTls,
  RuleAction,
  TargetConfig,
  TargetGroupConfig,
} from '../../drivers/balancers/balancer.ts';
import { seconds, type Millis } from '../../kernel/span.ts';
import { accessLog } from './settings/access-logs.ts';
import { httpSettings } from './settings/http-settings.ts';
import { accessLogPlace } from './settings/load-balancer-attributes.ts';
import { sslPolicyTls, DEFAULT_SSL_POLICY } from './settings/ssl-policies.ts';
import { routing } from './settings/target-routing.ts';
import {
  targetKey,
  type ActionRecord,
  type HealthCheckSettings,
  type ListenerRecord,
  type LoadBalancerRecord,
  type RuleRecord,
  type TargetGroupRecord,
  type TargetRecord,
} from './records.ts';

/** The records of every account and region at one moment. */
export interface BalancerWish {
  readonly epoch: number;
  readonly loadBalancers: readonly LoadBalancerRecord[];
  readonly listeners: readonly ListenerRecord[];
  readonly rules: readonly RuleRecord[];
  readonly targetGroups: readonly TargetGroupRecord[];
  readonly targets: readonly TargetRecord[];
  /** Those that listeners name, by ARN; what is missing is gone. */
  readonly certificates: ReadonlyMap<string, CertificateConfig>;
}

/** What the config depends on beside the store. */
export interface Surroundings {
  /** Turns a configured span into real time. */
  readonly scaled: (configured: Millis) => Millis;
  /** Where access logs go, a folder per bucket; absolute. */
  readonly accessLogFolder: string;
}

/**
 * Computes all that the balancer must do from what the store holds.
 *
 * Of health checks only the interval is scaled, since the timeout is a limit on real I/O.
 */
export function balancerConfig(wish: BalancerWish, surroundings: Surroundings): BalancerConfig {
  const { scaled } = surroundings;
  const loadBalancers = new Map(wish.loadBalancers.map((record) => [record.arn, record]));
  const rules = groupBy(wish.rules, (rule) => rule.listenerArn);
  const targets = groupBy(wish.targets, (target) => target.targetGroupArn);
  const used = usedGroups(wish.listeners, wish.rules);
  return {
    epoch: wish.epoch,
    listeners: wish.listeners.flatMap((listener) => {
      const loadBalancer = loadBalancers.get(listener.loadBalancerArn);
      if (!loadBalancer || lacksCertificate(listener, wish)) return [];
      const tls = listenerTls(listener, wish);
      const log = accessLogPlace(loadBalancer);
      return [
        {
          ...listenerConfig(listener, loadBalancer, rules.get(listener.arn) ?? []),
          ...(tls && { tls }),
          ...(log && { accessLog: accessLog(surroundings.accessLogFolder, loadBalancer, log) }),
        },
      ];
    }),
    targetGroups: wish.targetGroups.map((group): TargetGroupConfig => ({
      arn: group.arn,
      protocol: group.protocol === 'HTTPS' ? 'https' : 'http',
      version: group.protocolVersion,
      inUse: used.has(group.arn),
      ...routing(group, scaled),
      healthCheck: healthCheckConfig(group.healthCheck, scaled),
      targets: (targets.get(group.arn) ?? [])
        .filter((target) => target.draining?.isIdle !== true)
        .map((target) => targetConfig(target, group)),
    })),
  };
}

/** Whether the listener cannot speak TLS, since its default certificate is gone: it is left out. */
export const lacksCertificate = (
  { protocol, certificateArns: [first = ''] }: ListenerRecord,
  { certificates }: Pick<BalancerWish, 'certificates'>,
): boolean => protocol === 'HTTPS' && !certificates.has(first);

function listenerTls(listener: ListenerRecord, { certificates }: BalancerWish): ListenerTls | undefined {
  if (listener.protocol !== 'HTTPS') return undefined;
  // The default one may be in the list of the others too.
  const found = [...new Set(listener.certificateArns)].flatMap((arn) => certificates.get(arn) ?? []);
  return { certificates: found, ...sslPolicyTls(listener.sslPolicy ?? DEFAULT_SSL_POLICY) };
}

/** The groups that any listener or rule names, at weight 0 too. */
export function usedGroups(listeners: readonly ListenerRecord[], rules: readonly RuleRecord[]): ReadonlySet<string> {
  return new Set([...listeners, ...rules].flatMap((holder) => groupsOf(holder.action)));
}

/** The target groups that an action names. */
export const groupsOf = (action: ActionRecord): readonly string[] =>
  action.type === 'forward' ? action.groups.map((group) => group.targetGroupArn) : [];

function listenerConfig(
  listener: ListenerRecord,
  loadBalancer: LoadBalancerRecord,
  rules: readonly RuleRecord[],
): ListenerConfig {
  const byPriority = [...rules].sort((a, b) => a.priority - b.priority);
  return {
    arn: listener.arn,
    loadBalancer: loadBalancer.arn.replace(/^.*:loadbalancer\//, ''),
    hosts: [loadBalancer.dnsName.toLowerCase()],
    port: listener.port,
    http: httpSettings(loadBalancer, listener),
    rules: [
      ...byPriority.map((rule) => ({
        arn: rule.arn,
        priority: rule.priority,
        conditions: rule.conditions,
        action: ruleAction(rule.action),
      })),
      { arn: listener.defaultRuleArn, priority: 0, conditions: [], action: ruleAction(listener.action) },
    ],
  };
}

function ruleAction(action: ActionRecord): RuleAction {
  switch (action.type) {
    case 'forward':
      return {
        type: 'forward',
        groups: action.groups,
        ...(action.stickinessSeconds !== undefined && { stickiness: { duration: seconds(action.stickinessSeconds) } }),
      };
    case 'fixed-response':
      return {
        type: 'fixed-response',
        statusCode: Number(action.statusCode),
        contentType: action.contentType ?? 'text/plain',
        body: action.messageBody ?? '',
      };
    case 'redirect': {
      const { protocol, host, port, path, query } = action;
      const statusCode = action.statusCode === 'HTTP_301' ? 301 : 302;
      return { type: 'redirect', statusCode, protocol, host, port, path, query };
    }
  }
}

function targetConfig(target: TargetRecord, group: TargetGroupRecord): TargetConfig {
  return {
    key: targetKey(target),
    // Every instance is this machine: Teal runs tasks of the EC2 kind here.
    host: group.targetType === 'ip' ? target.id : '127.0.0.1',
    port: target.port,
    draining: target.draining !== undefined,
    ...(target.draining && { drainBy: target.draining.by }),
  };
}

const healthCheckConfig = (check: HealthCheckSettings, scaled: (span: Millis) => Millis): HealthCheckConfig => ({
  enabled: true,
  protocol: check.protocol === 'HTTPS' ? 'https' : 'http',
  path: check.path,
  port: check.port === 'traffic-port' ? 'traffic-port' : Number(check.port),
  interval: scaled(seconds(check.intervalSeconds)),
  timeout: seconds(check.timeoutSeconds),
  healthyThreshold: check.healthyThreshold,
  unhealthyThreshold: check.unhealthyThreshold,
  matcher: check.matcher,
});

function groupBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
}
