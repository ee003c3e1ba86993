/** What is known of one request when it has ended. Times are epoch milliseconds, spans seconds, both with fractions. */
export interface AccessLogEntry {
  readonly type: 'http' | 'https' | 'h2' | 'grpcs' | 'ws' | 'wss';
  readonly endedAt: number;
  /** `app/NAME/ID`. */
  readonly loadBalancer: string;
  readonly clientAddress: string;
  readonly clientPort: number;
  /** `HOST:PORT`; absent when the request was sent to none. */
  readonly target?: string;
  /** From the request's first byte until it was sent; from then to the answer's first byte; to the answer's last. */
  readonly requestTime?: number;
  readonly targetTime?: number;
  readonly responseTime?: number;
  readonly status: number;
  readonly targetStatus?: number;
  readonly receivedBytes: number;
  readonly sentBytes: number;
  /** Empty when the request could not be read. */
  readonly method: string;
  /** With scheme, host and port, see `loggedUrl`; up to there when the request could not be read. */
  readonly url: string;
  readonly version: '1.0' | '1.1' | '2.0';
  readonly userAgent?: string;
  readonly tls?: AccessLogTls;
  readonly targetGroupArn?: string;
  /** Such as `Root=1-58337262-36d228ad5d99923122bbe354`. */
  readonly traceId?: string;
  /** 0 is the default rule's; -1 when none could be asked. */
  readonly rulePriority: number;
  readonly createdAt: number;
  readonly action: 'forward' | 'fixed-response' | 'redirect' | 'none';
  readonly redirectUrl?: string;
  /** `TID_…`. */
  readonly connectionId: string;
}

export interface AccessLogTls {
  readonly cipher: string;
  readonly protocol: string;
  /** As the client asked for it by SNI; empty when it did not. */
  readonly serverName: string;
  readonly certificateArn: string;
}

/** One line of an access log, without its end. Source: ELB User Guide, access log entries; platform spec 11.6. */
export function accessLogLine(entry: AccessLogEntry): string {
  const { target = '-', targetStatus = '-', tls } = entry;
  return [
    entry.type,
    instant(entry.endedAt),
    entry.loadBalancer,
    `${bracketed(entry.clientAddress)}:${entry.clientPort}`,
    target,
    span(entry.requestTime),
    span(entry.targetTime),
    span(entry.responseTime),
    entry.status,
    targetStatus,
    entry.receivedBytes,
    entry.sentBytes,
    quoted(entry.method === '' ? `- ${entry.url}- -` : `${entry.method} ${entry.url} HTTP/${entry.version}`),
    quoted(entry.userAgent),
    tls?.cipher ?? '-',
    tls?.protocol ?? '-',
    entry.targetGroupArn ?? '-',
    quoted(entry.traceId),
    quoted(tls?.serverName),
    quoted(tls?.certificateArn),
    entry.rulePriority,
    instant(entry.createdAt),
    quoted(entry.action === 'none' ? undefined : entry.action),
    quoted(entry.redirectUrl),
    // Errors of user authentication, WAF and Lambda functions, and the findings of desync mitigation: not done.
    '"-"',
    `"${target}"`,
    `"${targetStatus}"`,
    '"-"',
    '"-"',
    entry.connectionId,
  ].join(' ');
}

/**
 * A request's URL as access logs show it: always with a port.
 *
 * @param authority - the Host header, as sent
 * @param port - the listener's
 * @param target - path and query
 */
export function loggedUrl(scheme: 'http' | 'https', authority: string, port: number, target: string): string {
  const host = /:\d+$/.test(authority) ? authority : `${authority}:${port}`;
  return `${scheme}://${host}${target}`;
}

const instant = (millis: number): string => {
  const micros = Math.floor((millis % 1) * 1000);
  return `${new Date(millis).toISOString().slice(0, -1)}${String(micros).padStart(3, '0')}Z`;
};

const span = (seconds: number | undefined): string => (seconds === undefined ? '-1' : Math.max(0, seconds).toFixed(3));

const bracketed = (address: string): string => (address.includes(':') ? `[${address}]` : address);

/** What would end the field or the line, and all that is no ASCII, is written byte by byte as `\xHH`. */
const UNSAFE = /["\\]|[^ -~]/g;

function quoted(text: string | undefined): string {
  if (text === undefined || text === '') return '"-"';
  return `"${text.replace(UNSAFE, escaped)}"`;
}

/** Headers are read byte by byte, so a character up to 255 is one byte. */
function escaped(character: string): string {
  const bytes = Buffer.from(character, character.charCodeAt(0) < 256 ? 'latin1' : 'utf8');
  return [...bytes].map((byte) => `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
}
