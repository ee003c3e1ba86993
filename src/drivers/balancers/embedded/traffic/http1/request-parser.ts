import type { RequestHead } from '../messages.ts';
import { splitAuthority } from './authority.ts';
import { readFields, TOKEN, tableOf } from './field-lines.ts';

export const MAX_REQUEST_LINE = 16 * 1024;
export const MAX_HEAD = 64 * 1024;
const FIELD_LIMITS = { line: 16 * 1024 };
const SPACE = 32;

/** What a target may be made of by RFC 3986; others that no reader takes for an end are let pass as odd. */
const URI = tableOf((code) => /^[A-Za-z0-9\-._~:/?[\]@!$&'()*+,;=%]$/.test(String.fromCharCode(code)));
const VISIBLE = tableOf((code) => code > SPACE && code !== 127);

/** A request as HTTP/1 frames it. */
export interface ParsedRequest extends RequestHead {
  readonly version: '1.0' | '1.1';
  /** Whether the client allows another request on the connection. */
  readonly keepAlive: boolean;
  /** Not to the letter of the RFCs, though all readers understand the same. `strictest` refuses it. */
  readonly odd: boolean;
  readonly alone: boolean;
}

interface Line {
  readonly method: string;
  readonly target: string;
  readonly version: '1.0' | '1.1';
  readonly odd: boolean;
  /** Where the headers begin. */
  readonly end: number;
}

/** The headers that say where a request goes and where it ends. */
interface Framing {
  hosts: number;
  host: string;
  length: number;
  lengths: number;
  coding: 'none' | 'chunked' | 'identity';
  close: boolean;
  keepAlive: boolean;
  upgrades: boolean;
  upgrade: string;
  expect: string;
}

/**
 * Reads a request up to its body, refusing everything that two readers could understand differently.
 *
 * @param text - the head as latin1, without the empty line
 * @param secure - the connection is TLS, which an absolute target must agree with
 * @returns the status to refuse it with: 400, 405, 414, 501 or 505
 * Source: RFC 9112; limits: ELB User Guide, quotas.
 */
export function parseRequest(text: string, secure: boolean): ParsedRequest | number {
  const line = readLine(text);
  if (typeof line === 'number') return line;
  const headers: string[] = [];
  const seen = readFields(text, line.end, headers, FIELD_LIMITS);
  if (seen < 0) return 400;
  const framing = framingOf(headers);
  if (typeof framing === 'number') return framing;
  if (line.method === 'TRACE' || line.method === 'CONNECT') return 405;
  if (framing.hosts > 1 || (framing.hosts === 0 && line.version === '1.1')) return 400;
  const authority = splitAuthority(framing.host);
  const target = originForm(line, framing.host, secure);
  if (authority === undefined || target === undefined) return 400;
  if (framing.coding !== 'none' && (framing.lengths > 0 || line.version === '1.0')) return 400;
  return describe(line, { headers, framing, target, host: authority.host, odd: line.odd || (seen & 128) !== 0 });
}

function readLine(text: string): Line | number {
  let end = text.indexOf('\r\n');
  if (end < 0) end = text.length;
  if (end > MAX_REQUEST_LINE) return 414;
  let at = 0;
  while (TOKEN[text.charCodeAt(at)] === 1) at++;
  if (at === 0 || text.charCodeAt(at) !== SPACE) return 400;
  const method = text.slice(0, at);
  const start = ++at;
  let odd = false;
  while (VISIBLE[text.charCodeAt(at)] === 1) {
    if (URI[text.charCodeAt(at)] === 0) odd = true;
    at++;
  }
  if (at === start || text.charCodeAt(at) !== SPACE) return 400;
  const version = text.slice(at + 1, end);
  const target = text.slice(start, at);
  if (version === 'HTTP/1.1') return { method, target, version: '1.1', odd, end: end + 2 };
  if (version === 'HTTP/1.0') return { method, target, version: '1.0', odd, end: end + 2 };
  return /^HTTP\/\d\.\d$/.test(version) ? 505 : 400;
}

function framingOf(headers: readonly string[]): Framing | number {
  const framing: Framing = {
    hosts: 0,
    host: '',
    length: 0,
    lengths: 0,
    coding: 'none',
    close: false,
    keepAlive: false,
    upgrades: false,
    upgrade: '',
    expect: '',
  };
  for (let index = 0; index < headers.length; index += 2) {
    const refusal = readHeader(framing, headers[index] ?? '', headers[index + 1] ?? '');
    if (refusal !== 0) return refusal;
  }
  return framing;
}

/** By length first: most headers are none of these, and need no lower-case copy. */
function readHeader(framing: Framing, name: string, value: string): number {
  switch (name.length) {
    case 4:
      if (name.toLowerCase() !== 'host') return 0;
      framing.hosts += 1;
      framing.host = value;
      return 0;
    case 6:
      if (name.toLowerCase() === 'expect') framing.expect = value.toLowerCase();
      return 0;
    case 7:
      if (name.toLowerCase() === 'upgrade') framing.upgrade = value.toLowerCase();
      return 0;
    case 10:
      if (name.toLowerCase() === 'connection') readConnection(framing, value.toLowerCase());
      return 0;
    case 14:
    case 17:
      return readLengthOrCoding(framing, name.toLowerCase(), value);
    default:
      return 0;
  }
}

function readConnection(framing: Framing, value: string): void {
  for (const option of value.split(',')) {
    const name = option.trim();
    if (name === 'close') framing.close = true;
    else if (name === 'keep-alive') framing.keepAlive = true;
    else if (name === 'upgrade') framing.upgrades = true;
  }
}

function readLengthOrCoding(framing: Framing, name: string, value: string): number {
  if (name === 'content-length') return readLength(framing, value);
  if (name === 'transfer-encoding') return readCoding(framing, value.toLowerCase());
  // Many a target's library reads `Content_Length` as if it had the other dash.
  const likened = name.replaceAll(/[^a-z]/g, '-');
  return likened === 'content-length' || likened === 'transfer-encoding' ? 400 : 0;
}

function readLength(framing: Framing, value: string): number {
  if (!/^\d{1,15}$/.test(value)) return 400;
  const length = Number(value);
  if (framing.lengths > 0 && framing.length !== length) return 400;
  framing.lengths += 1;
  framing.length = length;
  return 0;
}

function readCoding(framing: Framing, value: string): number {
  if (framing.coding !== 'none') return 400;
  if (value === 'chunked' || value === 'identity') {
    framing.coding = value;
    return 0;
  }
  // A coding may be unknown, also below `chunked`; `chunked` anywhere else is a trick.
  return /^(?:(?!chunked)[a-z-]+[ \t]*,[ \t]*)*(?:chunked|(?!.*chunked)[a-z-]+)$/.test(value) ? 501 : 400;
}

/** Path and query; the absolute form is brought to it if it names the host that the header does. */
function originForm({ method, target }: Line, host: string, secure: boolean): string | undefined {
  if (target.charCodeAt(0) === 47 || (target === '*' && method === 'OPTIONS')) return target;
  const absolute = /^(https?):\/\/([^/?#]+)([/?].*)?$/i.exec(target);
  if (!absolute || absolute[1]?.toLowerCase() !== (secure ? 'https' : 'http')) return undefined;
  if (absolute[2]?.toLowerCase() !== host.toLowerCase()) return undefined;
  const rest = absolute[3] ?? '/';
  return rest.startsWith('/') ? rest : `/${rest}`;
}

interface Read {
  readonly headers: readonly string[];
  readonly framing: Framing;
  readonly target: string;
  readonly host: string;
  readonly odd: boolean;
}

function describe(line: Line, { headers, framing, target, host, odd }: Read): ParsedRequest | number {
  const { version, method } = line;
  const body = framing.coding === 'chunked' ? 'stream' : framing.length > 0 ? 'length' : 'none';
  const wantsWebSocket = framing.upgrades && framing.upgrade === 'websocket' && version === '1.1' && method === 'GET';
  if (wantsWebSocket && body !== 'none') return 400;
  const question = target.indexOf('?');
  const unexpected = method === 'GET' || method === 'HEAD';
  return {
    version,
    method,
    target,
    path: question < 0 ? target : target.slice(0, question),
    ...(question < 0 ? {} : { query: target.slice(question + 1) }),
    authority: framing.host,
    host,
    headers,
    body,
    contentLength: framing.length,
    expectsContinue: framing.expect === '100-continue' && version === '1.1' && body !== 'none',
    wantsWebSocket,
    keepAlive: !framing.close && (version === '1.1' || framing.keepAlive),
    odd: odd || framing.lengths > 1 || framing.coding === 'identity' || (unexpected && framing.lengths > 0),
    alone: (unexpected && body !== 'none') || framing.coding === 'identity',
  };
}
