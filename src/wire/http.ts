import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import type { Wire } from './dispatch.ts';
import { readIncoming } from './incoming-body.ts';
import type { WireRequest, WireResponse } from './request.ts';

/**
 * Carries requests from node:http to the wire. The listener never throws; the call's signal aborts when the client goes
 * away before its answer.
 */
export function httpListener(wire: Pick<Wire, 'handle'>): (req: IncomingMessage, res: ServerResponse) => void {
  return (incoming, outgoing) => {
    const gone = new AbortController();
    incoming.on('error', () => gone.abort());
    outgoing.on('error', () => gone.abort());
    outgoing.on('close', () => {
      if (!outgoing.writableFinished) gone.abort();
    });
    wire
      .handle(toWireRequest(incoming, gone.signal))
      .then((answer) => send(incoming, outgoing, answer))
      .catch(() => fail(outgoing));
  };
}

function toWireRequest(incoming: IncomingMessage, signal: AbortSignal): WireRequest {
  const url = incoming.url ?? '/';
  const mark = url.indexOf('?');
  let body: Promise<Uint8Array> | undefined;
  return {
    method: incoming.method ?? 'GET',
    path: mark < 0 ? url : url.slice(0, mark),
    query: new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1)),
    headers: headersOf(incoming),
    bytes: (atMost = Infinity) => (body ??= readIncoming(incoming, atMost)),
    signal,
  };
}

const headersOf = ({ headers }: IncomingMessage): Record<string, string | undefined> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  );

function send(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { status, headers, body, frames }: WireResponse,
): void {
  if (outgoing.destroyed) return;
  const sent = Object.entries(headers).map(([name, value]) => [name, printable(value)] as const);
  // What is left of a refused body must not be read as the connection's next request.
  const close = incoming.complete ? {} : { connection: 'close' };
  if (frames) {
    outgoing.writeHead(status, { ...Object.fromEntries(sent), ...close });
    // Whatever goes wrong on the way ends the connection, and with it the call's signal.
    pipeline(frames, outgoing, () => undefined);
    return;
  }
  outgoing.writeHead(status, { ...Object.fromEntries(sent), ...close, 'content-length': body.byteLength });
  outgoing.end(incoming.method === 'HEAD' ? undefined : body);
  if (!incoming.complete) incoming.resume();
}

/** node throws for control characters and anything beyond Latin-1 in a header: those travel as RFC 2047 words. */
const printable = (value: string): string =>
  /^[\t\x20-\x7e]*$/.test(value) ? value : `=?UTF-8?B?${Buffer.from(value, 'utf8').toString('base64')}?=`;

function fail(outgoing: ServerResponse): void {
  if (outgoing.headersSent) return void outgoing.destroy();
  outgoing.writeHead(500, { 'content-length': 0 });
  outgoing.end();
}
