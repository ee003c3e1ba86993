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
  /** Absent on a listener that speaks plain HTTP. */
  readonly tls?: ListenerTls;
  readonly http: HttpSettings;
  /** Where one line per request goes; absent when access logs are off. */
  readonly accessLog?: AccessLogConfig;
  /** By priority, the default rule last (it has no conditions). */
  readonly rules: readonly RuleConfig[];
}

export interface ListenerTls {
  /** The default one first; the others are chosen by the name that the client asks for (SNI). Never empty. */
  readonly certificates: readonly CertificateConfig[];
  readonly minVersion: TlsVersion;
  readonly maxVersion: TlsVersion;
  /** In OpenSSL's form, for TLS 1.2 and older; those of TLS 1.3 beside them. Colons between. */
  readonly ciphers: string;
}

export type TlsVersion = 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';

/** A certificate and its key, PEM. Never logged, never observed. */
export interface CertificateConfig {
  readonly arn: string;
  /** The certificate, then its chain. */
  readonly certificate: string;
  readonly privateKey: string;
}

/** How requests and answers are handled: attributes of the load balancer and of the listener. Spans are real time. */
export interface HttpSettings {
  /** On both sides, reset by any byte. */
  readonly idleTimeout: Millis;
  /** The age at which a client's connection is closed after its next answer. */
  readonly clientKeepAlive: Millis;
  /** Whether HTTP/2 is offered on TLS. */
  readonly http2: boolean;
  readonly dropInvalidHeaders: boolean;
  readonly desyncMitigation: 'monitor' | 'defensive' | 'strictest';
  /** Otherwise the listener's port is appended to a Host without one where it is not the default. */
  readonly preserveHost: boolean;
  readonly forwardedFor: 'append' | 'preserve' | 'remove';
  /** Whether X-Forwarded-For carries the client's port too. */
  readonly forwardedForPort: boolean;
  /** Whether targets are told the TLS version and cipher of the client's connection. */
  readonly tlsHeaders: boolean;
  /** Whether answers that the load balancer makes carry its `Server` header. */
  readonly serverHeader: boolean;
  /** Name and value of headers set on every answer, in place of the target's own. */
  readonly answerHeaders: readonly (readonly [name: string, value: string])[];
}

/** Files as Application Load Balancers write them. Source: ELB User Guide, access logs; platform spec 11.6. */
export interface AccessLogConfig {
  /** Absolute: what stands for `BUCKET/PREFIX/AWSLogs/ACCOUNT/elasticloadbalancing/REGION`. */
  readonly folder: string;
  readonly account: string;
  readonly region: string;
}

export interface RuleConfig {
  readonly arn: string;
  /** 0 is the default rule's, as in access logs. */
  readonly priority: number;
  /** All must hold. */
  readonly conditions: readonly RuleCondition[];
  readonly action: RuleAction;
}

/**
 * Values of one condition are alternatives, and so are its regular expressions; in values `*` and `?` are wildcards.
 * Paths are matched as they were sent and by case; host names, header values and query strings by neither case.
 */
export type RuleCondition =
  | {
      readonly field: 'host-header' | 'path-pattern';
      readonly values: readonly string[];
      readonly regex?: readonly string[];
    }
  | {
      readonly field: 'http-header';
      readonly name: string;
      readonly values: readonly string[];
      readonly regex?: readonly string[];
    }
  | { readonly field: 'http-request-method'; readonly values: readonly string[] }
  | { readonly field: 'query-string'; readonly pairs: readonly { readonly key?: string; readonly value: string }[] }
  /** CIDR blocks that the client's own address is in. */
  | { readonly field: 'source-ip'; readonly values: readonly string[] };

export type RuleAction =
  | {
      readonly type: 'forward';
      readonly groups: readonly { readonly targetGroupArn: string; readonly weight: number }[];
      /** A client stays with the group it was first sent to, for so long. */
      readonly stickiness?: { readonly duration: Millis };
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
  /** Of targets, for traffic. HTTPS does not verify their certificates, as ALB does not. */
  readonly protocol: 'http' | 'https';
  readonly version: 'HTTP1' | 'HTTP2' | 'GRPC';
  /** Whether any listener's action names the group, at weight 0 too: only then are its targets checked. */
  readonly inUse: boolean;
  readonly algorithm: 'round_robin' | 'least_outstanding_requests' | 'weighted_random';
  /** For how long the share of a target that became healthy grows; 0: not at all. Scaled to real time. */
  readonly slowStart: Millis;
  readonly stickiness?: TargetStickiness;
  /** With fewer healthy targets than this, all that are registered get requests. */
  readonly minimumHealthy: { readonly count: number; readonly percentage?: number };
  readonly healthCheck: HealthCheckConfig;
  readonly targets: readonly TargetConfig[];
}

