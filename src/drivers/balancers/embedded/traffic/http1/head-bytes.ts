import { MAX_HEAD, MAX_REQUEST_LINE, type ParsedRequest } from './request-parser.ts';

const CR = 13;
const LF = 10;
const HEAD_END = Buffer.from('\r\n\r\n');

/** Where a request's head is in the bytes read so far; `end` is behind its empty line. */
export type HeadFound =
  | { readonly state: 'whole'; readonly start: number; readonly end: number }
  | { readonly state: 'partial' | 'blank' }
  | { readonly state: 'refused'; readonly status: number };

/** Finds the end of a head. Empty lines before a request are skipped, as RFC 9112 2.2 asks. */
export function findHead(bytes: Buffer): HeadFound {
  let start = 0;
  while (bytes[start] === CR && bytes[start + 1] === LF) start += 2;
  if (start === bytes.length) return { state: 'blank' };
  const at = bytes.indexOf(HEAD_END, start);
  if (at < 0) return unfinished(bytes, start);
  if (at - start > MAX_HEAD) return { state: 'refused', status: statusOfLong(bytes, start) };
  return { state: 'whole', start, end: at + HEAD_END.length };
}

function unfinished(bytes: Buffer, start: number): HeadFound {
  // A head that ends its lines in another way would be waited for until the idle timeout.
  for (let at = bytes.indexOf(LF, start); at >= 0; at = bytes.indexOf(LF, at + 1))
    if (bytes[at - 1] !== CR) return { state: 'refused', status: 400 };
  const length = bytes.length - start;
  const lineEnd = bytes.indexOf(LF, start);
  const tooLong = length > MAX_HEAD || (lineEnd < 0 && length > MAX_REQUEST_LINE);
  return tooLong ? { state: 'refused', status: statusOfLong(bytes, start) } : { state: 'partial' };
}

function statusOfLong(bytes: Buffer, start: number): number {
  const lineEnd = bytes.indexOf(LF, start);
  return lineEnd < 0 || lineEnd - start > MAX_REQUEST_LINE ? 414 : 400;
}

/** Stands for a request that cannot be read, where it is answered and counted. */
export const UNREADABLE: ParsedRequest = {
  version: '1.1',
  method: '-',
  target: '-',
  path: '-',
  authority: '',
  host: '',
  headers: [],
  body: 'none',
  contentLength: 0,
  expectsContinue: false,
  wantsWebSocket: false,
  keepAlive: false,
  odd: true,
  alone: false,
};
