import type { Socket } from 'node:net';

/*
 * What the parts of the traffic path say to each other, whatever protocol is spoken on either side:
 *
 *   client ── ClientStream ── Exchange ── TargetStream ── target
 *
 * A request is read by `http1/` or `http2/` and given to an `Exchange`, which asks the rules for a target, opens a
 * stream to it and carries the bytes both ways. Everything is called synchronously and once per packet: no stream
 * objects, no promises per request.
 */

/** A request up to its body. */
export interface RequestHead {
  readonly version: '1.0' | '1.1' | '2.0';
  readonly method: string;
  /** Path and query in origin form, as sent. */
  readonly target: string;
  /** Without the query. */
  readonly path: string;
  /** Behind the question mark; absent where there is none. */
  readonly query?: string;
  /** The Host header or `:authority`, as sent; empty when HTTP/1.0 sends none. */
  readonly authority: string;
  /** Lower case, without a port. */
  readonly host: string;
  /** Name, value, name, value, as sent; without pseudo-headers. Framing and hop-by-hop headers are still there. */
  readonly headers: readonly string[];
  /** `stream`: the length is not known beforehand. */
  readonly body: 'none' | 'length' | 'stream';
  /** Of a body by `length`. */
  readonly contentLength: number;
  readonly expectsContinue: boolean;
  /** An HTTP/1.1 request whose end a careless reader might see elsewhere, such as GET with a body. */
  readonly alone?: boolean;
  /** An HTTP/1.1 upgrade to `websocket`. */
  readonly wantsWebSocket: boolean;
}

/** Who asks. */
export interface Peer {
  readonly address: string;
  readonly port: number;
  readonly localAddress: string;
  readonly localPort: number;
  readonly tls?: PeerTls;
  /** `TID_…`, the same for every request of a connection. */
  readonly connectionId: string;
}

export interface PeerTls {
  /** Such as `TLSv1.3`. */
  readonly protocol: string;
  /** As OpenSSL names it. */
  readonly cipher: string;
  /** ARN of the certificate that was shown. */
  readonly certificateArn: string;
  readonly serverName: string;
}

/** The client's end of one request. Calls after `end` or `abort` do nothing. */
export interface ClientStream {
  readonly head: RequestHead;
  readonly peer: Peer;
  /** When the first byte of the request came: epoch milliseconds. */
  readonly receivedAt: number;
  /** Bytes of the request so far, its head included, and of the answer so far. */
  readonly receivedBytes: number;
  readonly sentBytes: number;
  /** Says who hears of the body and of the client's end; the body flows from here on until `pause`. */
  listen(listener: ClientListener): void;
  pause(): void;
  resume(): void;
  /** 1xx; only 100 and 103 are ever sent. */
  informational(status: number, headers: readonly string[]): void;
  /**
   * Begins the answer. Hop-by-hop headers are not among the headers; the protocol adds its own.
   *
   * @param bodyLength - where it is known; undefined makes a stream of it
   */
  answer(status: number, reason: string, headers: readonly string[], bodyLength: number | undefined): void;
  /** @returns false to wait for `drained` before the next */
  write(bytes: Buffer): boolean;
  /** Ends the answer. @param trailers - name, value, name, value; dropped where the client cannot take them */
  end(last?: Buffer, trailers?: readonly string[]): void;
  /** The answer cannot be completed: the client must see that it is not whole. */
  abort(): void;
  /** Answers 101 and gives the connection away. @param rest - what the client sent behind its request */
  tunnel(headers: readonly string[]): { readonly socket: Socket; readonly rest: Buffer };
}

/** What a client's end tells of. */
export interface ClientListener {
  /** A part of the request's body. */
  data(bytes: Buffer): void;
  /** The request is whole. */
  dataEnd(trailers: readonly string[] | undefined): void;
  /** The client takes more of the answer. */
  drained(): void;
  /** The client went away, or broke the protocol, before the answer ended. */
  clientGone(): void;
  /** The body cannot be read; the client may still be answered. Where absent, the stream is aborted. */
  clientBroke?(): void;
  /** Nothing came from the client for the idle timeout while its body was awaited. */
  clientSilent(): void;
}

