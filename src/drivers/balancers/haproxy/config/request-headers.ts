import type { ListenerConfig } from '../../balancer.ts';
import { literal, quote, when } from './text.ts';

/** What a request is refused for before any rule is asked, or goes through changed. `of`: the listener's condition. */
export function requestLines(listener: ListenerConfig, port: number, of: string): string[] {
  const { http } = listener;
  return [
    ...strictLines(listener, of),
    ...(http.dropInvalidHeaders ? [`http-request del-header [^-A-Za-z0-9] -m reg${when(of)}`] : []),
    ...hopByHop(of),
    ...forwardedFor(listener, of),
    `http-request set-header X-Forwarded-Proto ${listener.tls ? 'https' : 'http'}${when(of)}`,
    `http-request set-header X-Forwarded-Port ${port}${when(of)}`,
    ...traceId(of),
    ...tlsLines(listener, of),
    ...hostPort(listener, port, of),
  ];
}

/** What is not to the letter of the RFCs, though all readers understand the same. */
function strictLines({ http }: ListenerConfig, of: string): string[] {
  if (http.desyncMitigation !== 'strictest') return [];
  const odd = [
    '{ method GET HEAD } { req.ver 1.0 1.1 } { req.hdr(content-length) -m found }',
    `{ req.hdrs -m reg ${quote('[\\x80-\\xff]')} }`,
    `{ url -m reg ${quote("[^]A-Za-z0-9._~:/?[@!$&'()*+,;=%-]")} }`,
  ];
  return odd.map((condition) => `http-request deny deny_status 400${when(of, condition)}`);
}

/** What a client says of TLS itself never reaches a target. A request from a superseded worker comes without TLS. */
function tlsLines({ http }: ListenerConfig, of: string): string[] {
  if (!http.tlsHeaders) return [];
  const told = { 'X-Amzn-Tls-Version': 'ssl_fc_protocol', 'X-Amzn-Tls-Cipher-Suite': 'ssl_fc_cipher' };
  return Object.entries(told).flatMap(([name, sample]) => [
    `http-request del-header ${name}${when(of)}`,
    `http-request set-header ${name} %[${sample}]${when(of, '{ ssl_fc }')}`,
  ]);
}

/** HAProxy itself sees to Connection and Transfer-Encoding; an upgrade passes only to a WebSocket. */
function hopByHop(of: string): string[] {
  const other = ['{ var(txn.upgrade) -m found }', '!{ var(txn.upgrade) -m str -i websocket }'];
  return [
    `http-request set-var(txn.upgrade) req.fhdr(upgrade)${when(of)}`,
    `http-request del-header ^(connection|http2-settings|upgrade)$ -m reg${when(...other, of)}`,
    `http-request del-header Keep-Alive${when(of)}`,
    `http-request del-header TE${when('{ req.fhdr(te) -m found }', '!{ req.fhdr(content-type) -m beg application/grpc }', of)}`,
    `http-request del-header proxy- -m beg${when(of)}`,
  ];
}

/** Source: ELB User Guide, X-Forwarded headers. Several lines stay lines: they mean the same as one list. */
function forwardedFor({ http }: ListenerConfig, of: string): string[] {
  if (http.forwardedFor === 'preserve') return [];
  if (http.forwardedFor === 'remove') return [`http-request del-header X-Forwarded-For${when(of)}`];
  const ported = (when: string) => `"${when}"`;
  const plain = ported('%[src]');
  const six = ported('[%[src]]:%[src_port]');
  const four = ported('%[src]:%[src_port]');
  const clients: readonly (readonly [string, string])[] = http.forwardedForPort
    ? [
        [four, '!{ src -m sub : }'],
        [six, '{ src -m sub : }'],
      ]
    : [[plain, '']];
  return [
    ...clients.flatMap(([client, family]) => [
      `http-request add-header X-Forwarded-For ${client}${when('!{ var(txn.xff) -m int eq 1 }', of, family)}`,
      `http-request set-header X-Forwarded-For "%[req.fhdr(x-forwarded-for)], ${client.slice(1, -1)}"` +
        when('{ var(txn.xff) -m int eq 1 }', of, family),
    ]),
  ];
}

const RANDOM_DIGITS = '%[rand,hex,bytes(8,8),lower]';

/** Two thirds of the random digits of a trace id are those of its connection: they cost a microsecond per request. */
export const TRACE_LINE = `tcp-request session set-var-fmt(sess.trace) "${RANDOM_DIGITS}${RANDOM_DIGITS}"`;

/** Source: ELB User Guide, request tracing. */
function traceId(of: string): string[] {
  const id = `1-%[date,hex,bytes(8,8),lower]-%[var(sess.trace)]${RANDOM_DIGITS}`;
  const sent = 'var(txn.sent)';
  const set = 'http-request set-header X-Amzn-Trace-Id';
  return [
    `http-request set-var(txn.sent) req.fhdr(x-amzn-trace-id)${when(of)}`,
    `${set} "Root=${id}"${when(`!{ ${sent} -m found }`, of)}`,
    `${set} "Self=${id};%[${sent}]"${when(`{ ${sent} -m sub Root= }`, of)}`,
    `${set} "Root=${id};%[${sent}]"${when(`{ ${sent} -m found }`, `!{ ${sent} -m sub Root= }`, of)}`,
  ];
}

function hostPort({ http, tls }: ListenerConfig, port: number, of: string): string[] {
  if (http.preserveHost || port === (tls ? 443 : 80)) return [];
  const plain = when('!{ var(txn.host) -m sub : }', '{ var(txn.host) -m found }', of);
  const six = ['{ var(txn.host) -m end ] }', of].join(' ').trim();
  return [`http-request set-header Host %[var(txn.host)]:${port}${plain} || ${six}`];
}

/** What is refused whatever the rules say. */
export function refusalLines(returnPage: (status: number) => string): string[] {
  return [
    'http-request set-var(txn.host) req.fhdr(host)',
    'http-request set-var(txn.xff) req.fhdr_cnt(x-forwarded-for) if { req.fhdr(x-forwarded-for) -m found }',
    `${returnPage(405)} if { method TRACE CONNECT }`,
    `${returnPage(505)} if !{ req.ver 1.1 2.0 1.0 }`,
    'http-request deny deny_status 400 if !{ var(txn.host) -m found } { req.ver 1.1 }',
    `${returnPage(463)} if { var(txn.xff) -m found } { req.hdr_cnt(x-forwarded-for) gt 30 }`,
  ];
}

/** Tells answers of targets from the balancer's own, where it matters. */
export const answeredLine = (listeners: readonly ListenerConfig[]): string =>
  `http-response set-var(txn.answered) bool(true)${when(listeners.every(({ http }) => http.serverHeader) ? '{ status 503 }' : '')}`;

/** What every answer gets, the balancer's own included. */
export function answerLines({ http }: ListenerConfig, of: string): string[] {
  return [
    ...(http.serverHeader
      ? []
      : [`http-after-response del-header Server${when('!{ var(txn.answered) -m found }', of)}`]),
    ...http.answerHeaders.map(
      ([name, value]) => `http-after-response set-header ${quote(name)} ${quote(literal(value))}${when(of)}`,
    ),
  ];
}
