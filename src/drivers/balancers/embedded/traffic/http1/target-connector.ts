import type { OpenOptions, OutgoingHead, TargetConnector, TargetListener, TargetStream } from '../messages.ts';
import { IdleWatch } from '../idle-watch.ts';
import { Upstream, type UpstreamOwner } from './upstream.ts';

const MAX_IDLE = 256;
/** A target closes idle connections a little before the time it promised, so they are left alone for so long before. */
const KEEP_MARGIN = 1000;
/** A request that may not be sent twice takes a used connection only when it was in use this short a time ago. */
const SURELY_OPEN = 250;

export interface TargetAddress {
  readonly host: string;
  readonly port: number;
  /** Whether the target is spoken to by TLS; its certificate is not verified, as ALB does not. */
  readonly tls: boolean;
}

/** Speaks HTTP/1.1 to one target over a pool of connections. */
export const createHttp1Connector = (address: TargetAddress): TargetConnector => new Http1Connector(address);

class Http1Connector implements TargetConnector, UpstreamOwner {
  readonly address: TargetAddress;
  readonly watch = new IdleWatch();
  /** The last used at the end: it is the surest to be open still. */
  readonly #idle: Upstream[] = [];
  readonly #open = new Set<Upstream>();
  #draining = false;

  constructor(address: TargetAddress) {
    this.address = address;
  }

  open(head: OutgoingHead, listener: TargetListener, how: OpenOptions): TargetStream {
    const reusable = how.fresh ? undefined : this.#takeIdle(how.repeatable ? Infinity : SURELY_OPEN);
    const upstream = reusable ?? this.#connect(head.wantsWebSocket);
    upstream.begin(head, listener, how);
    return upstream;
  }

  drain(): void {
    this.#draining = true;
    for (const upstream of this.#idle.splice(0)) upstream.destroy();
  }

  undrain(): void {
    this.#draining = false;
  }

  cut(): void {
    for (const upstream of [...this.#open]) upstream.abort('cut');
  }

  becameIdle(upstream: Upstream): void {
    if (this.#draining || this.#idle.length >= MAX_IDLE) return upstream.destroy();
    this.#idle.push(upstream);
  }

  gone(upstream: Upstream): void {
    this.#open.delete(upstream);
    const index = this.#idle.indexOf(upstream);
    if (index >= 0) this.#idle.splice(index, 1);
  }

  #connect(mayTunnel: boolean): Upstream {
    const upstream = new Upstream(this, mayTunnel);
    this.#open.add(upstream);
    return upstream;
  }

  /** @param youngerThan - milliseconds since it was used */
  #takeIdle(youngerThan: number): Upstream | undefined {
    for (;;) {
      const upstream = this.#idle.pop();
      if (!upstream) return undefined;
      const age = Date.now() - upstream.silentSince;
      if (upstream.isDestroyed) continue;
      if (age > upstream.keepFor - KEEP_MARGIN) upstream.destroy();
      else if (age > youngerThan) return void this.#idle.push(upstream);
      else return upstream;
    }
  }
}
