import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import type { IdleWatch, Watched } from '../idle-watch.ts';
import type { ClientListener, ClientStream, Peer, RequestHead } from '../messages.ts';
import { addFields, receivedFields } from './fields.ts';

export interface StreamSurroundings {
  readonly peer: Peer;
  readonly watch: IdleWatch;
  /** Milliseconds. */
  readonly idleTimeout: number;
  /** Octets of the header block. */
  readonly headBytes: number;
  /** The stream is over; `reset`: before its answer was. */
  closed(reset: boolean): void;
}

/** One request of an HTTP/2 client. It is watched only while its body, or room for its answer, is awaited. */
export class Http2ClientStream implements ClientStream, Watched {
  readonly head: RequestHead;
  readonly peer: Peer;
  readonly receivedAt = Date.now();
  receivedBytes: number;
  sentBytes = 0;
  silentSince = Infinity;
  readonly idleTimeout: number;
  readonly #stream: ServerHttp2Stream;
  readonly #around: StreamSurroundings;
  #listener: ClientListener | undefined;
  #trailers: string[] | undefined;
  #awaitsBody: boolean;
  #paused = false;
  #blocked = false;
  #takesBody = true;
  #sendsTrailers = false;
  #done = false;
  #reset = false;

  constructor(stream: ServerHttp2Stream, head: RequestHead, around: StreamSurroundings) {
    this.#stream = stream;
    this.#around = around;
    this.head = head;
    this.peer = around.peer;
    this.idleTimeout = around.idleTimeout;
    this.receivedBytes = around.headBytes;
    this.#awaitsBody = head.body !== 'none';
    stream.on('error', () => undefined); // 'close' follows, and says the same
    stream.on('aborted', () => this.#gone());
    stream.on('close', () => this.#closed());
  }

  listen(listener: ClientListener): void {
    this.#listener = listener;
    const stream = this.#stream;
    stream.on('drain', () => this.#drained());
    if (!this.#awaitsBody) return void stream.resume();
    this.#around.watch.add(this);
    this.#stamp();
    stream.on('data', (bytes: Buffer) => {
      this.receivedBytes += bytes.length;
      this.#stamp();
      listener.data(bytes);
    });
    stream.on('trailers', (block: IncomingHttpHeaders, _flags: number, raw?: string[]) => {
      this.#trailers = receivedFields(block, raw);
    });
    stream.on('end', () => {
      if (stream.rstCode !== constants.NGHTTP2_NO_ERROR || stream.aborted) return;
      this.#awaitsBody = false;
      this.#stamp();
      if (!this.#done) listener.dataEnd(this.#trailers);
    });
  }

  pause(): void {
    this.#paused = true;
    this.#stream.pause();
    this.#stamp();
  }

  resume(): void {
    this.#paused = false;
    this.#stream.resume();
    this.#stamp();
  }

  informational(status: number, headers: readonly string[]): void {
    if (this.#isOver || this.#stream.headersSent) return;
    this.#stream.additionalHeaders(addFields({ ':status': status }, headers));
  }

  answer(status: number, _reason: string, headers: readonly string[], bodyLength: number | undefined): void {
    if (this.#isOver) return;
    const none = this.head.method === 'HEAD' || status === 204 || status === 205 || status === 304;
    this.#takesBody = !none && bodyLength !== 0;
    this.#sendsTrailers = !none && bodyLength === undefined;
    const fields = addFields({ ':status': status }, headers);
    // An answer of gRPC that has an error only is its header block, and gives no length.
    const counted = bodyLength !== undefined && status !== 204 && !(bodyLength === 0 && 'grpc-status' in fields);
    if (counted) fields['content-length'] = bodyLength;
    this.sentBytes += sizeOf(headers);
    this.#stream.respond(fields, { endStream: !this.#takesBody, waitForTrailers: this.#sendsTrailers });
  }

  write(bytes: Buffer): boolean {
    if (this.#isOver || !this.#takesBody) return true;
    this.sentBytes += bytes.length;
    this.#blocked = !this.#stream.write(bytes);
    if (this.#blocked) this.#around.watch.add(this);
    this.#stamp();
    return !this.#blocked;
  }

  end(last?: Buffer, trailers?: readonly string[]): void {
    if (this.#isOver) return;
    this.#done = true;
    const stream = this.#stream;
    if (this.#sendsTrailers) {
      stream.once('wantTrailers', () => {
        // Without any, node ends the stream by an empty frame.
        stream.sendTrailers(addFields({}, trailers ?? []));
        this.#refuseRest();
      });
    } else stream.once('finish', () => this.#refuseRest());
    if (last && this.#takesBody) this.sentBytes += last.length;
    if (stream.writableEnded) return;
    // The client may never make room for the rest.
    this.#blocked = true;
    this.#around.watch.add(this);
    this.#stamp();
    if (last && this.#takesBody) stream.end(last);
    else stream.end();
  }

  abort(): void {
    if (this.#isOver) return;
    this.#done = true;
    this.#stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  }

  tunnel(): { readonly socket: Socket; readonly rest: Buffer } {
    throw new Error('a request by HTTP/2 cannot be upgraded to a tunnel');
  }

  fellSilent(): void {
    this.silentSince = Infinity;
    if (this.#blocked) this.#stream.close(constants.NGHTTP2_CANCEL);
    else if (!this.#done) this.#listener?.clientSilent();
  }

  get #isOver(): boolean {
    return this.#done || this.#stream.destroyed || this.#stream.closed;
  }

  #stamp(): void {
    const awaits = this.#blocked || (this.#awaitsBody && !this.#paused);
    this.silentSince = awaits ? Date.now() : Infinity;
  }

  #drained(): void {
    this.#blocked = false;
    this.#stamp();
    if (!this.#done) this.#listener?.drained();
  }

  /**
   * The answer is out; what the client still sends of its request is for nobody. RFC 9113 8.1. Node 22 sends nothing that
   * it still has to send of a stream once that is closed.
   */
  #refuseRest(): void {
    if (!this.#awaitsBody) return;
    setImmediate(() => {
      if (this.#awaitsBody && !this.#stream.destroyed) this.#stream.close(constants.NGHTTP2_NO_ERROR);
    });
  }

  #gone(): void {
    if (this.#done) return;
    this.#done = true;
    this.#reset = true;
    this.#listener?.clientGone();
  }

  #closed(): void {
    this.#gone();
    this.#around.watch.delete(this);
    this.#around.closed(this.#reset);
  }
}

function sizeOf(headers: readonly string[]): number {
  let size = 0;
  for (const text of headers) size += text.length;
  return size;
}
