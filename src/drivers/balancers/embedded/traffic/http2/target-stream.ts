import { constants, type ClientHttp2Stream, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http2';
import type { IdleWatch, Watched } from '../idle-watch.ts';
import type { AnswerHead, Failure, OutgoingHead, TargetListener, TargetStream } from '../messages.ts';
import { addFields, fieldsSize, receivedFields } from './fields.ts';
import type { TargetSession } from './target-session.ts';

/** Source: ELB User Guide, troubleshooting HTTP 502. */
const MAX_ANSWER_FIELDS = 32 * 1024;

export interface TargetRequest {
  readonly head: OutgoingHead;
  readonly listener: TargetListener;
  /** Milliseconds. */
  readonly idleTimeout: number;
  readonly scheme: 'http' | 'https';
  readonly grpc: boolean;
  readonly watch: IdleWatch;
  /** Sends the request once more on another connection; undefined once that has been done. */
  readonly again: ((reused: Http2TargetStream) => void) | undefined;
}

/** One request to a target by HTTP/2. It is watched while it is open, except while its answer is held back. */
export class Http2TargetStream implements TargetStream, Watched {
  reused = false;
  answered = false;
  silentSince = Infinity;
  readonly idleTimeout: number;
  readonly #of: TargetRequest;
  #session: TargetSession | undefined;
  #stream: ClientHttp2Stream | undefined;
  #again: TargetRequest['again'];
  #trailers: string[] | undefined;
  #requestTrailers: readonly string[] | undefined;
  #failure: Failure | undefined;
  #over = false;

  constructor(of: TargetRequest) {
    this.#of = of;
    this.#again = of.again;
    this.idleTimeout = of.idleTimeout;
  }

  /** Sends the head on a session. */
  begin(session: TargetSession): void {
    this.reused = session.used;
    this.#session = session;
    const { head, watch, idleTimeout } = this.#of;
    const stream = session.session.request(this.#fields(), {
      endStream: head.body === 'none',
      waitForTrailers: head.body === 'stream',
    });
    this.#stream = stream;
    session.streamBegan(idleTimeout);
    watch.add(this);
    if (stream.pending) stream.once('ready', () => this.#connected());
    else process.nextTick(() => this.#connected());
    this.#hear(stream);
  }

  write(bytes: Buffer): boolean {
    const stream = this.#stream;
    if (this.#over || !stream || stream.writableEnded || stream.destroyed) return true;
    this.#stamp();
    return stream.write(bytes);
  }

  endBody(trailers: readonly string[] | undefined): void {
    const stream = this.#stream;
    if (this.#over || !stream || stream.writableEnded || stream.destroyed) return;
    this.#stamp();
    this.#requestTrailers = trailers;
    stream.end();
  }

  pause(): void {
    this.silentSince = Infinity;
    this.#stream?.pause();
  }

  resume(): void {
    this.silentSince = Date.now();
    this.#stream?.resume();
  }

  forget(): void {
    this.#over = true;
    this.#stream?.close(constants.NGHTTP2_CANCEL);
  }

  fellSilent(): void {
    this.#fail('timeout');
  }

  #fields(): OutgoingHttpHeaders {
    const { head, scheme, grpc } = this.#of;
    const fields: OutgoingHttpHeaders = {
      ':method': head.method,
      ':scheme': scheme,
      ':authority': head.authority,
      ':path': head.target,
    };
    addFields(fields, head.headers);
    if (head.body === 'length') fields['content-length'] = head.contentLength;
    // Servers of gRPC refuse a client that may not understand trailers.
    if (grpc) fields['te'] = 'trailers';
    return fields;
  }

  #hear(stream: ClientHttp2Stream): void {
    stream.on('headers', (block: IncomingHttpHeaders, _flags: number, raw?: string[]) => {
      this.#stamp();
      if (!this.#over) this.#of.listener.informational(Number(block[':status']), receivedFields(block, raw));
    });
    stream.on('response', (block: IncomingHttpHeaders, flags: number, raw?: string[]) => this.#head(block, flags, raw));
    stream.on('data', (bytes: Buffer) => {
      this.#stamp();
      if (!this.#over && !this.#of.listener.answerData(bytes)) this.pause();
    });
    stream.on('trailers', (block: IncomingHttpHeaders, _flags: number, raw?: string[]) => {
      this.#trailers = receivedFields(block, raw);
    });
    stream.on('wantTrailers', () => stream.sendTrailers(addFields({}, this.#requestTrailers ?? [])));
    stream.on('drain', () => {
      if (!this.#over) this.#of.listener.sendable();
    });
    stream.on('end', () => this.#ended(stream));
    stream.on('error', () => undefined); // 'close' follows
    stream.on('close', () => this.#closed(stream));
  }

  #connected(): void {
    if (this.#over || this.#stream?.destroyed) return;
    this.silentSince = Date.now();
    this.#of.listener.connected();
  }

  #head(block: IncomingHttpHeaders, flags: number, raw: string[] | undefined): void {
    this.answered = true;
    this.#stamp();
    if (this.#over) return;
    const fields = receivedFields(block, raw);
    if (fieldsSize(fields) > MAX_ANSWER_FIELDS) return this.#fail('malformed');
    this.#of.listener.answerHead(this.#answerOf(fields, Number(block[':status']), flags));
  }

  /** A length of 0 is told only of answers that ended with their head: trailers may follow any other. */
  #answerOf(fields: readonly string[], status: number, flags: number): AnswerHead {
    const whole = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0;
    const headers: string[] = [];
    let length: number | undefined;
    for (let index = 0; index < fields.length; index += 2) {
      const name = fields[index] ?? '';
      if (name === 'content-length') length = Number(fields[index + 1]);
      else headers.push(name, fields[index + 1] ?? '');
    }
    const bodiless = this.#of.head.method === 'HEAD' || status === 304;
    const bodyLength = bodiless ? length : whole ? 0 : length === 0 ? undefined : length;
    return { status, reason: '', headers, bodyLength: status === 204 ? undefined : bodyLength };
  }

  #ended(stream: ClientHttp2Stream): void {
    if (this.#over || this.#failure !== undefined || !this.answered || stream.rstCode !== 0) return;
    this.#over = true;
    this.#of.listener.ended(undefined, this.#trailers);
    // The target has answered without the rest of the request, which nobody needs any more.
    if (!stream.writableEnded) stream.close(constants.NGHTTP2_CANCEL);
  }

  #fail(why: Failure): void {
    this.#failure ??= why;
    this.#stream?.close(constants.NGHTTP2_CANCEL);
  }

  #closed(stream: ClientHttp2Stream): void {
    this.#of.watch.delete(this);
    this.#session?.streamEnded();
    if (this.#over) return;
    const again = this.#again;
    this.#again = undefined;
    // The target says that it has not looked at it: no work is repeated. RFC 9113 6.8 and 8.7.
    const unprocessed = stream.rstCode === constants.NGHTTP2_REFUSED_STREAM && !this.answered;
    if (unprocessed && again && this.#of.head.body === 'none') return again(this);
    this.#over = true;
    this.#of.listener.failed(this.#failure ?? this.#howItEnded(stream));
  }

  #howItEnded(stream: ClientHttp2Stream): Failure {
    const session = this.#session;
    if (session && !session.isUsable && session.ending !== 'closed') return session.ending;
    return stream.rstCode === constants.NGHTTP2_PROTOCOL_ERROR ? 'malformed' : 'closed';
  }

  #stamp(): void {
    if (this.silentSince !== Infinity) this.silentSince = Date.now();
  }
}
