import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { IdleWatch, Watched } from '../idle-watch.ts';
import type { Failure, OpenOptions, OutgoingHead, TargetListener, TargetStream } from '../messages.ts';
import { AnswerReader, type AnswerFound } from './answer-reader.ts';
import { requestText, trailerText } from './request-text.ts';
import type { ResponseHead } from './response-head.ts';
import type { TargetAddress } from './target-connector.ts';

/** What a connection belongs to. */
export interface UpstreamOwner {
  readonly address: TargetAddress;
  readonly watch: IdleWatch;
  becameIdle(upstream: Upstream): void;
  gone(upstream: Upstream): void;
}

/** Milliseconds for a connection, and again for TLS. */
const CONNECT_TIMEOUT = 10_000;
/** Bytes that may wait in a socket; the stream default of 16 KiB would pause at every packet. */
const HIGH_WATER = 128 * 1024;

/** What all connections are read into, one after the other. */
const READ_INTO = Buffer.allocUnsafeSlow(256 * 1024);

/** One connection to a target, which is its present request's stream too: no objects per request. */
export class Upstream implements TargetStream, Watched, AnswerFound {
  reused = false;
  answered = false;
  silentSince = Date.now();
  idleTimeout = CONNECT_TIMEOUT;
  /** How long it may lie idle, as the target says, in milliseconds. */
  keepFor = Infinity;
  readonly #owner: UpstreamOwner;
  readonly #socket: Socket;
  readonly #reader = new AnswerReader(this);
  #state: 'connecting' | 'handshaking' | 'open' = 'connecting';
  #listener: TargetListener | undefined;
  #failure: Failure | undefined;
  #used = false;
  #requestSent = true;
  #chunked = false;
  #last = false;
  #wantsSwitch = false;
  #allowedSilence = 0;
  readonly #onData = (bytes: Buffer): void => this.#data(bytes);
  readonly #onClose = (): void => this.#closed();
  readonly #onDrain = (): void => {
    if (!this.#requestSent) this.#listener?.sendable();
  };

