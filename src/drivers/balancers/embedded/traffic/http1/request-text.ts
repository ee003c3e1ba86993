import type { OutgoingHead } from '../messages.ts';

/** A request's head as it goes to a target by HTTP/1.1, latin1. */
export function requestText(head: OutgoingHead): string {
  const { headers } = head;
  let text = `${head.method} ${head.target} HTTP/1.1\r\nHost: ${head.authority}\r\n`;
  for (let index = 0; index < headers.length; index += 2) text += `${headers[index]}: ${headers[index + 1]}\r\n`;
  if (head.body === 'length') text += `Content-Length: ${head.contentLength}\r\n`;
  else if (head.body === 'stream') text += 'Transfer-Encoding: chunked\r\n';
  else if (!BODILESS.has(head.method)) text += 'Content-Length: 0\r\n';
  return head.wantsWebSocket ? `${text}Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n` : `${text}\r\n`;
}

/** Methods of which nobody expects a length. Source: RFC 9110, section 8.6. */
const BODILESS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'DELETE', 'TRACE', 'CONNECT']);

/** The end of a chunked body. */
export function trailerText(trailers: readonly string[] | undefined): string {
  if (trailers === undefined || trailers.length === 0) return '0\r\n\r\n';
  let text = '0\r\n';
  for (let index = 0; index < trailers.length; index += 2) text += `${trailers[index]}: ${trailers[index + 1]}\r\n`;
  return `${text}\r\n`;
}
