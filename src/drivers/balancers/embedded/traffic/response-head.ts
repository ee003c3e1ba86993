/** How the end of an answer's body is found. */
export type BodyFraming =
  { readonly by: 'length'; readonly length: number } | { readonly by: 'chunks' } | { readonly by: 'close' };

/** A target's answer up to its empty line; hop-by-hop headers are already gone. */
export interface ResponseHead {
  readonly status: number;
  readonly reason: string;
  /** Name, value, name, value, as `writeHead` takes them. */
  readonly headers: string[];
  readonly framing: BodyFraming;
  /** Whether the connection may carry another request afterwards. */
  readonly keepAlive: boolean;
  /** For how long the target promises to keep an idle connection, in milliseconds, when it says. */
  readonly keepFor: number | undefined;
}

type HeaderKind = 'length' | 'transfer' | 'connection' | 'keep-alive' | 'hop';

const KINDS: ReadonlyMap<string, HeaderKind> = new Map([
  ['content-length', 'length'],
  ['transfer-encoding', 'transfer'],
  ['connection', 'connection'],
  ['keep-alive', 'keep-alive'],
  ['proxy-connection', 'hop'],
  ['proxy-authenticate', 'hop'],
  ['te', 'hop'],
  ['trailer', 'hop'],
  ['upgrade', 'hop'],
]);

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: (.*))?$/;
const HEADER_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const FORBIDDEN = /[\0-\x08\x0a-\x1f\x7f]/;

/**
 * Reads a target's status line and headers.
 *
 * @param text - the head as latin1, without the empty line
 * @param bodiless - the request's method allows no body in the answer (HEAD)
 * @returns undefined when malformed, which the client sees as 502
 */
export function parseResponseHead(text: string, bodiless: boolean): ResponseHead | undefined {
  const lines = text.split('\r\n');
  const status = STATUS_LINE.exec(lines[0] ?? '');
  if (!status) return undefined;
  const code = Number(status[2]);
  const read = readHeaders(lines);
  if (!read) return undefined;
  const framing = framingOf(read, bodiless || code === 204 || code === 304 || code < 200);
  if (!framing) return undefined;
  const keepAlive =
    status[1] === '1' && !read.close && framing.by !== 'close' && !(read.chunked && read.length !== undefined);
  return { status: code, reason: status[3] ?? '', headers: read.headers, framing, keepAlive, keepFor: read.keepFor };
}

interface HeadersRead {
  headers: string[];
  length: number | undefined;
  chunked: boolean;
  close: boolean;
  keepFor: number | undefined;
}

function readHeaders(lines: readonly string[]): HeadersRead | undefined {
  const read: HeadersRead = { headers: [], length: undefined, chunked: false, close: false, keepFor: undefined };
  for (let index = 1; index < lines.length; index++) {
    const line = lines[index] ?? '';
    const colon = line.indexOf(':');
    const name = line.slice(0, colon);
    if (colon < 1 || !HEADER_NAME.test(name) || FORBIDDEN.test(line)) return undefined;
    if (!readHeader(read, name, line.slice(colon + 1).trim())) return undefined;
  }
  // A length beside chunks is the target's mistake: chunks win, and the client must not see both.
  if (read.chunked && read.length !== undefined) read.headers = without(read.headers, 'content-length');
  return read;
}

function readHeader(read: HeadersRead, name: string, value: string): boolean {
  switch (KINDS.get(name.toLowerCase())) {
    case undefined:
      read.headers.push(name, value);
      return true;
    case 'length':
      return readLength(read, name, value);
    case 'transfer':
      read.chunked = value.toLowerCase() === 'chunked';
      return read.chunked;
    case 'connection':
      if (/\bclose\b/i.test(value)) read.close = true;
      return true;
    case 'keep-alive': {
      const seconds = /\btimeout=(\d+)/i.exec(value)?.[1];
      if (seconds !== undefined) read.keepFor = Number(seconds) * 1000;
      return true;
    }
    case 'hop':
      return true;
  }
}

function readLength(read: HeadersRead, name: string, value: string): boolean {
  if (!/^\d{1,15}$/.test(value)) return false;
  const length = Number(value);
  if (read.length !== undefined) return read.length === length;
  read.length = length;
  read.headers.push(name, value);
  return true;
}

function framingOf(read: HeadersRead, bodiless: boolean): BodyFraming | undefined {
  if (bodiless) return { by: 'length', length: 0 };
  if (read.chunked) return { by: 'chunks' };
  return read.length === undefined ? { by: 'close' } : { by: 'length', length: read.length };
}

const without = (headers: readonly string[], name: string): string[] =>
  headers.filter((_, index) => headers[index - (index % 2)]?.toLowerCase() !== name);
