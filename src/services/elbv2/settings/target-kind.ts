import { notServed, validationError } from '../faults.ts';
import type { TargetGroupRecord } from '../records.ts';

type Kind = Pick<TargetGroupRecord, 'protocol' | 'protocolVersion' | 'targetType'>;

interface KindInput {
  readonly TargetType?: string | undefined;
  readonly Protocol?: string | undefined;
  readonly ProtocolVersion?: string | undefined;
  readonly IpAddressType?: string | undefined;
  readonly TargetControlPort?: number | undefined;
}

/** What the targets of a new group are and speak. @throws {ApiError} `ValidationError`; what Teal has not is named */
export function targetKind(input: KindInput): Kind {
  const { TargetType: targetType = 'instance', Protocol: protocol, ProtocolVersion: asked = 'HTTP1' } = input;
  if (targetType !== 'instance' && targetType !== 'ip') throw notServed(`Target type '${targetType}'`);
  if (protocol === undefined) throw validationError('A protocol must be specified');
  if (protocol !== 'HTTP' && protocol !== 'HTTPS') throw notServed(`A target group with protocol '${protocol}'`);
  const protocolVersion = asked.toUpperCase();
  if (protocolVersion !== 'HTTP1' && protocolVersion !== 'HTTP2' && protocolVersion !== 'GRPC')
    throw validationError(`Protocol version '${asked}' must be one of 'HTTP1, HTTP2, GRPC'`);
  if ((input.IpAddressType ?? 'ipv4') !== 'ipv4')
    throw notServed(`A target group with IP address type '${input.IpAddressType}'`);
  if (input.TargetControlPort !== undefined) throw notServed('A target control port');
  return { targetType, protocol, protocolVersion };
}
