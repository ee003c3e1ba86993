import type { Socket } from 'node:net';
import type { HttpSettings } from '../../../balancer.ts';
import type { ClientContext, ClientSession } from '../client-context.ts';
import type { Watched } from '../idle-watch.ts';
import type { Peer } from '../messages.ts';
import { tableForHost } from '../routing.ts';
import { Http1Stream, type StreamOwner } from './client-stream.ts';
import { findHead, UNREADABLE } from './head-bytes.ts';
import { RequestBody } from './request-body.ts';
import { parseRequest, type ParsedRequest } from './request-parser.ts';

/** How long a client may take to read the last answer and close, in milliseconds. */
const LINGER = 5000;
const NOTHING = Buffer.alloc(0);

/** Serves the requests that come by HTTP/1 on a connection, one at a time; the next ones wait in the socket. */
export const serveHttp1 = (socket: Socket, peer: Peer, context: ClientContext): ClientSession =>
  new Http1Connection(socket, peer, context);

class Http1Connection implements ClientSession, StreamOwner, Watched {
  readonly socket: Socket;
  readonly peer: Peer;
  silentSince = Date.now();
  idleTimeout = Infinity;
  readonly #context: ClientContext;
  readonly #openedAt = Date.now();
  #http: HttpSettings | undefined;
  #state: 'open' | 'lingering' | 'given-away' = 'open';
  #stream: Http1Stream | undefined;
  /** What is still to come of the present request's body. */
  #body: RequestBody | undefined;
  #bodyFlows = false;
  #bodyBroken = false;
  #unread: Buffer | undefined;
  /** When the first byte of an unfinished head came; 0 between requests. */
  #headSince = 0;
  #reading = false;
  #paused = false;
  #blocked = false;
  #retired = false;

