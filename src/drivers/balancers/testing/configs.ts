import { millis } from '../../../kernel/span.ts';
import type {
  BalancerConfig,
  HealthCheckConfig,
  HttpSettings,
  ListenerConfig,
  RuleConfig,
  TargetGroupConfig,
} from '../balancer.ts';

export const HEALTH_CHECK: HealthCheckConfig = {
  enabled: true,
  protocol: 'http',
  path: '/health',
  port: 'traffic-port',
  interval: millis(100),
  timeout: millis(20_000),
  healthyThreshold: 2,
  unhealthyThreshold: 2,
  matcher: '200',
};

/** As a new load balancer has them. */
export const HTTP_SETTINGS: HttpSettings = {
  idleTimeout: millis(60_000),
  clientKeepAlive: millis(3_600_000),
  http2: true,
  dropInvalidHeaders: false,
  desyncMitigation: 'defensive',
  preserveHost: false,
  forwardedFor: 'append',
  forwardedForPort: false,
  tlsHeaders: false,
  serverHeader: true,
  answerHeaders: [],
};

/** A group of targets on loopback ports. */
export function groupOf(
  name: string,
  ports: readonly number[],
  more: Partial<TargetGroupConfig> = {},
): TargetGroupConfig {
  const targets = ports.map((port) => ({ key: `127.0.0.1:${port}`, host: '127.0.0.1', port, draining: false }));
  return {
    arn: name,
    protocol: 'http',
    version: 'HTTP1',
    inUse: true,
    algorithm: 'round_robin',
    slowStart: millis(0),
    minimumHealthy: { count: 1 },
    healthCheck: HEALTH_CHECK,
    targets,
    ...more,
  };
}

/** A default rule that forwards by weight, such as `{ blue: 90, green: 10 }`. */
export function forwardTo(weights: Readonly<Record<string, number>>): RuleConfig {
  const groups = Object.entries(weights).map(([targetGroupArn, weight]) => ({ targetGroupArn, weight }));
  return { arn: 'default', priority: 0, conditions: [], action: { type: 'forward', groups } };
}

export function listenerOf(rules: readonly RuleConfig[], more: Partial<ListenerConfig> = {}): ListenerConfig {
  return {
    arn: 'listener',
    loadBalancer: 'app/web/1',
    hosts: ['web-1.us-east-1.elb.localhost'],
    // 0 asks for any free port.
    port: 0,
    http: HTTP_SETTINGS,
    rules,
    ...more,
  };
}

export const configOf = (
  epoch: number,
  listeners: readonly ListenerConfig[],
  targetGroups: readonly TargetGroupConfig[],
): BalancerConfig => ({ epoch, listeners, targetGroups });
