import type { TargetConfig, TargetGroupConfig } from '../../balancer.ts';
import type { ConnectorFactory } from './connectors.ts';
import type { PickedTarget } from './choice.ts';
import type { TargetConnector } from './messages.ts';
import { SlowStart } from './slow-start.ts';

const LONGEST_TIMER = 2 ** 31 - 1;

/** One registered target: how it is spoken to, and the requests that have not ended. */
export class Target implements PickedTarget {
  readonly key: string;
  readonly host: string;
  readonly port: number;
  readonly address: string;
  readonly connector: TargetConnector;
  inFlight = 0;
  draining = false;
  readonly #drained: () => void;
  #slowStart: SlowStart | undefined;
  #cutTimer: NodeJS.Timeout | undefined;

  /** @param drained - called when a draining target has no request left */
  constructor(
    { key, host, port }: TargetConfig,
    { protocol, version }: TargetGroupConfig,
    connect: ConnectorFactory,
    drained: () => void,
  ) {
    this.key = key;
    this.host = host;
    this.port = port;
    this.address = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
    this.connector = connect({ host, port, protocol, version });
    this.#drained = drained;
  }

  begin(): void {
    this.inFlight += 1;
  }

  end(): void {
    this.inFlight -= 1;
    if (this.draining && this.inFlight === 0) this.#drained();
  }

  /** Takes no new request any more, or takes them again; what is in flight is cut at `drainBy`. */
  drain(draining: boolean, drainBy: number | undefined): void {
    clearTimeout(this.#cutTimer);
    if (this.draining !== draining) {
      this.draining = draining;
      if (draining) this.connector.drain();
      else this.connector.undrain();
    }
    if (!draining) return;
    if (drainBy === undefined) return;
    const wait = Math.min(Math.max(0, drainBy - Date.now()), LONGEST_TIMER);
    this.#cutTimer = setTimeout(() => this.connector.cut(), wait);
  }

  /** Begins, or ends, taking only a growing part of its turns. @param duration - milliseconds; 0: not at all */
  startSlowly(duration: number): void {
    this.#slowStart = duration > 0 ? new SlowStart(Date.now(), duration) : undefined;
  }

  get startsSlowly(): boolean {
    if (this.#slowStart?.isOver(Date.now())) this.#slowStart = undefined;
    return this.#slowStart !== undefined;
  }

  /** Whether it takes a turn that has come to it. */
  takesTurn(): boolean {
    return !this.startsSlowly || this.#slowStart?.takesTurn(Date.now()) === true;
  }

  remove(): void {
    clearTimeout(this.#cutTimer);
    this.connector.drain();
    this.connector.cut();
  }
}
