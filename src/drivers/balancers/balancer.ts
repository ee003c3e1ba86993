import type { Millis } from '../../kernel/span.ts';

/**
 * Everything the balancer must do, whole: drivers compare it with what they do and move there. Epochs grow; an older
 * one than the applied is ignored.
 */
export interface BalancerConfig {
  readonly epoch: number;
  /** The oldest first: of several on one port, the first gets the requests that name none of them. */
  readonly listeners: readonly ListenerConfig[];
  readonly targetGroups: readonly TargetGroupConfig[];
}

export interface ListenerConfig {
  readonly arn: string;
  /** `app/NAME/ID`. */
  readonly loadBalancer: string;
  /** The names that tell load balancers apart on a shared port, lower case; such as `web-123.us-east-1.elb.localhost`. */
  readonly hosts: readonly string[];
  /** The port that was asked for; where it cannot be bound the driver takes a free one and says so. */
  readonly port: number;
  readonly idleTimeout: Millis;
  /** By priority, the default rule last (it has no conditions). */
  readonly rules: readonly RuleConfig[];
}

export interface RuleConfig {
  readonly arn: string;
  readonly conditions: readonly RuleCondition[];
  readonly action: RuleAction;
}

/** Values of one condition are alternatives; `*` and `?` are wildcards. */
export type RuleCondition =
  | { readonly field: 'host-header'; readonly values: readonly string[] }
  | { readonly field: 'path-pattern'; readonly values: readonly string[] };

export type RuleAction =
  | {
      readonly type: 'forward';
      readonly groups: readonly { readonly targetGroupArn: string; readonly weight: number }[];
    }
  | {
      readonly type: 'fixed-response';
      readonly statusCode: number;
      readonly contentType: string;
      readonly body: string;
    }
  | {
      readonly type: 'redirect';
      readonly statusCode: 301 | 302;
      /** With `#{protocol} #{host} #{port} #{path} #{query}`. */
      readonly protocol: string;
      readonly host: string;
      readonly port: string;
      readonly path: string;
      readonly query: string;
    };

export interface TargetGroupConfig {
  readonly arn: string;
  /** Whether any listener's action names the group, at weight 0 too: only then are its targets checked. */
  readonly inUse: boolean;
  readonly healthCheck: HealthCheckConfig;
  readonly targets: readonly TargetConfig[];
}

export interface TargetConfig {
  /** Unique in the group: `ID:PORT` as registered. */
  readonly key: string;
  readonly host: string;
  readonly port: number;
  /** Gets no new request; connections in use may finish until `drainBy` (epoch milliseconds), then are cut. */
  readonly draining: boolean;
  readonly drainBy?: number;
}

/** Spans are already scaled to real time. */
export interface HealthCheckConfig {
  readonly enabled: boolean;
  readonly path: string;
  /** `traffic-port`, or a number. */
  readonly port: 'traffic-port' | number;
  readonly interval: Millis;
  readonly timeout: Millis;
  readonly healthyThreshold: number;
  readonly unhealthyThreshold: number;
  /** As in the API: `200`, `200,202`, `200-299`. */
  readonly matcher: string;
}

export type TargetHealthState = 'initial' | 'healthy' | 'unhealthy' | 'unused' | 'draining' | 'unavailable';

export interface TargetObservation {
  readonly key: string;
  readonly health: TargetHealthState;
  /** ELB's reason code, such as `Target.ResponseCodeMismatch`; absent when healthy. */
  readonly reason?: string;
  readonly description?: string;
  /** Requests and tunnels that have not ended, over every process that carries traffic. */
  readonly inFlight: number;
}

export interface TargetGroupObservation {
  readonly arn: string;
  readonly targets: readonly TargetObservation[];
  /** Since the balancer started: requests sent to the group, and those that no healthy answer came from. */
  readonly requests: number;
  readonly responses: {
    readonly '2xx': number;
    readonly '3xx': number;
    readonly '4xx': number;
    readonly '5xx': number;
  };
  /** 502, 503 and 504 made by the balancer itself. */
  readonly balancerErrors: number;
}

export interface ListenerObservation {
  readonly arn: string;
  /** The port it really listens on. */
  readonly boundPort: number;
  /** Why that is not the one asked for. */
  readonly note?: string;
}

export interface BalancerObservation {
  /** The config that every process carrying traffic has applied. */
  readonly epoch: number;
  readonly listeners: readonly ListenerObservation[];
  readonly targetGroups: readonly TargetGroupObservation[];
}

/** Carries traffic. It outlives a crash of Teal at its last config, and is taken up again by the next one. */
export interface Balancer {
  readonly name: BalancerName;
  /** Resolves once every process that carries traffic has applied the config: no later request sees the old one. */
  apply(config: BalancerConfig): Promise<BalancerObservation>;
  observe(): Promise<BalancerObservation>;
  /** `leaveRunning`: traffic goes on without Teal; otherwise the balancer ends with its connections. */
  close(options: { readonly leaveRunning: boolean }): Promise<void>;
}

export type BalancerName = 'embedded';

export interface BalancerOptions {
  /** Own folder, for the control socket and what must be remembered across a crash. */
  readonly folder: string;
  /** The address listeners bind, such as `127.0.0.1`. */
  readonly host: string;
  /** Called whenever health, in-flight counts of draining targets, or listeners may have changed. */
  readonly onChange: () => void;
}