/** Spans are real time: cookies live in browsers, which know no time scale. */
export type TargetStickiness =
  | { readonly type: 'lb_cookie'; readonly duration: Millis }
  /** Begins when a target sets the application's own cookie. */
  | { readonly type: 'app_cookie'; readonly cookie: string; readonly duration: Millis };

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
  readonly protocol: 'http' | 'https';
  readonly path: string;
  /** `traffic-port`, or a number. */
  readonly port: 'traffic-port' | number;
  readonly interval: Millis;
  readonly timeout: Millis;
  readonly healthyThreshold: number;
  readonly unhealthyThreshold: number;
  /** As in the API: `200`, `200,202`, `200-299`; of gRPC groups the status in the trailers, `12`, `0-99`. */
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

/** Answers by family. */
export interface Families {
  readonly '2xx': number;
  readonly '3xx': number;
  readonly '4xx': number;
  readonly '5xx': number;
}

/** Counts only grow while the group is configured; one that is smaller than before began anew. */
export interface TargetGroupObservation {
  readonly arn: string;
  readonly targets: readonly TargetObservation[];
  /** For which a target was chosen. */
  readonly requests: number;
  /** Of targets. */
  readonly responses: Families;
  /** Answers the balancer made itself because no whole one came from a target of the group. */
  readonly balancerErrors: number;
  readonly connectionErrors: number;
  readonly tlsErrors: number;
  /** From the request's last byte sent to the answer's first byte; see `LatencyBuckets`. */
  readonly responseTimes: LatencyBuckets;
}

/**
 * How many answers took how long: `[index, count]`, ascending; a bucket holds the times whose binary logarithm of
 * microseconds times 8, rounded down, is the index, so a percentile is known to 9 %. `latencyBucket` computes it.
 */
export type LatencyBuckets = readonly (readonly [index: number, count: number])[];

/** Of one load balancer, over all its listeners. Counts only grow. */
export interface LoadBalancerObservation {
  /** `app/NAME/ID`. */
  readonly loadBalancer: string;
  readonly requests: number;
  /** Statuses that the balancer answered with by itself, fixed responses and redirects aside. */
  readonly ownAnswers: Readonly<Record<number, number>>;
  readonly fixedResponses: number;
  readonly redirects: number;
  readonly newConnections: number;
  readonly activeConnections: number;
  /** Both ways. */
  readonly processedBytes: number;
  readonly clientTlsErrors: number;
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
  readonly loadBalancers: readonly LoadBalancerObservation[];
}

/** Carries traffic. It outlives a crash of Teal at its last config, and is taken up again by the next one. */
export interface Balancer {
  readonly name: BalancerName;
  /** What carries the traffic and what of `BalancerConfig` it cannot do, in words for people; said at start. */
  readonly about: BalancerAbout;
  /** Resolves once every process that carries traffic has applied the config: no later request sees the old one. */
  apply(config: BalancerConfig): Promise<BalancerObservation>;
  observe(): Promise<BalancerObservation>;
  /** `leaveRunning`: traffic goes on without Teal; otherwise the balancer ends with its connections. */
  close(options: { readonly leaveRunning: boolean }): Promise<void>;
}

export interface BalancerAbout {
  /** Such as `HAProxy 2.6.12` or `embedded 0.1.0`. */
  readonly version: string;
  readonly lacks: readonly string[];
}

export type BalancerName = 'embedded' | 'haproxy';

export interface BalancerOptions {
  /** Own folder, for the control socket and what must be remembered across a crash. */
  readonly folder: string;
  /** The address listeners bind, such as `127.0.0.1`. */
  readonly host: string;
  /** Called whenever health, in-flight counts of draining targets, or listeners may have changed. */
  readonly onChange: () => void;
  /** Called with what an operator should read, such as that the process was replaced. */
  readonly note?: (text: string) => void;
}
