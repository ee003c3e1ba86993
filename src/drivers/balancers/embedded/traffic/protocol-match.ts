import type { TargetGroupConfig } from '../../balancer.ts';
import type { RequestHead } from './messages.ts';

/**
 * Whether a request's protocol is one that the group's targets can be sent; otherwise it is answered 464.
 *
 * Source: ELB User Guide, target groups, protocol version, and HTTP 464.
 */
export function matchesVersion(head: RequestHead, version: TargetGroupConfig['version']): boolean {
  switch (version) {
    case 'HTTP1':
      return head.version !== '2.0' || !isGrpc(head);
    case 'HTTP2':
      return head.version === '2.0';
    case 'GRPC':
      return head.version === '2.0' && head.method === 'POST' && isGrpc(head);
  }
}

function isGrpc({ headers }: RequestHead): boolean {
  for (let index = 0; index < headers.length; index += 2)
    if (headers[index]?.toLowerCase() === 'content-type')
      return /^application\/grpc(?:[+;]|$)/i.test(headers[index + 1] ?? '');
  return false;
}
