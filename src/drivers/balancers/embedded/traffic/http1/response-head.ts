import type { AnswerHead } from '../messages.ts';
import { readFields } from './field-lines.ts';

/** A target's answer up to its empty line; hop-by-hop headers are already gone. */
export interface ResponseHead extends AnswerHead {
  /** How the end of the body is found. */
  readonly framing: 'length' | 'chunks' | 'close';
  /** Bytes that follow where it is by length: none for HEAD, whatever `bodyLength` says. */
  readonly follows: number;
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
  ['upgrade', 'hop'],
]);
const KIND_LENGTHS: ReadonlySet<number> = new Set([...KINDS.keys()].map(({ length }) => length));

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: ([\t\x20-\x7e\x80-\xff]*))?$/;
const LIMITS = { line: 32 * 1024 };

interface HeadersRead {
  headers: string[];
  length: number | undefined;
  chunked: boolean;
  close: boolean;
  keepFor: number | undefined;
  named: string | undefined;
}

/**
 * Reads a target's status line and headers.
 *
 * @param text - the head as latin1, without the empty line
 * @param bodiless - the request's method allows no body in the answer (HEAD)
 * @returns undefined when malformed, which the client sees as 502
 */
export function parseResponseHead(text: string, bodiless: boolean): ResponseHead | undefined {
  const end = text.indexOf('\r\n');
  const line = STATUS_LINE.exec(end < 0 ? text : text.slice(0, end));
  if (!line) return undefined;
  const status = Number(line[2]);
  const fields: string[] = [];
  if (end >= 0 && readFields(text, end + 2, fields, LIMITS) < 0) return undefined;
  const read = readHeaders(fields);
  if (!read) return undefined;
  const none = bodiless || status === 204 || status === 304 || status < 200;
  const framing = none ? 'length' : read.chunked ? 'chunks' : read.length === undefined ? 'close' : 'length';
  // A length beside chunks is the target's mistake: chunks win, and the client must not see both.
  const bodyLength = read.chunked || status === 204 ? undefined : read.length;
  return {
    status,
    reason: line[3] ?? '',
    headers: read.headers,
    bodyLength,
    framing,
    follows: none ? 0 : (read.length ?? 0),
    keepAlive: line[1] === '1' && !read.close && framing !== 'close' && !(read.chunked && read.length !== undefined),
    keepFor: read.keepFor,
  };
}

function readHeaders(fields: readonly string[]): HeadersRead | undefined {
  const read: HeadersRead = {
    headers: [],
    length: undefined,
    chunked: false,
    close: false,
    keepFor: undefined,
    named: undefined,
  };
  for (let index = 0; index < fields.length; index += 2) {
    const name = fields[index] ?? '';
    const value = fields[index + 1] ?? '';
    const kind = KIND_LENGTHS.has(name.length) ? KINDS.get(name.toLowerCase()) : undefined;
    if (kind === undefined) read.headers.push(name, value);
    else if (!readHeader(read, kind, value)) return undefined;
  }
  if (read.named !== undefined) read.headers = withoutNamed(read.headers, read.named);
  return read;
}

function readHeader(read: HeadersRead, kind: HeaderKind, value: string): boolean {
  switch (kind) {
    case 'length':
      if (!/^\d{1,15}$/.test(value)) return false;
      if (read.length !== undefined && read.length !== Number(value)) return false;
      read.length = Number(value);
      return true;
    case 'transfer':
      if (read.chunked || value.toLowerCase() !== 'chunked') return false;
      return (read.chunked = true);
    case 'connection':
      readConnection(read, value.toLowerCase());
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

function readConnection(read: HeadersRead, value: string): void {
  if (value === 'keep-alive') return;
  if (/(?:^|,)[ \t]*close[ \t]*(?:,|$)/.test(value)) read.close = true;
  if (value !== 'close') read.named = read.named === undefined ? value : `${read.named},${value}`;
}

/** Headers that `Connection` names are hop-by-hop too. */
function withoutNamed(headers: readonly string[], named: string): string[] {
  const names = new Set(named.split(',').map((name) => name.trim()));
  return headers.filter((_, index) => !names.has(headers[index - (index % 2)]?.toLowerCase() ?? ''));
}
