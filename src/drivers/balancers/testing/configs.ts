import { millis } from '../../../kernel/span.ts';
import type { BalancerConfig, HealthCheckConfig, ListenerConfig, RuleConfig, TargetGroupConfig } from '../balancer.ts';

export const HEALTH_CHECK: HealthCheckConfig = {
  enabled: true,
  path: '/health',
  port: 'traffic-port',
  interval: millis(100),
  timeout: millis(2000),
  healthyThreshold: 2,
  unhealthyThreshold: 2,
  matcher: '200',
};

/** A group of targets on loopback ports. */
export function groupOf(
  name: string,
  ports: readonly number[],
  more: Partial<TargetGroupConfig> = {},
): TargetGroupConfig {
  const targets = ports.map((port) => ({ key: `127.0.0.1:${port}`, host: '127.0.0.1', port, draining: false }));
  return { arn: name, inUse: true, healthCheck: HEALTH_CHECK, targets, ...more };
}

/** A default rule that forwards by weight, such as `{ blue: 90, green: 10 }`. */
export function forwardTo(weights: Readonly<Record<string, number>>): RuleConfig {
  const groups = Object.entries(weights).map(([targetGroupArn, weight]) => ({ targetGroupArn, weight }));
  return { arn: 'default', conditions: [], action: { type: 'forward', groups } };
}

export function listenerOf(rules: readonly RuleConfig[], more: Partial<ListenerConfig> = {}): ListenerConfig {
  return {
    arn: 'listener',
    loadBalancer: 'app/web/1',
    hosts: ['web-1.us-east-1.elb.localhost'],
    // 0 asks for any free port.
    port: 0,
    idleTimeout: millis(60_000),
    rules,
    ...more,
  };
}

export const configOf = (
  epoch: number,
  listeners: readonly ListenerConfig[],
  targetGroups: readonly TargetGroupConfig[],
): BalancerConfig => ({ epoch, listeners, targetGroups });
