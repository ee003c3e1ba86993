import { connect, type Socket } from 'node:net';
import { ChunkedBody } from './chunked-body.ts';
import { parseResponseHead, type ResponseHead } from './response-head.ts';

/** Why no (whole) answer came. `cut`: the balancer itself ended the connection. */
export type Failure = 'connect' | 'connect-timeout' | 'closed' | 'malformed' | 'timeout' | 'cut';

/** Whoever waits for the answer on a connection. */
export interface Receiver {
  readonly method: string;
  /** Whether the whole request has been written; else the connection is not used again. */
  readonly requestSent: boolean;
  connected(): void;
  informational(status: number): void;
  head(head: ResponseHead): void;
  /** 101: the connection is the receiver's from now on; `rest` came after the head. */
  switched(head: ResponseHead, rest: Buffer): void;
  /** Takes a part of the body; false asks for `resume` before the next. */
  body(bytes: Buffer): boolean;
  ended(last: Buffer | undefined): void;
  failed(why: Failure): void;
}

/** What a connection belongs to. */
export interface UpstreamOwner {
  readonly host: string;
  readonly port: number;
  idle(upstream: Upstream): void;
  gone(upstream: Upstream): void;
}

const CONNECT_TIMEOUT = 10_000;
const MAX_HEAD = 32 * 1024;
const HEAD_END = Buffer.from('\r\n\r\n');

/** One connection to a target: writes are the caller's, answers are read here without stream objects per request. */
export class Upstream {
  readonly socket: Socket;
  reused = false;
  /** Whether any byte of the present answer has come. */
  answered = false;
  idleSince = 0;
  /** How long it may lie idle, as the target says, in milliseconds. */
  keepFor = Infinity;
  isConnected = false;
  readonly #owner: UpstreamOwner;
  #receiver: Receiver | undefined;
  #failure: Failure = 'connect';
  #head: ResponseHead | undefined;
  #partialHead: Buffer | undefined;
  #remaining = 0;
  #chunks: ChunkedBody | undefined;
  #idleTimeout: number;

  constructor(owner: UpstreamOwner, idleTimeout: number) {
    this.#owner = owner;
    this.#idleTimeout = idleTimeout;
    const socket = (this.socket = connect({ host: owner.host, port: owner.port, noDelay: true }));
    socket.setTimeout(CONNECT_TIMEOUT);
    socket.on('connect', () => this.#connected());
    socket.on('data', (bytes: Buffer) => this.#data(bytes));
    socket.on('timeout', () => this.abort(this.isConnected ? 'timeout' : 'connect-timeout'));
    socket.on('error', () => undefined); // `close` always follows
    socket.on('close', () => this.#closed());
  }

  /** Sends a request's head and waits for its answer. */
  begin(receiver: Receiver, head: string, idleTimeout: number): void {
    this.#receiver = receiver;
    this.answered = false;
    if (idleTimeout !== this.#idleTimeout) {
      this.#idleTimeout = idleTimeout;
      if (this.isConnected) this.socket.setTimeout(idleTimeout);
    }
    this.socket.write(head, 'latin1');
  }

  /** Ends the connection and tells the receiver why. */
  abort(why: Failure): void {
    this.#failure = why;
    this.socket.destroy();
  }

  /** Ends the connection without telling the receiver, which has lost interest. */
  forget(): void {
    this.#receiver = undefined;
    this.socket.destroy();
  }

  #connected(): void {
    this.isConnected = true;
    this.#failure = 'closed';
    this.socket.setTimeout(this.#idleTimeout);
    this.#receiver?.connected();
  }

  #closed(): void {
    this.#owner.gone(this);
    const receiver = this.#receiver;
    this.#receiver = undefined;
    if (!receiver) return;
    const endsByClose = this.#head?.framing.by === 'close' && this.#failure === 'closed';
    if (endsByClose && !this.socket.errored) receiver.ended(undefined);
    else receiver.failed(this.#failure);
  }

  #data(bytes: Buffer): void {
    if (!this.#receiver) return void this.socket.destroy(); // bytes that nobody asked for
    this.answered = true;
    if (this.#head) return this.#body(this.#receiver, bytes);
    const all = this.#partialHead ? Buffer.concat([this.#partialHead, bytes]) : bytes;
    this.#partialHead = undefined;
    this.#takeHead(this.#receiver, all);
  }

  #takeHead(receiver: Receiver, bytes: Buffer): void {
    const end = bytes.indexOf(HEAD_END);
    if (end < 0 ? bytes.length > MAX_HEAD : end > MAX_HEAD) return this.abort('malformed');
    if (end < 0) return void (this.#partialHead = bytes);
    const head = parseResponseHead(bytes.toString('latin1', 0, end), receiver.method === 'HEAD');
    const rest = bytes.subarray(end + 4);
    if (!head) return this.abort('malformed');
    if (head.status === 101) return this.#switch(receiver, head, rest);
    if (head.status >= 200) return this.#begins(receiver, head, rest);
    receiver.informational(head.status);
    if (rest.length > 0) this.#takeHead(receiver, rest);
  }

  #switch(receiver: Receiver, head: ResponseHead, rest: Buffer): void {
    this.socket.removeAllListeners('data');
    receiver.switched(head, rest);
  }

  /** The receiver of a switched connection calls this to hear of its end no more than the socket tells. */
  detach(): void {
    this.#receiver = undefined;
  }

  #begins(receiver: Receiver, head: ResponseHead, rest: Buffer): void {
    this.#head = head;
    this.keepFor = head.keepFor ?? this.keepFor;
    this.#chunks = head.framing.by === 'chunks' ? new ChunkedBody() : undefined;
    this.#remaining = head.framing.by === 'length' ? head.framing.length : Infinity;
    receiver.head(head);
    this.#body(receiver, rest);
  }

  #body(receiver: Receiver, bytes: Buffer): void {
    if (this.#chunks) return this.#chunked(receiver, this.#chunks, bytes);
    if (bytes.length >= this.#remaining) {
      const last = bytes.length > this.#remaining ? bytes.subarray(0, this.#remaining) : bytes;
      return this.#finish(receiver, bytes.length === this.#remaining, last.length > 0 ? last : undefined);
    }
    this.#remaining -= bytes.length;
    if (bytes.length > 0 && !receiver.body(bytes)) this.socket.pause();
  }

  #chunked(receiver: Receiver, chunks: ChunkedBody, bytes: Buffer): void {
    const parts: Buffer[] = [];
    const end = chunks.read(bytes, parts);
    if (end === -2) return this.abort('malformed');
    let ready = true;
    for (const part of parts) ready = receiver.body(part) && ready;
    if (end >= 0) this.#finish(receiver, end === bytes.length, undefined);
    else if (!ready) this.socket.pause();
  }

  #finish(receiver: Receiver, clean: boolean, last: Buffer | undefined): void {
    const reusable = clean && this.#head?.keepAlive === true && receiver.requestSent && !this.socket.destroyed;
    this.#receiver = undefined;
    this.#head = undefined;
    this.#chunks = undefined;
    if (reusable) this.#owner.idle(this);
    else this.socket.destroy();
    receiver.ended(last);
  }
}
