import { splitAuthority } from '../http1/authority.ts';
import type { RequestHead } from '../messages.ts';

/** As of requests by HTTP/1. Source: ELB User Guide, quotas of Application Load Balancers. */
const MAX_FIELD = 16 * 1024;
const MAX_FIELDS = 64 * 1024;

interface Read {
  readonly pseudo: Map<string, string>;
  readonly headers: string[];
  readonly cookies: string[];
  host: string | undefined;
  length: number;
  expect: string;
  size: number;
  longest: number;
}

/**
 * Makes a request of a header block that nghttp2 has found well-formed: each pseudo field at most once and known, those
 * that must be there are, no upper case, no connection-specific fields, at most one length.
 *
 * @param raw - name, value, name, value, pseudo fields first
 * @param bodiless - the block ended the stream
 * @returns the head, and the status to refuse the request with where it must be
 */
export function readRequestHead(
  raw: readonly string[],
  bodiless: boolean,
): { readonly head: RequestHead; readonly refusal: number | undefined } {
  const read = readFields(raw);
  const target = read.pseudo.get(':path') ?? '';
  const authority = read.pseudo.get(':authority') ?? read.host ?? '';
  const parts = splitAuthority(authority);
  const question = target.indexOf('?');
  const body = bodiless || read.length === 0 ? 'none' : read.length > 0 ? 'length' : 'stream';
  // Browsers split cookies for better compression; whoever reads them next expects one line. RFC 9113 8.2.3.
  if (read.cookies.length > 0) read.headers.push('cookie', read.cookies.join('; '));
  const head: RequestHead = {
    version: '2.0',
    method: read.pseudo.get(':method') ?? '',
    target,
    path: question < 0 ? target : target.slice(0, question),
    ...(question < 0 ? {} : { query: target.slice(question + 1) }),
    authority,
    host: parts?.host ?? '',
    headers: read.headers,
    body,
    contentLength: Math.max(0, read.length),
    expectsContinue: read.expect === '100-continue' && body !== 'none',
    wantsWebSocket: false,
  };
  return { head, refusal: refusalOf(head, read, parts !== undefined) };
}

function readFields(raw: readonly string[]): Read {
  const read: Read = {
    pseudo: new Map(),
    headers: [],
    cookies: [],
    host: undefined,
    length: -1,
    expect: '',
    size: raw.length * 16,
    longest: 0,
  };
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index] ?? '';
    const value = raw[index + 1] ?? '';
    read.size += name.length + value.length;
    if (name !== ':path') read.longest = Math.max(read.longest, name.length + value.length);
    take(read, name, value);
  }
  return read;
}

function take(read: Read, name: string, value: string): void {
  if (name.startsWith(':')) return void read.pseudo.set(name, value);
  if (name === 'host') return void (read.host = value);
  if (name === 'cookie') return void read.cookies.push(value);
  if (name === 'content-length') read.length = Number(value);
  else if (name === 'expect') read.expect = value.toLowerCase();
  read.headers.push(name, value);
}

function refusalOf({ method, target, authority }: RequestHead, read: Read, named: boolean): number | undefined {
  if (method === 'TRACE' || method === 'CONNECT') return 405;
  if (target.length > MAX_FIELD) return 414;
  if (read.longest > MAX_FIELD || read.size > MAX_FIELDS) return 400;
  // Two hosts in one request are an attack on whoever looks at the other one. RFC 9113 8.3.1.
  if (!named || (read.host !== undefined && read.host.toLowerCase() !== authority.toLowerCase())) return 400;
  return undefined;
}
