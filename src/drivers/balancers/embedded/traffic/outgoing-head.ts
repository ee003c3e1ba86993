import type { HttpSettings, ListenerConfig } from '../../balancer.ts';
import type { OutgoingHead, Peer, RequestHead } from './messages.ts';

const MAX_FORWARDED = 30;

type Handling = 'drop' | 'connection' | 'forwarded-for' | 'trace' | 'tls';

/** Framing and Host are among the dropped: whoever speaks to the target writes its own. */
const HANDLING: ReadonlyMap<string, Handling> = new Map([
  ['connection', 'connection'],
  ['keep-alive', 'drop'],
  ['te', 'drop'],
  ['http2-settings', 'drop'],
  ['x-forwarded-proto', 'drop'],
  ['x-forwarded-port', 'drop'],
  ['upgrade', 'drop'],
  ['host', 'drop'],
  ['transfer-encoding', 'drop'],
  ['content-length', 'drop'],
  ['x-forwarded-for', 'forwarded-for'],
  ['x-amzn-trace-id', 'trace'],
  ['x-amzn-tls-version', 'tls'],
  ['x-amzn-tls-cipher-suite', 'tls'],
]);
const VALID_NAME = /^[-A-Za-z0-9]+$/;

interface Collected {
  headers: string[];
  forwardedFor: string;
  trace: string;
  named: string;
}

export interface OutgoingRequest {
  readonly head: OutgoingHead;
  /** As the target is told it. */
  readonly traceId: string;
  /** Addresses that the request names already, as it came. */
  readonly forwarders: number;
}

/**
 * Makes the head that the target gets.
 *
 * @param traceHeader - gives the trace header for the one that the client sent, or for ``
 * Source: spec of the data plane, headers to the target (ELB User Guide, HTTP headers).
 */
export function outgoingRequest(
  head: RequestHead,
  peer: Peer,
  { http, port }: Pick<ListenerConfig, 'http' | 'port'>,
  traceHeader: (given: string) => string,
): OutgoingRequest {
  const read = collect(head.headers, http);
  const headers = read.named === '' ? read.headers : withoutNamed(read.headers, read.named);
  const traceId = traceHeader(read.trace);
  addForwardedFor(headers, read.forwardedFor, peer, http);
  headers.push('X-Forwarded-Proto', peer.tls ? 'https' : 'http', 'X-Forwarded-Port', String(port));
  headers.push('X-Amzn-Trace-Id', traceId);
  if (http.tlsHeaders && peer.tls)
    headers.push('X-Amzn-Tls-Version', peer.tls.protocol, 'X-Amzn-Tls-Cipher-Suite', peer.tls.cipher);
  const { method, target, body, contentLength, wantsWebSocket } = head;
  const authority = authorityOf(head.authority, peer, http, port);
  const forwarders = read.forwardedFor === '' ? 0 : read.forwardedFor.split(',').length;
  return {
    head: { method, target, authority, headers, body, contentLength, wantsWebSocket },
    traceId,
    forwarders,
  };
}

/** More addresses than this are refused with 463. */
export const tooManyForwarders = ({ forwarders }: OutgoingRequest): boolean => forwarders > MAX_FORWARDED;

function collect(headers: readonly string[], http: HttpSettings): Collected {
  const read: Collected = { headers: [], forwardedFor: '', trace: '', named: '' };
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index] ?? '';
    const value = headers[index + 1] ?? '';
    if (http.dropInvalidHeaders && !VALID_NAME.test(name)) continue;
    const lower = name.toLowerCase();
    const handling = HANDLING.get(lower) ?? (lower.startsWith('proxy-') ? 'drop' : undefined);
    if (handling === undefined) read.headers.push(name, value);
    else if (handling !== 'drop') collectOne(read, handling, name, value, http);
  }
  return read;
}

function collectOne(read: Collected, handling: Handling, name: string, value: string, http: HttpSettings): void {
  switch (handling) {
    case 'connection':
      if (!/^(?:keep-alive|close)$/i.test(value)) read.named += `,${value}`;
      return;
    case 'forwarded-for':
      read.forwardedFor += read.forwardedFor === '' ? value : `, ${value}`;
      return;
    case 'trace':
      read.trace = value;
      return;
    case 'tls':
      // A client must not say these in the load balancer's place.
      if (!http.tlsHeaders) read.headers.push(name, value);
      return;
    case 'drop':
      return;
  }
}

/** Headers that `Connection` names are hop-by-hop too. */
function withoutNamed(headers: readonly string[], named: string): string[] {
  const names = new Set(named.split(',').map((name) => name.trim().toLowerCase()));
  return headers.filter((_, index) => !names.has(headers[index - (index % 2)]?.toLowerCase() ?? ''));
}

function addForwardedFor(headers: string[], given: string, peer: Peer, http: HttpSettings): void {
  if (http.forwardedFor === 'remove') return;
  if (http.forwardedFor === 'preserve') {
    if (given !== '') headers.push('X-Forwarded-For', given);
    return;
  }
  const client = http.forwardedForPort ? `${bracketed(peer.address)}:${peer.port}` : peer.address;
  headers.push('X-Forwarded-For', given === '' ? client : `${given}, ${client}`);
}

const bracketed = (address: string): string => (address.includes(':') ? `[${address}]` : address);

function authorityOf(sent: string, peer: Peer, http: HttpSettings, port: number): string {
  if (sent === '') return `${bracketed(peer.localAddress)}:${port}`;
  if (http.preserveHost || port === 80 || port === 443 || /:\d+$/.test(sent)) return sent;
  return `${sent}:${port}`;
}
