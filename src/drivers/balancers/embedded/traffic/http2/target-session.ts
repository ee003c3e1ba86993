import { connect as connectHttp2, type ClientHttp2Session, type ClientSessionOptions } from 'node:http2';
import { connect, isIPv6, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { TargetAddress } from '../http1/target-connector.ts';
import type { IdleWatch, Watched } from '../idle-watch.ts';
import type { Failure } from '../messages.ts';

/** Milliseconds for a connection, and again for TLS and the target's first frame. */
const CONNECT_TIMEOUT = 10_000;
/** Assumed until the target has said what it takes. */
const ASSUMED_STREAMS = 100;

const OPTIONS: ClientSessionOptions = {
  settings: { enablePush: false, initialWindowSize: 256 * 1024, maxHeaderListSize: 64 * 1024 },
  maxSessionMemory: 64,
  maxHeaderListPairs: 1000,
  peerMaxConcurrentStreams: ASSUMED_STREAMS,
};

/** One connection to a target. It is watched while it opens and while it lies idle; streams watch themselves. */
export class TargetSession implements Watched {
  readonly session: ClientHttp2Session;
  silentSince = Date.now();
  idleTimeout = CONNECT_TIMEOUT;
  /** Requests that have not ended, and whether there ever was one before. */
  streams = 0;
  used = false;
  /** Why it ended, where that is not simply that the target closed it. */
  failure: Failure | undefined;
  #state: 'connecting' | 'handshaking' | 'open' = 'connecting';
  #idleTimeout = CONNECT_TIMEOUT;
  readonly #watch: IdleWatch;

  constructor(address: TargetAddress, watch: IdleWatch, gone: (session: TargetSession) => void) {
    this.#watch = watch;
    const socket = this.#openSocket(address);
    const host = isIPv6(address.host) ? `[${address.host}]` : address.host;
    const url = `${address.tls ? 'https' : 'http'}://${host}:${address.port}`;
    const session = (this.session = connectHttp2(url, { ...OPTIONS, createConnection: () => socket }));
    session.setMaxListeners(0);
    session.on('error', () => undefined); // 'close' follows
    session.on('close', () => {
      watch.delete(this);
      gone(this);
    });
    watch.add(this);
  }

  /** Whether it takes another request at once. */
  get hasRoom(): boolean {
    const { session } = this;
    if (!this.isUsable) return false;
    // An empty object until the target's settings are there, whatever the types say.
    const { maxConcurrentStreams = ASSUMED_STREAMS } = session.connecting ? {} : session.remoteSettings;
    return this.streams < maxConcurrentStreams;
  }

  get isUsable(): boolean {
    return !this.session.closed && !this.session.destroyed;
  }

  /** @param idleTimeout - milliseconds */
  streamBegan(idleTimeout: number): void {
    this.streams += 1;
    this.used = true;
    this.#idleTimeout = idleTimeout;
    this.#touch();
  }

  streamEnded(): void {
    this.streams -= 1;
    this.#touch();
  }

  /** Takes no more requests, and closes when those it has are done. */
  close(): void {
    this.session.close();
  }

  /** Ends every request on it. */
  abort(why: Failure): void {
    this.failure ??= why;
    this.session.destroy();
  }

  fellSilent(): void {
    if (this.#state === 'connecting') this.abort('connect-timeout');
    else if (this.#state === 'handshaking') this.abort('tls');
    else this.close();
  }

  /** What a request on it meets that gets no answer because the connection ended. */
  get ending(): Failure {
    if (this.failure !== undefined) return this.failure;
    if (this.#state === 'connecting') return 'connect';
    return this.#state === 'handshaking' ? 'tls' : 'closed';
  }

  #openSocket({ host, port, tls }: TargetAddress): Socket {
    if (!tls) return connect({ host, port, noDelay: true }, () => this.#opened());
    const socket = connectTls({ host, port, rejectUnauthorized: false, ALPNProtocols: ['h2'] });
    socket.setNoDelay(true);
    socket.on('connect', () => {
      this.#state = 'handshaking';
      this.silentSince = Date.now();
    });
    socket.on('secureConnect', () => {
      if (socket.alpnProtocol === 'h2') this.#opened();
      else this.abort('tls');
    });
    return socket;
  }

  #opened(): void {
    this.#state = 'open';
    this.#touch();
  }

  #touch(): void {
    if (this.#state !== 'open') return;
    this.silentSince = this.streams === 0 ? Date.now() : Infinity;
    if (this.idleTimeout === this.#idleTimeout) return;
    this.idleTimeout = this.#idleTimeout;
    this.#watch.add(this);
  }
}
