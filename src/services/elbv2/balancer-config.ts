import type {
  BalancerConfig,
  HealthCheckConfig,
  ListenerConfig,
  RuleAction,
  TargetConfig,
  TargetGroupConfig,
} from '../../drivers/balancers/balancer.ts';
import { seconds, type Millis } from '../../kernel/span.ts';
import { httpSettings } from './settings/http-settings.ts';
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
}

/**
 * Computes all that the balancer must do from what the store holds.
 *
 * @param scaled - turns a configured span into real time; of the health check only the interval is scaled, since its
 * timeout is a limit on real I/O
 */
export function balancerConfig(wish: BalancerWish, scaled: (configured: Millis) => Millis): BalancerConfig {
  const loadBalancers = new Map(wish.loadBalancers.map((record) => [record.arn, record]));
  const rules = groupBy(wish.rules, (rule) => rule.listenerArn);
  const targets = groupBy(wish.targets, (target) => target.targetGroupArn);
  const used = usedGroups(wish.listeners, wish.rules);
  return {
    epoch: wish.epoch,
    listeners: wish.listeners.flatMap((listener) => {
      const loadBalancer = loadBalancers.get(listener.loadBalancerArn);
      return loadBalancer ? [listenerConfig(listener, loadBalancer, rules.get(listener.arn) ?? [])] : [];
    }),
    targetGroups: wish.targetGroups.map((group): TargetGroupConfig => ({
      arn: group.arn,
      protocol: group.protocol === 'HTTPS' ? 'https' : 'http',
      version: group.protocolVersion,
      inUse: used.has(group.arn),
      ...routing(group, scaled),
      healthCheck: healthCheckConfig(group.healthCheck, scaled),
      targets: (targets.get(group.arn) ?? []).map((target) => targetConfig(target, group)),
    })),
  };
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
    http: httpSettings(loadBalancer),
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
