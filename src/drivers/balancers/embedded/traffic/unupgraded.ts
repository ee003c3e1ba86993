import type { IncomingMessage } from 'node:http';

/** The bytes of a request's head without its wish to upgrade, to be parsed again as an ordinary request. */
export function withoutUpgrade(request: IncomingMessage): Buffer {
  let text = `${request.method} ${request.url} HTTP/${request.httpVersion}\r\n`;
  const raw = request.rawHeaders;
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index] ?? '';
    const lower = name.toLowerCase();
    if (lower === 'upgrade' || lower === 'connection' || lower === 'http2-settings') continue;
    text += `${name}: ${raw[index + 1]}\r\n`;
  }
  return Buffer.from(`${text}\r\n`, 'latin1');
}
