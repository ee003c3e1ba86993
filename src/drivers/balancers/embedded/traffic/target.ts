import type { TargetConfig } from '../../balancer.ts';
import { Upstream, type UpstreamOwner } from './upstream.ts';

const MAX_IDLE = 256;
/** A target closes idle connections a little before the time it promised. */
const KEEP_MARGIN = 1000;
const LONGEST_TIMER = 2 ** 31 - 1;

/** One registered target: its connections, and the requests that have not ended. */
export class Target implements UpstreamOwner {
  readonly key: string;
  readonly host: string;
  readonly port: number;
  inFlight = 0;
  draining = false;
  #removed = false;
  readonly #idle: Upstream[] = [];
  readonly #open = new Set<Upstream>();
  readonly #drained: () => void;
  #cutTimer: NodeJS.Timeout | undefined;

  /** @param drained - called when a draining target has no request left */
  constructor(config: TargetConfig, drained: () => void) {
    this.key = config.key;
    this.host = config.host;
    this.port = config.port;
    this.#drained = drained;
  }

  /**
   * An idle connection, the last used first.
   *
   * @param youngerThan - in milliseconds: a request that must not be sent twice takes only one that was just in use
   */
  takeIdle(youngerThan: number): Upstream | undefined {
    for (;;) {
      const upstream = this.#idle.pop();
      if (!upstream) return undefined;
      const age = Date.now() - upstream.idleSince;
      if (upstream.socket.destroyed) continue;
      if (age > upstream.keepFor - KEEP_MARGIN) upstream.socket.destroy();
      else if (age > youngerThan) return void this.#idle.push(upstream);
      else {
        upstream.reused = true;
        return upstream;
      }
    }
  }

  open(idleTimeout: number): Upstream {
    const upstream = new Upstream(this, idleTimeout);
    this.#open.add(upstream);
    return upstream;
  }

  idle(upstream: Upstream): void {
    if (this.draining || this.#removed || this.#idle.length >= MAX_IDLE) return void upstream.socket.destroy();
    upstream.idleSince = Date.now();
    this.#idle.push(upstream);
  }

  gone(upstream: Upstream): void {
    this.#open.delete(upstream);
    const index = this.#idle.indexOf(upstream);
    if (index >= 0) this.#idle.splice(index, 1);
  }

  begin(): void {
    this.inFlight += 1;
  }

  end(): void {
    this.inFlight -= 1;
    if (this.draining && this.inFlight === 0) this.#drained();
  }

  /** Takes no new request any more, or takes them again; connections in use are cut at `drainBy`. */
  drain(draining: boolean, drainBy: number | undefined): void {
    clearTimeout(this.#cutTimer);
    this.draining = draining;
    if (!draining) return;
    for (const upstream of this.#idle.splice(0)) upstream.socket.destroy();
    if (drainBy === undefined) return;
    const wait = Math.min(Math.max(0, drainBy - Date.now()), LONGEST_TIMER);
    this.#cutTimer = setTimeout(() => this.cut(), wait);
  }

  remove(): void {
    this.#removed = true;
    clearTimeout(this.#cutTimer);
    this.cut();
  }

  cut(): void {
    for (const upstream of [...this.#open]) upstream.abort('cut');
  }
}