  /** @param mayTunnel - the connection may be given away, and must then have what a stream has */
  constructor(owner: UpstreamOwner, mayTunnel: boolean) {
    this.#owner = owner;
    const socket = (this.#socket = mayTunnel ? open(owner.address) : open(owner.address, this.#onData));
    socket.on('connect', () => this.#connected());
    socket.on('secureConnect', () => this.#opened());
    socket.on('data', this.#onData);
    socket.on('drain', this.#onDrain);
    socket.on('error', () => undefined); // `close` always follows
    socket.on('close', this.#onClose);
    owner.watch.add(this);
  }

  get isDestroyed(): boolean {
    return this.#socket.destroyed;
  }

  /** Sends a request's head and waits for its answer. */
  begin(head: OutgoingHead, listener: TargetListener, how: OpenOptions): void {
    this.reused = this.#used;
    this.#used = true;
    this.answered = false;
    this.#listener = listener;
    this.#requestSent = head.body === 'none';
    this.#chunked = head.body === 'stream';
    this.#last = how.alone === true;
    this.#wantsSwitch = head.wantsWebSocket;
    this.#reader.expect(head.method === 'HEAD');
    this.#allowedSilence = how.idleTimeout;
    this.silentSince = Date.now();
    this.#socket.write(requestText(head), 'latin1');
    if (this.#state !== 'open') return;
    this.#watchFor(how.idleTimeout);
    listener.connected();
  }

  write(bytes: Buffer): boolean {
    this.#stamp();
    if (!this.#chunked) return this.#socket.write(bytes);
    if (bytes.length === 0) return true;
    this.#socket.cork();
    this.#socket.write(`${bytes.length.toString(16)}\r\n`, 'latin1');
    this.#socket.write(bytes);
    const ready = this.#socket.write('\r\n', 'latin1');
    this.#socket.uncork();
    return ready;
  }

  endBody(trailers: readonly string[] | undefined): void {
    this.#stamp();
    this.#requestSent = true;
    if (this.#chunked) this.#socket.write(trailerText(trailers), 'latin1');
  }

  pause(): void {
    this.#socket.pause();
    this.silentSince = Infinity;
  }

  resume(): void {
    this.silentSince = Date.now();
    this.#socket.resume();
  }

  forget(): void {
    this.#listener = undefined;
    this.#socket.destroy();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** Ends the connection and tells whoever waits why. */
  abort(why: Failure): void {
    this.#failure = why;
    this.#socket.destroy();
  }

  fellSilent(): void {
    if (this.#state === 'connecting') this.abort('connect-timeout');
    else if (this.#state === 'handshaking') this.abort('tls');
    else this.abort('timeout');
  }

  informational(status: number, headers: readonly string[]): void {
    this.#listener?.informational(status, headers);
  }

  head(head: ResponseHead): void {
    this.keepFor = head.keepFor ?? this.keepFor;
    this.#listener?.answerHead(head);
  }

  data(bytes: Buffer): boolean {
    return this.#listener?.answerData(bytes) ?? true;
  }

  end(last: Buffer | undefined, trailers: readonly string[] | undefined, clean: boolean): void {
    const listener = this.#listener;
    const reusable = clean && this.#reader.head?.keepAlive === true && this.#requestSent && !this.#last;
    this.#listener = undefined;
    if (reusable && !this.#socket.destroyed) this.#owner.becameIdle(this);
    else this.#socket.destroy();
    listener?.ended(last, trailers);
  }

  switched(head: ResponseHead, rest: Buffer): void {
    const listener = this.#listener;
    if (!listener || !this.#wantsSwitch) return this.malformed();
    this.#listener = undefined;
    this.#socket.off('data', this.#onData);
    this.#socket.off('drain', this.#onDrain);
    this.#owner.watch.delete(this);
    listener.switched(head, this.#socket, rest);
  }

  malformed(): void {
    this.abort('malformed');
  }

  #connected(): void {
    this.silentSince = Date.now();
    if (this.#owner.address.tls) this.#state = 'handshaking';
    else this.#opened();
  }

  #opened(): void {
    this.#state = 'open';
    this.silentSince = Date.now();
    this.#watchFor(this.#allowedSilence);
    this.#listener?.connected();
  }

  #watchFor(idleTimeout: number): void {
    if (this.idleTimeout === idleTimeout) return;
    this.idleTimeout = idleTimeout;
    this.#owner.watch.add(this);
  }

  #stamp(): void {
    if (this.silentSince !== Infinity) this.silentSince = Date.now();
  }

  #data(bytes: Buffer): void {
    if (!this.#listener) return void this.#socket.destroy(); // bytes that nobody asked for
    this.silentSince = Date.now();
    this.answered = true;
    this.#reader.read(bytes);
  }

  #closed(): void {
    this.#owner.watch.delete(this);
    this.#owner.gone(this);
    const listener = this.#listener;
    this.#listener = undefined;
    if (!listener) return;
    const { head } = this.#reader;
    const whole = this.#failure === undefined && !this.#socket.errored;
    if (whole && head?.framing === 'close') listener.ended(undefined, undefined);
    else listener.failed(this.#failure ?? this.#howItEnded(whole && head !== undefined));
  }

  #howItEnded(short: boolean): Failure {
    if (this.#state === 'connecting') return 'connect';
    if (this.#state === 'handshaking') return 'tls';
    return short ? 'short' : 'closed';
  }
}

/** @param onBytes - takes the bytes in place of `data` events where the connection can do so, which costs less */
function open({ host, port, tls }: TargetAddress, onBytes?: (bytes: Buffer) => void): Socket {
  const options = { host, port, writableHighWaterMark: HIGH_WATER };
  if (!tls) return connect({ ...options, noDelay: true, ...(onBytes && { onread: copying(onBytes) }) });
  const socket = connectTls({ ...options, rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] });
  socket.setNoDelay(true);
  return socket;
}

/** Reads as much as is there at once; a copy costs less than a second read and a second write of what did not fit. */
const copying = (onBytes: (bytes: Buffer) => void) => ({
  buffer: READ_INTO,
  callback: (length: number) => {
    onBytes(Buffer.from(READ_INTO.subarray(0, length)));
    return true;
  },
});
