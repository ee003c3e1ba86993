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
    const gone = clientGone(incoming, outgoing);
    wire
      .handle(toWireRequest(incoming, gone))
      .then((answer) => send(incoming, outgoing, answer))
      .catch(() => fail(outgoing));
  };
}

/** A signal that is made when someone asks for it: few actions do, and it takes as long as reading the headers. */
function clientGone(incoming: IncomingMessage, outgoing: ServerResponse): () => AbortSignal {
  let isGone = false;
  let controller: AbortController | undefined;
  const abort = (): void => {
    isGone = true;
    controller?.abort();
  };
  incoming.on('error', abort);
  outgoing.on('error', abort);
  outgoing.on('close', () => {
    if (!outgoing.writableFinished) abort();
  });
  return () => {
    controller ??= new AbortController();
    if (isGone) controller.abort();
    return controller.signal;
  };
}

function toWireRequest(incoming: IncomingMessage, gone: () => AbortSignal): WireRequest {
  const url = incoming.url ?? '/';
  const mark = url.indexOf('?');
  let body: Promise<Uint8Array> | undefined;
  return {
    method: incoming.method ?? 'GET',
    path: mark < 0 ? url : url.slice(0, mark),
    query: new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1)),
    headers: headersOf(incoming),
    bytes: (atMost = Infinity) => (body ??= readIncoming(incoming, atMost)),
    // Who stops reading still wants to answer, so the socket stays.
    stream: () => ({ [Symbol.asyncIterator]: () => incoming.iterator({ destroyOnReturn: false }) }),
    get signal() {
      return gone();
    },
  };
}

/** node gives every header as one text, but for cookies. */
const headersOf = ({ headers: { 'set-cookie': cookies, ...others } }: IncomingMessage): WireRequest['headers'] =>
  cookies ? { ...others, 'set-cookie': cookies.join(', ') } : (others as WireRequest['headers']);

function send(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { status, headers, body, frames }: WireResponse,
): void {
  if (outgoing.destroyed) return;
  const sent: Record<string, string | number> = {};
  for (const name of Object.keys(headers)) sent[name] = printable(headers[name] ?? '');
  // What is left of a refused body must not be read as the connection's next request.
  if (!incoming.complete) sent['connection'] = 'close';
  if (frames) {
    outgoing.writeHead(status, sent);
    if (!incoming.complete) incoming.resume();
    // Whatever goes wrong on the way ends the connection, and with it the call's signal.
    pipeline(frames, outgoing, () => undefined);
    return;
  }
  // An answer to HEAD says how long the answer to GET would be.
  if (incoming.method !== 'HEAD' || sent['content-length'] === undefined) sent['content-length'] = body.byteLength;
  outgoing.writeHead(status, sent);
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
