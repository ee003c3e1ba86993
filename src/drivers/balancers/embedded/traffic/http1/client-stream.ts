import type { Socket } from 'node:net';
import type { ClientListener, ClientStream, Peer } from '../messages.ts';
import type { ParsedRequest } from './request-parser.ts';
import { trailerText } from './request-text.ts';

/** What a stream needs of its connection. */
export interface StreamOwner {
  readonly socket: Socket;
  readonly peer: Peer;
  /** The stream is listened to: its body may flow. */
  listening(): void;
  bodyPaused(): void;
  bodyResumed(): void;
  /** Whether the connection must end with this answer. */
  closesAfter(stream: Http1Stream): boolean;
  /** Bytes wait for a client that does not read. */
  blocked(): void;
  ended(stream: Http1Stream): void;
  aborted(): void;
  detach(): Buffer;
}

/** Below this a body is copied into the string of its head: one write costs less than two. Bytes. */
const SMALL_BODY = 16 * 1024;

type Framing = 'length' | 'chunks' | 'close' | 'none';

/** One request of an HTTP/1 client, and its answer as it is written. */
export class Http1Stream implements ClientStream {
  readonly head: ParsedRequest;
  readonly peer: Peer;
  readonly receivedAt: number;
  receivedBytes: number;
  sentBytes = 0;
  listener: ClientListener | undefined;
  /** Whether the connection ends with the answer. */
  closes = false;
  continued = false;
  readonly #owner: StreamOwner;
  #state: 'open' | 'answering' | 'over' = 'open';
  #framing: Framing = 'none';
  /** The answer's head, until something is written with it. */
  #unsent = '';

  constructor(owner: StreamOwner, head: ParsedRequest, receivedAt: number, receivedBytes: number) {
    this.#owner = owner;
    this.head = head;
    this.peer = owner.peer;
    this.receivedAt = receivedAt;
    this.receivedBytes = receivedBytes;
  }

  listen(listener: ClientListener): void {
    this.listener = listener;
    if (this.head.body !== 'none') this.#owner.listening();
  }

  pause(): void {
    if (this.#state !== 'over') this.#owner.bodyPaused();
  }

  resume(): void {
    if (this.#state !== 'over') this.#owner.bodyResumed();
  }

  informational(status: number, headers: readonly string[]): void {
    if (this.#state !== 'open' || this.head.version === '1.0' || (status !== 100 && status !== 103)) return;
    if (status === 100) this.continued = true;
    this.#send(`HTTP/1.1 ${status} ${status === 100 ? 'Continue' : 'Early Hints'}\r\n${linesOf(headers)}\r\n`);
  }

  answer(status: number, reason: string, headers: readonly string[], bodyLength: number | undefined): void {
    if (this.#state !== 'open') return;
    this.#state = 'answering';
    const bodiless = this.head.method === 'HEAD' || status === 204 || status === 304;
    this.#framing = bodiless ? 'none' : this.#framingOf(bodyLength);
    this.closes = this.#framing === 'close' || this.#owner.closesAfter(this);
    let text = `HTTP/1.1 ${status} ${reason}\r\n${linesOf(headers)}`;
    if (bodyLength !== undefined && status !== 204) text += `Content-Length: ${bodyLength}\r\n`;
    else if (this.#framing === 'chunks') text += 'Transfer-Encoding: chunked\r\n';
    this.#unsent = `${text}Connection: ${this.closes ? 'close' : 'keep-alive'}\r\n\r\n`;
    // A body that comes in the same turn goes out with its head.
    process.nextTick(flush, this);
  }

  write(bytes: Buffer): boolean {
    if (this.#state !== 'answering') return true;
    if (this.#framing === 'none' || bytes.length === 0) return true;
    const chunks = this.#framing === 'chunks';
    const before = this.#takeUnsent(chunks ? `${bytes.length.toString(16)}\r\n` : '');
    const ready = this.#sendWith(before, bytes, chunks ? '\r\n' : '');
    if (!ready) this.#owner.blocked();
    return ready;
  }

  end(last?: Buffer, trailers?: readonly string[]): void {
    if (this.#state !== 'answering') return;
    const chunks = this.#framing === 'chunks';
    const body = this.#framing === 'none' || last === undefined || last.length === 0 ? undefined : last;
    const before = this.#takeUnsent(chunks && body ? `${body.length.toString(16)}\r\n` : '');
    const after = chunks ? `${body ? '\r\n' : ''}${trailerText(trailers)}` : '';
    this.#state = 'over';
    if (body) this.#sendWith(before, body, after);
    else this.#send(before + after);
    this.#owner.ended(this);
  }

  abort(): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    // Where the end of the connection is the end of the body, only a reset tells that it is not whole.
    if (this.#framing === 'close') this.#owner.socket.resetAndDestroy();
    this.#owner.aborted();
  }

  tunnel(headers: readonly string[]): { readonly socket: Socket; readonly rest: Buffer } {
    this.#state = 'over';
    this.#send(
      `HTTP/1.1 101 Switching Protocols\r\n${linesOf(headers)}Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n`,
    );
    return { socket: this.#owner.socket, rest: this.#owner.detach() };
  }

  /** Nothing more is said on this stream. */
  closed(): void {
    this.#state = 'over';
  }

  /** Sends a head whose body has not come with it. */
  flush(): void {
    if (this.#state === 'answering' && this.#unsent !== '') this.#send(this.#takeUnsent(''));
  }

  #framingOf(bodyLength: number | undefined): Framing {
    if (bodyLength !== undefined) return 'length';
    return this.head.version === '1.0' ? 'close' : 'chunks';
  }

  #takeUnsent(more: string): string {
    const text = this.#unsent + more;
    this.#unsent = '';
    return text;
  }

  #send(text: string): boolean {
    if (text === '') return true;
    this.sentBytes += text.length;
    return this.#owner.socket.write(text, 'latin1');
  }

  #sendWith(before: string, bytes: Buffer, after: string): boolean {
    if (bytes.length <= SMALL_BODY) return this.#send(before + bytes.toString('latin1') + after);
    const { socket } = this.#owner;
    this.sentBytes += bytes.length;
    if (before === '' && after === '') return socket.write(bytes);
    socket.cork();
    this.#send(before);
    let ready = socket.write(bytes);
    if (after !== '') ready = this.#send(after);
    socket.uncork();
    return ready;
  }
}

const flush = (stream: Http1Stream): void => stream.flush();

function linesOf(headers: readonly string[]): string {
  let text = '';
  for (let index = 0; index < headers.length; index += 2) text += `${headers[index]}: ${headers[index + 1]}\r\n`;
  return text;
}