  constructor(socket: Socket, peer: Peer, context: ClientContext) {
    this.socket = socket;
    this.peer = peer;
    this.#context = context;
    this.#settle(context.tables[0]?.listener.http);
    context.watch.add(this);
    socket.on('data', this.#onData);
    socket.on('end', this.#onEnd);
    socket.on('drain', this.#onDrain);
    socket.on('timeout', this.#onTimeout);
    socket.on('close', this.#onClose);
    socket.on('error', ignore); // `close` always follows
  }

  retire(): void {
    this.#retired = true;
  }

  endIfIdle(): void {
    this.#retired = true;
    if (this.#state === 'open' && !this.#stream) this.socket.destroy();
  }

  destroy(): void {
    this.socket.destroy();
  }

  fellSilent(): void {
    this.silentSince = Infinity;
    if (this.#state !== 'open') this.socket.destroy();
    else if (this.#stream) this.#stream.listener?.clientSilent();
    else if (this.#headSince > 0) this.#refuse(408);
    else this.socket.destroy();
  }

  listening(): void {
    this.bodyResumed();
  }

  bodyPaused(): void {
    if (!this.#body) return;
    this.#bodyFlows = false;
    this.silentSince = Infinity;
    this.#steer();
  }

  bodyResumed(): void {
    if (!this.#body || this.#bodyFlows) return;
    this.#bodyFlows = true;
    this.silentSince = Date.now();
    this.#readOn();
  }

  closesAfter(stream: Http1Stream): boolean {
    const { head } = stream;
    if (!head.keepAlive || head.alone === true || this.#retired || this.#bodyBroken) return true;
    // A client that was never told to go on may or may not send its body, so nothing behind it can be read.
    if (head.expectsContinue && !stream.continued && this.#body) return true;
    return Date.now() - this.#openedAt >= (this.#http?.clientKeepAlive ?? Infinity);
  }

  blocked(): void {
    if (this.#blocked) return;
    this.#blocked = true;
    this.socket.setTimeout(this.idleTimeout); // reset by every byte that the client takes
  }

  ended(stream: Http1Stream): void {
    if (this.#stream !== stream) return;
    this.#stream = undefined;
    if (stream.closes || this.#body) return this.#linger();
    this.silentSince = Date.now();
    this.#readOn();
  }

  aborted(): void {
    this.#stream = undefined;
    this.socket.destroy();
  }

  detach(): Buffer {
    const rest = this.#unread ?? NOTHING;
    this.#state = 'given-away';
    this.#stream = undefined;
    this.#unread = undefined;
    this.#context.watch.delete(this);
    const { socket } = this;
    socket.off('data', this.#onData).off('end', this.#onEnd).off('drain', this.#onDrain);
    socket.off('timeout', this.#onTimeout).off('close', this.#onClose);
    socket.setTimeout(0);
    socket.pause();
    return rest;
  }

  readonly #onData = (bytes: Buffer): void => {
    if (this.#state !== 'open') return;
    this.#unread = this.#unread ? Buffer.concat([this.#unread, bytes]) : bytes;
    this.#readOn();
  };

  /** The client has closed its side, which no client does that still waits for an answer. */
  readonly #onEnd = (): void => {
    if (this.#stream) this.socket.destroy();
    else this.socket.end();
  };

  readonly #onDrain = (): void => {
    this.#blocked = false;
    this.socket.setTimeout(0);
    this.#stream?.listener?.drained();
  };

  readonly #onTimeout = (): void => void this.socket.destroy();

  readonly #onClose = (): void => {
    this.#context.watch.delete(this);
    this.#unread = undefined;
    const stream = this.#stream;
    this.#stream = undefined;
    stream?.closed();
    stream?.listener?.clientGone();
  };

  /** A loop, since requests that are answered at once may come by the thousand in one packet. */
  #readOn(): void {
    if (this.#reading) return;
    this.#reading = true;
    while (this.#unread !== undefined && this.#read(this.#unread));
    this.#reading = false;
    this.#steer();
  }

  /** @returns whether there may be more to read */
  #read(bytes: Buffer): boolean {
    if (this.#state !== 'open') return false;
    const stream = this.#stream;
    if (!stream) return this.#readHead(bytes);
    if (this.#body && this.#bodyFlows) this.#readBody(stream, this.#body, bytes);
    return false;
  }

  /** Lets the socket flow while its bytes are wanted. With nothing to come it flows too, to tell of the client's end. */
  #steer(): void {
    const wanted = this.#state !== 'open' || !this.#stream || (this.#body !== undefined && this.#bodyFlows);
    const paused = !wanted && (this.#unread !== undefined || this.#body !== undefined);
    if (paused === this.#paused || this.#state === 'given-away') return;
    this.#paused = paused;
    if (paused) this.socket.pause();
    else this.socket.resume();
  }

  #readHead(bytes: Buffer): boolean {
    const found = findHead(bytes);
    if (found.state === 'whole') {
      this.#unread = found.end < bytes.length ? bytes.subarray(found.end) : undefined;
      this.#begin(bytes.toString('latin1', found.start, found.end - 4), found.end - found.start);
      return true;
    }
    if (found.state === 'refused') this.#refuse(found.status);
    else if (found.state === 'partial' && this.#headSince === 0) this.silentSince = this.#headSince = Date.now();
    else if (found.state === 'blank') this.#unread = undefined;
    return false;
  }

  #begin(text: string, length: number): void {
    const receivedAt = this.#headSince > 0 ? this.#headSince : Date.now();
    this.#headSince = 0;
    this.silentSince = Infinity;
    const head = parseRequest(text, this.peer.tls !== undefined);
    if (typeof head === 'number') return this.#refuse(head, length);
    this.#settle(tableForHost(this.#context.tables, head.host)?.listener.http);
    if (head.odd && this.#http?.desyncMitigation === 'strictest') return this.#refuse(400, length);
    const stream = this.#open(head, receivedAt, length);
    this.#body = head.body === 'none' ? undefined : new RequestBody(head);
    this.#bodyFlows = false;
    this.#context.take(stream);
  }

  #open(head: ParsedRequest, receivedAt: number, length: number): Http1Stream {
    return (this.#stream = new Http1Stream(this, head, receivedAt, length));
  }

  #readBody(stream: Http1Stream, body: RequestBody, bytes: Buffer): void {
    this.#unread = undefined;
    this.silentSince = Date.now();
    stream.receivedBytes += bytes.length;
    if (!stream.listener) return;
    const end = body.read(bytes, stream.listener);
    if (end === -2) return this.#breakBody(stream);
    if (end < 0) return;
    this.#body = undefined;
    this.silentSince = Infinity;
    if (end === bytes.length) return;
    this.#unread = bytes.subarray(end);
    stream.receivedBytes -= bytes.length - end;
  }

  #breakBody(stream: Http1Stream): void {
    this.#bodyBroken = true;
    this.silentSince = Infinity;
    stream.listener?.clientBroke?.();
    if (this.#stream === stream) stream.abort();
  }

  /** Answers what cannot be read as a request; nothing that follows it can be read either. */
  #refuse(status: number, length = this.#unread?.length ?? 0): void {
    this.#unread = undefined;
    const receivedAt = this.#headSince > 0 ? this.#headSince : Date.now();
    this.#context.refuse(this.#open(UNREADABLE, receivedAt, length), status);
  }

  /** To close with unread bytes would reset the connection, and lose an answer that the client has not read yet. */
  #linger(): void {
    this.#state = 'lingering';
    this.#unread = undefined;
    this.#body = undefined;
    this.silentSince = Date.now();
    this.idleTimeout = LINGER;
    this.socket.end();
    this.#steer();
  }

  #settle(http: HttpSettings | undefined): void {
    this.#http = http;
    const idleTimeout = http?.idleTimeout ?? LINGER;
    if (idleTimeout === this.idleTimeout) return;
    this.idleTimeout = idleTimeout;
    this.#context.watch.add(this);
  }
}

const ignore = (): void => undefined;
