import { notServed, validationError } from '../faults.ts';
import type { HealthCheckSettings, TargetGroupRecord } from '../records.ts';

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

type Version = TargetGroupRecord['protocolVersion'];

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

/** Of a gRPC group: 12, "unimplemented", of a method that no application has. */
const GRPC_HEALTH_CHECK: HealthCheckSettings = {
  ...DEFAULT_HEALTH_CHECK,
  path: '/AWS.ALB/healthcheck',
  matcher: '12',
};

export const defaultHealthCheck = (version: Version): HealthCheckSettings =>
  version === 'GRPC' ? GRPC_HEALTH_CHECK : DEFAULT_HEALTH_CHECK;

/** The settings with what the input changes. @throws {ApiError} `ValidationError` */
export function changedHealthCheck(
  current: HealthCheckSettings,
  input: HealthCheckInput,
  version: Version,
): HealthCheckSettings {
  if (input.HealthCheckEnabled === false)
    throw validationError('Health check enabled must be true for target groups with an instance or ip target type');
  const next: HealthCheckSettings = {
    protocol: servedProtocol(input.HealthCheckProtocol ?? current.protocol),
    path: input.HealthCheckPath ?? current.path,
    port: input.HealthCheckPort ?? current.port,
    intervalSeconds: input.HealthCheckIntervalSeconds ?? current.intervalSeconds,
    timeoutSeconds: input.HealthCheckTimeoutSeconds ?? current.timeoutSeconds,
    healthyThreshold: input.HealthyThresholdCount ?? current.healthyThreshold,
    unhealthyThreshold: input.UnhealthyThresholdCount ?? current.unhealthyThreshold,
    matcher: matcherOf(input.Matcher ?? {}, version) ?? current.matcher,
  };
  check(next);
  checkMatcher(next.matcher, version);
  return next;
}

function servedProtocol(protocol: string): HealthCheckSettings['protocol'] {
  if (protocol === 'HTTP' || protocol === 'HTTPS') return protocol;
  throw notServed(`Health check protocol '${protocol}'`);
}

function matcherOf({ HttpCode, GrpcCode }: NonNullable<HealthCheckInput['Matcher']>, version: Version) {
  if (version === 'GRPC' && HttpCode !== undefined)
    throw validationError("Matcher HttpCode cannot be specified for target groups with protocol version 'GRPC'");
  if (version !== 'GRPC' && GrpcCode !== undefined)
    throw validationError(`Matcher GrpcCode cannot be specified for target groups with protocol version '${version}'`);
  return version === 'GRPC' ? GrpcCode : HttpCode;
}

function check(next: HealthCheckSettings): void {
  if (next.timeoutSeconds >= next.intervalSeconds)
    throw validationError(
      `Health check timeout '${next.timeoutSeconds}' must be smaller than the interval '${next.intervalSeconds}'`,
    );
  if (!/^\/[\x21-\x7e]*$/.test(next.path))
    throw validationError(
      `Health check path '${next.path}' must begin with a '/' character, and can only contain printable ASCII characters, without spaces`,
    );
  if (!isPort(next.port))
    throw validationError(`Health check port '${next.port}' must be 'traffic-port' or a number between 1 and 65535`);
}

function checkMatcher(matcher: string, version: Version): void {
  const [kind, least, most] = version === 'GRPC' ? (['GRPC', 0, 99] as const) : (['HTTP', 200, 599] as const);
  if (!isMatcher(matcher, least, most))
    throw validationError(`Health check matcher ${kind} code '${matcher}' must be within '${least}-${most}' inclusive`);
}

const isPort = (port: string): boolean =>
  port === 'traffic-port' || (/^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535);

/** Codes and ranges of codes with commas between. */
const isMatcher = (matcher: string, least: number, most: number): boolean =>
  matcher.split(',').every((part) => {
    const [, first = '', last = first] = /^(\d{1,3})(?:-(\d{1,3}))?$/.exec(part) ?? [];
    return first !== '' && Number(first) >= least && Number(first) <= Number(last) && Number(last) <= most;
  });
