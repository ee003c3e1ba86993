import type { IncomingMessage } from 'node:http';

/** A request as it will be sent to a target. */
export interface RequestHead {
  readonly text: string;
  readonly body: 'none' | 'length' | 'chunks';
}

export interface RequestContext {
  /** Epoch milliseconds, for the trace id. */
  readonly now: number;
  readonly listenerPort: number;
  /** In origin form: path and query. */
  readonly target: string;
  readonly upgrade: boolean;
  /** Twenty-four hexadecimal digits that no other request has. */
  newTraceId(): string;
}

const MAX_HEADER = 16 * 1024;
const MAX_FORWARDED = 30;

type Handling = 'drop' | 'host' | 'forwarded-for' | 'trace' | 'transfer' | 'length' | 'upgrade' | 'pass';

const HANDLING: ReadonlyMap<string, Handling> = new Map([
  ['connection', 'drop'],
  ['keep-alive', 'drop'],
  ['proxy-connection', 'drop'],
  ['proxy-authorization', 'drop'],
  ['te', 'drop'],
  ['trailer', 'drop'],
  ['http2-settings', 'drop'],
  ['x-forwarded-proto', 'drop'],
  ['x-forwarded-port', 'drop'],
  ['upgrade', 'upgrade'],
  ['host', 'host'],
  ['x-forwarded-for', 'forwarded-for'],
  ['x-amzn-trace-id', 'trace'],
  ['transfer-encoding', 'transfer'],
  ['content-length', 'length'],
]);

interface Collected {
  lines: string;
  hosts: number;
  forwardedFor: string;
  trace: string;
  body: RequestHead['body'] | 'unknown';
}

/**
 * Writes the head that the target gets.
 *
 * @returns the status to answer with instead, when the request is refused
 * Source: spec of the data plane, headers to the target (ELB User Guide, HTTP headers).
 */
export function buildRequestHead(request: IncomingMessage, context: RequestContext): RequestHead | number {
  const named = connectionNamed(request.headers.connection);
  const read: Collected = { lines: '', hosts: 0, forwardedFor: '', trace: '', body: 'none' };
  const raw = request.rawHeaders;
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index] ?? '';
    const value = raw[index + 1] ?? '';
    if (value.length > MAX_HEADER) return 400;
    const lower = name.toLowerCase();
    const handling = HANDLING.get(lower) ?? 'pass';
    // Framing headers keep their meaning even when `Connection` names them: dropping them would hide a body.
    if (handling === 'pass' && named?.has(lower)) continue;
    collect(read, handling, name, value, context);
  }
  if (read.hosts > 1 || (read.hosts === 0 && request.httpVersion !== '1.0')) return 400;
  if (read.forwardedFor.split(',').length > MAX_FORWARDED) return 463;
  if (read.body === 'unknown') return 501;
  return { text: finish(request, context, read), body: read.body };
}

/** Headers that `Connection` names are hop-by-hop too. */
function connectionNamed(connection: string | undefined): ReadonlySet<string> | undefined {
  if (connection === undefined || connection === 'keep-alive' || connection === 'close') return undefined;
  return new Set(connection.split(',').map((name) => name.trim().toLowerCase()));
}

function collect(read: Collected, handling: Handling, name: string, value: string, context: RequestContext): void {
  switch (handling) {
    case 'drop':
      return;
    case 'pass':
      read.lines += `${name}: ${value}\r\n`;
      return;
    case 'host':
      read.hosts += 1;
      read.lines += `${name}: ${withPort(value, context.listenerPort)}\r\n`;
      return;
    case 'forwarded-for':
      read.forwardedFor += `${value}, `;
      return;
    case 'trace':
      read.trace = value;
      return;
    case 'transfer':
      read.body = value.toLowerCase() === 'chunked' ? 'chunks' : 'unknown';
      return;
    case 'length':
      if (Number(value) > 0) read.body = 'length';
      read.lines += `${name}: ${value}\r\n`;
      return;
    case 'upgrade':
      if (context.upgrade) read.lines += `Upgrade: ${value}\r\n`;
  }
}

const withPort = (host: string, port: number): string =>
  port === 80 || port === 443 || /:\d+$/.test(host) ? host : `${host}:${port}`;

function finish(request: IncomingMessage, context: RequestContext, read: Collected): string {
  const client = (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
  return (
    `${request.method} ${context.target} HTTP/1.1\r\n${read.lines}` +
    (read.hosts === 0 ? `Host: ${request.socket.localAddress}:${context.listenerPort}\r\n` : '') +
    `X-Forwarded-For: ${read.forwardedFor}${client}\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Port: ${context.listenerPort}\r\n` +
    `X-Amzn-Trace-Id: ${traceHeader(read.trace, context)}\r\n` +
    (read.body === 'chunks' ? 'Transfer-Encoding: chunked\r\n' : '') +
    (context.upgrade ? 'Connection: Upgrade\r\n\r\n' : '\r\n')
  );
}

function traceHeader(given: string, context: RequestContext): string {
  const id = `1-${Math.floor(context.now / 1000).toString(16)}-${context.newTraceId()}`;
  if (given === '') return `Root=${id}`;
  return /(?:^|;)\s*Root=/.test(given) ? `Self=${id};${given}` : `Root=${id};${given}`;
}
