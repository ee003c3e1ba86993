import {
  constants,
  performServerHandshake,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
  type ServerSessionOptions,
} from 'node:http2';
import type { Duplex } from 'node:stream';
import type { ClientContext, ClientSession } from '../client-context.ts';
import type { Watched } from '../idle-watch.ts';
import type { Peer } from '../messages.ts';
import { Http2ClientStream } from './client-stream.ts';
import { fieldsSize } from './fields.ts';
import { readRequestHead } from './request-head.ts';
import { ResetLimit } from './reset-limit.ts';

/** Source: ELB User Guide, HTTP/2 connections: 128 requests at a time, 10,000 in all. */
const MAX_STREAMS = 128;
const MAX_REQUESTS = 10_000;
const LAST_STREAM_ID = 2 ** 31 - 1;
/** How long a client may take to read why its connection ends and to close it, in milliseconds. */
const LINGER = 5000;

/**
 * What nghttp2 1.57 and later refuse by themselves: more than 8 CONTINUATION frames of a block, 1,000 unanswered PING
 * or SETTINGS frames, 1,000 resets and then 33 a second.
 */
const OPTIONS: ServerSessionOptions = {
  settings: {
    maxConcurrentStreams: MAX_STREAMS,
    initialWindowSize: 128 * 1024,
    // Above the limit of 64 KiB, which is answered with a status; beyond this one the stream is reset.
    maxHeaderListSize: 128 * 1024,
  },
  maxHeaderListPairs: 1000,
  maxSessionMemory: 32,
  maxSessionInvalidFrames: 100,
  maxSessionRejectedStreams: 256,
  maxOutstandingPings: 10,
};

/** Serves the requests that come by HTTP/2 on a connection, each as a stream that `context` takes. */
export const serveHttp2 = (socket: Duplex, peer: Peer, context: ClientContext): ClientSession =>
  new Http2ClientSession(socket, peer, context);

class Http2ClientSession implements ClientSession, Watched {
  silentSince = Date.now();
  readonly #socket: Duplex;
  readonly #session: ServerHttp2Session;
  readonly #peer: Peer;
  readonly #context: ClientContext;
  readonly #age: NodeJS.Timeout;
  readonly #resets = new ResetLimit();
  #late: NodeJS.Timeout | undefined;
  #streams = 0;
  #requests = 0;
  #retired = false;

  constructor(socket: Duplex, peer: Peer, context: ClientContext) {
    this.#socket = socket;
    this.#peer = peer;
    this.#context = context;
    const session = (this.#session = performServerHandshake(socket, OPTIONS));
    this.#age = setTimeout(() => this.retire(), this.#http?.clientKeepAlive ?? 0);
    context.watch.add(this);
    session.on('error', () => undefined); // the session is destroyed, and its streams with it
    session.on('close', () => this.#closed());
    session.on('ping', () => this.#touch());
    session.on('stream', (stream: ServerHttp2Stream, _block: IncomingHttpHeaders, flags: number, raw?: string[]) =>
      this.#take(stream, flags, raw ?? []),
    );
    // Doors take half-open connections; node ends a session only with its socket.
    socket.once('end', () => session.destroy());
  }

  get idleTimeout(): number {
    return this.#http?.idleTimeout ?? 0;
  }

  /**
   * Says that no new request is welcome, and only once that must have arrived refuses them: a client that had sent one
   * by then sees it answered. Source: RFC 9113 6.8.
   */
  retire(): void {
    if (this.#retired || this.#session.destroyed) return;
    this.#retired = true;
    this.#session.goaway(constants.NGHTTP2_NO_ERROR, LAST_STREAM_ID);
    const isSent = this.#session.ping(() => this.#close());
    if (!isSent) return this.#close();
    // A client that closed its own end at once acknowledges nothing any more.
    this.#late = setTimeout(() => this.#close(), LINGER);
  }

  endIfIdle(): void {
    this.#retired = true;
    this.#close();
  }

  destroy(): void {
    this.#session.destroy();
  }

  /** Nothing was asked for the idle timeout; a client that did not even go when told to is cut off. */
  fellSilent(): void {
    this.#touch();
    if (this.#retired) this.#session.destroy();
    else this.retire();
  }

  get #http() {
    return this.#context.tables[0]?.listener.http;
  }

  #touch(): void {
    this.silentSince = this.#streams === 0 ? Date.now() : Infinity;
  }

  #take(stream: ServerHttp2Stream, flags: number, raw: readonly string[]): void {
    this.#streams += 1;
    this.#touch();
    const bodiless = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0;
    const { head, refusal } = readRequestHead(raw, bodiless);
    const { watch } = this.#context;
    const closed = (reset: boolean) => this.#streamClosed(reset);
    const around = { peer: this.#peer, watch, idleTimeout: this.idleTimeout, headBytes: fieldsSize(raw), closed };
    const request = new Http2ClientStream(stream, head, around);
    if (stream.destroyed) return;
    if (refusal === undefined) this.#context.take(request);
    else this.#context.refuse(request, refusal);
    if (++this.#requests >= MAX_REQUESTS) this.retire();
  }

  #streamClosed(reset: boolean): void {
    this.#streams -= 1;
    this.#touch();
    if (reset && this.#resets.exceededBy(Date.now())) this.#expel();
    else if (this.#session.closed) this.#endSoon();
  }

  /** Ends the connection when its last request has ended. */
  #close(): void {
    clearTimeout(this.#late);
    this.#session.close();
    this.#endSoon();
  }

  /** A session that had something to write when it was closed and no stream left is one that node never ends. */
  #endSoon(): void {
    if (this.#streams > 0) return;
    setImmediate(() => this.#session.destroy());
    this.#linger();
  }

  /** To close at once with unread bytes would reset the connection, and the client would not learn why. */
  #expel(): void {
    this.#session.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM);
    this.#session.close();
    this.#session.destroy(undefined, constants.NGHTTP2_ENHANCE_YOUR_CALM);
    this.#linger();
  }

  #linger(): void {
    if (this.#socket.destroyed) return;
    const late = setTimeout(() => this.#socket.destroy(), LINGER);
    this.#socket.once('close', () => clearTimeout(late));
  }

  #closed(): void {
    clearTimeout(this.#age);
    clearTimeout(this.#late);
    this.#context.watch.delete(this);
  }
}
