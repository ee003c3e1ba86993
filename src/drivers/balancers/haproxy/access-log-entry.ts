import { X509Certificate } from 'node:crypto';
import { loggedUrl, type AccessLogEntry } from '../access-log/line.ts';
import type { ListenerConfig, RuleConfig, TargetGroupConfig } from '../balancer.ts';
import { present, type LoggedRequest } from './log-line.ts';

/** What the names in a logged request stand for. */
export interface Meaning {
  readonly listener: ListenerConfig;
  readonly matched: RuleConfig | undefined;
  readonly group: TargetGroupConfig | undefined;
}

/** The order of `WHOLE` in config/log-format.ts. */
function fieldsOf(rest: readonly string[]) {
  const at = (index: number) => rest[index] ?? '-';
  return {
    endedAt: Number(at(0)) / 1000,
    createdAt: Number(at(1)) / 1000,
    clientAddress: at(2),
    clientPort: Number(at(3)) || 0,
    target: present(at(4)) === undefined ? undefined : `${bracketed(at(4))}:${at(5)}`,
    requestMillis: Number(at(6)),
    waitMillis: Number(at(8)) + Number(at(9)),
    receivedBytes: Number(at(10)),
    sentBytes: Number(at(11)),
    cipher: present(at(12)),
    protocol: at(13),
    fingerprint: at(14),
    connection: at(15).replaceAll('-', ''),
    method: at(16),
    version: at(17).replace('HTTP/', ''),
    traceId: present(at(18)),
    serverName: present(at(19)) ?? '',
    host: present(at(20)) ?? '',
    agent: present(at(21)),
    uri: at(22),
    location: present(at(23)),
  };
}

export function accessLogEntry(request: LoggedRequest, { listener, matched, group }: Meaning): AccessLogEntry {
  const fields = fieldsOf(request.rest);
  const version = fields.version === '2.0' ? '2.0' : fields.version === '1.0' ? '1.0' : '1.1';
  const target = group && request.server !== undefined ? fields.target : undefined;
  const whole = (fields.endedAt - fields.createdAt) / 1000;
  const answered = request.answeredAfter;
  const { cipher, agent, traceId } = fields;
  return {
    type: typeOf(request, listener, group, version),
    endedAt: fields.endedAt,
    loadBalancer: listener.loadBalancer,
    clientAddress: fields.clientAddress,
    clientPort: fields.clientPort,
    ...(target !== undefined && { target }),
    ...(target !== undefined &&
      answered !== undefined && {
        requestTime: Math.max(0, fields.requestMillis + fields.waitMillis) / 1000,
        targetTime: answered,
        responseTime: Math.max(0, whole - answered),
        targetStatus: request.status,
      }),
    status: request.status > 0 ? request.status : 460,
    receivedBytes: fields.receivedBytes,
    sentBytes: fields.sentBytes,
    method: fields.method === '<BADREQ>' ? '' : fields.method,
    url: loggedUrl(listener.tls ? 'https' : 'http', fields.host, listener.port, originForm(fields.uri)),
    version,
    ...(agent !== undefined && { userAgent: agent }),
    ...(cipher !== undefined && {
      tls: {
        cipher,
        protocol: fields.protocol,
        serverName: fields.serverName,
        certificateArn: certificateArn(listener, fields.fingerprint),
      },
    }),
    ...(group && { targetGroupArn: group.arn }),
    ...(traceId !== undefined && { traceId }),
    rulePriority: matched ? matched.priority : -1,
    createdAt: fields.createdAt,
    action: matched?.action.type ?? 'none',
    ...(matched?.action.type === 'redirect' && fields.location !== undefined && { redirectUrl: fields.location }),
    connectionId: `TID_${fields.connection}`,
  };
}

function typeOf(
  { status }: LoggedRequest,
  { tls }: ListenerConfig,
  group: TargetGroupConfig | undefined,
  version: AccessLogEntry['version'],
): AccessLogEntry['type'] {
  if (status === 101) return tls ? 'wss' : 'ws';
  if (group?.version === 'GRPC') return 'grpcs';
  if (version === '2.0') return 'h2';
  return tls ? 'https' : 'http';
}

/** HTTP/2 requests are logged with scheme and authority. */
const originForm = (uri: string): string => uri.replace(/^https?:\/\/[^/?]*/, '') || '/';

const certificateArn = ({ tls }: ListenerConfig, fingerprint: string): string =>
  tls?.certificates.find(({ certificate }) => fingerprintOf(certificate) === fingerprint)?.arn ?? '';

const fingerprintOf = (certificate: string): string => new X509Certificate(certificate).fingerprint.replaceAll(':', '');

const bracketed = (address: string): string => (address.includes(':') ? `[${address}]` : address);
