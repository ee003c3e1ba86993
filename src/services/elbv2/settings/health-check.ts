import { notServed, validationError } from '../faults.ts';
import type { HealthCheckSettings } from '../records.ts';

export interface HealthCheckInput {
  HealthCheckProtocol?: string | undefined;
  HealthCheckPort?: string | undefined;
  HealthCheckEnabled?: boolean | undefined;
  HealthCheckPath?: string | undefined;
  HealthCheckIntervalSeconds?: number | undefined;
  HealthCheckTimeoutSeconds?: number | undefined;
  HealthyThresholdCount?: number | undefined;
  UnhealthyThresholdCount?: number | undefined;
  Matcher?: { HttpCode?: string | undefined; GrpcCode?: string | undefined } | undefined;
}

export const DEFAULT_HEALTH_CHECK: HealthCheckSettings = {
  protocol: 'HTTP',
  path: '/',
  port: 'traffic-port',
  intervalSeconds: 30,
  timeoutSeconds: 5,
  healthyThreshold: 5,
  unhealthyThreshold: 2,
  matcher: '200',
};

/** The settings with what the input changes. @throws {ApiError} `ValidationError` */
export function changedHealthCheck(current: HealthCheckSettings, input: HealthCheckInput): HealthCheckSettings {
  refuseUnserved(input);
  const next: HealthCheckSettings = {
    protocol: current.protocol,
    path: input.HealthCheckPath ?? current.path,
    port: input.HealthCheckPort ?? current.port,
    intervalSeconds: input.HealthCheckIntervalSeconds ?? current.intervalSeconds,
    timeoutSeconds: input.HealthCheckTimeoutSeconds ?? current.timeoutSeconds,
    healthyThreshold: input.HealthyThresholdCount ?? current.healthyThreshold,
    unhealthyThreshold: input.UnhealthyThresholdCount ?? current.unhealthyThreshold,
    matcher: input.Matcher?.HttpCode ?? current.matcher,
  };
  check(next);
  return next;
}

function refuseUnserved(input: HealthCheckInput): void {
  const { HealthCheckProtocol: protocol = 'HTTP', HealthCheckEnabled: enabled = true } = input;
  if (protocol === 'HTTPS') throw notServed('Health check protocol HTTPS');
  if (protocol !== 'HTTP') throw validationError(`Health check protocol '${protocol}' must be one of 'HTTP, HTTPS'`);
  if (!enabled)
    throw validationError('Health check enabled must be true for target groups with an instance or ip target type');
  if (input.Matcher?.GrpcCode !== undefined) throw notServed('A health check matcher of gRPC codes');
}

function check(next: HealthCheckSettings): void {
  if (next.timeoutSeconds >= next.intervalSeconds)
    throw validationError(
      `Health check timeout '${next.timeoutSeconds}' must be smaller than the interval '${next.intervalSeconds}'`,
    );
  if (!next.path.startsWith('/'))
    throw validationError(`Health check path '${next.path}' must begin with a '/' character`);
  if (!isPort(next.port))
    throw validationError(`Health check port '${next.port}' must be 'traffic-port' or a number between 1 and 65535`);
  if (!isMatcher(next.matcher))
    throw validationError(`Health check matcher HTTP code '${next.matcher}' must be within '200-599' inclusive`);
}

const isPort = (port: string): boolean =>
  port === 'traffic-port' || (/^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535);

const isMatcher = (matcher: string): boolean =>
  matcher.split(',').every((part) => {
    const match = /^([2-5]\d\d)(?:-([2-5]\d\d))?$/.exec(part);
    return match !== null && Number(match[1]) <= Number(match[2] ?? match[1]);
  });
