import { IdleWatch } from '../idle-watch.ts';
import type { TargetAddress } from '../http1/target-connector.ts';
import type { OpenOptions, OutgoingHead, TargetConnector, TargetListener, TargetStream } from '../messages.ts';
import { TargetSession } from './target-session.ts';
import { Http2TargetStream } from './target-stream.ts';

/** Requests beyond what so many connections take at once wait in one of them. */
const MAX_SESSIONS = 8;

/** Speaks HTTP/2 to one target: by ALPN where it is TLS, else from the first byte on. */
export const createHttp2Connector = (address: TargetAddress, version: 'HTTP2' | 'GRPC'): TargetConnector =>
  new Http2Connector(address, version === 'GRPC');

class Http2Connector implements TargetConnector {
  readonly #address: TargetAddress;
  readonly #grpc: boolean;
  readonly #watch = new IdleWatch();
  readonly #sessions = new Set<TargetSession>();
  #draining = false;

  constructor(address: TargetAddress, grpc: boolean) {
    this.#address = address;
    this.#grpc = grpc;
  }

  open(head: OutgoingHead, listener: TargetListener, how: OpenOptions): TargetStream {
    const { host, port, tls } = this.#address;
    const stream = new Http2TargetStream({
      head: head.authority === '' ? { ...head, authority: `${host}:${port}` } : head,
      listener,
      idleTimeout: how.idleTimeout,
      scheme: tls ? 'https' : 'http',
      grpc: this.#grpc,
      watch: this.#watch,
      again: (refused) => this.#begin(refused, false),
    });
    this.#begin(stream, how.fresh);
    return stream;
  }

  drain(): void {
    this.#draining = true;
    for (const session of this.#sessions) session.close();
  }

  undrain(): void {
    this.#draining = false;
  }

  cut(): void {
    for (const session of [...this.#sessions]) session.abort('cut');
  }

  #begin(stream: Http2TargetStream, fresh: boolean): void {
    const session = this.#session(fresh);
    stream.begin(session);
    // Closing is gentle: the request just begun goes on.
    if (this.#draining) session.close();
  }

  /** The one with the fewest requests; a new one where none has room. */
  #session(fresh: boolean): TargetSession {
    let least: TargetSession | undefined;
    let usable = 0;
    for (const session of this.#sessions) {
      if (!session.isUsable) continue;
      usable += 1;
      if (!least || session.streams < least.streams) least = session;
    }
    if (least && !fresh && (least.hasRoom || usable >= MAX_SESSIONS)) return least;
    const session = new TargetSession(this.#address, this.#watch, (gone) => this.#sessions.delete(gone));
    this.#sessions.add(session);
    return session;
  }
}