/** A request as it goes to a target: hop-by-hop headers are gone, those of the load balancer are there. */
export interface OutgoingHead {
  readonly method: string;
  readonly target: string;
  readonly authority: string;
  /** Name, value, name, value; without Host, Content-Length and Transfer-Encoding. */
  readonly headers: readonly string[];
  readonly body: RequestHead['body'];
  readonly contentLength: number;
  readonly wantsWebSocket: boolean;
}

/** An answer of a target up to its body; hop-by-hop headers are gone. */
export interface AnswerHead {
  readonly status: number;
  readonly reason: string;
  /** Name, value, name, value; without Content-Length and Transfer-Encoding. */
  readonly headers: string[];
  /** Where it is known. */
  readonly bodyLength: number | undefined;
}

/** Why no (whole) answer came. `cut`: the balancer itself ended it. `short`: fewer bytes than the answer promised. */
export type Failure = 'connect' | 'connect-timeout' | 'tls' | 'closed' | 'malformed' | 'short' | 'timeout' | 'cut';

/** One request's place on a connection to a target. */
export interface TargetStream {
  /** Whether the connection had carried another request before. */
  readonly reused: boolean;
  /** Whether any byte of the answer has come. */
  readonly answered: boolean;
  /** @returns false to wait for `sendable` before the next */
  write(bytes: Buffer): boolean;
  endBody(trailers: readonly string[] | undefined): void;
  /** Stops and continues the answer's body. */
  pause(): void;
  resume(): void;
  /** Nobody waits for the answer any more. */
  forget(): void;
}

/** Who waits for an answer. Exactly one of `ended`, `switched` and `failed` comes last. */
export interface TargetListener {
  /** The head has been sent; the body may follow. */
  connected(): void;
  /** The target takes more of the request's body. */
  sendable(): void;
  informational(status: number, headers: readonly string[]): void;
  answerHead(head: AnswerHead): void;
  /** A part of the answer's body. @returns false to have the stream paused until `resume` */
  answerData(bytes: Buffer): boolean;
  ended(last: Buffer | undefined, trailers: readonly string[] | undefined): void;
  /** 101: the connection is the listener's from now on; `rest` came after the head. */
  switched(head: AnswerHead, socket: Socket, rest: Buffer): void;
  failed(why: Failure): void;
}

/** How a group's targets are spoken to; one per target, made by the group's protocol and version. */
export interface TargetConnector {
  /**
   * Sends a request's head.
   *
   * @param fresh - on a connection that has carried nothing yet
   * @param repeatable - the request may be sent again without harm, so any idle connection will do
   */
  open(head: OutgoingHead, listener: TargetListener, how: OpenOptions): TargetStream;
  /** Closes idle connections, and those in use when their request ends. */
  drain(): void;
  /** Takes requests again after `drain`. */
  undrain(): void;
  /** Ends every request with `cut` and closes everything. */
  cut(): void;
}

export interface OpenOptions {
  readonly fresh: boolean;
  readonly repeatable: boolean;
  /** No other request may follow on an HTTP/1.1 connection: the target might see this one's end elsewhere. */
  readonly alone?: boolean;
  /** Milliseconds. */
  readonly idleTimeout: number;
}

/** What is known of a request when it has ended, for counters and access logs. Times are epoch milliseconds. */
export interface ExchangeReport {
  readonly client: Pick<ClientStream, 'head' | 'peer' | 'receivedAt' | 'receivedBytes' | 'sentBytes'>;
  readonly endedAt: number;
  /** Of the rule that took it; -1 when none could be asked. */
  readonly rulePriority: number;
  readonly action: 'forward' | 'fixed-response' | 'redirect' | 'none';
  readonly redirectUrl?: string;
  readonly targetGroupArn?: string;
  /** `HOST:PORT` of every target tried, the last one last. */
  readonly targets: readonly string[];
  /** When the request went to its last target, and when the first byte of the answer came. */
  readonly sentAt?: number;
  readonly answeredAt?: number;
  /** Milliseconds between these two with fractions, from a monotonic clock. */
  readonly targetTime?: number;
  /** What the client got; 460 when it went away before. */
  readonly status: number;
  readonly targetStatus?: number;
  /** Set when the balancer made the answer because of it; `none` where no target was there to be asked. */
  readonly failure?: Failure | 'none';
  readonly traceId: string;
}
