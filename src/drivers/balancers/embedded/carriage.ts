import type { BalancerConfig, BalancerObservation } from '../balancer.ts';
import { mergeObservations } from './merge-observations.ts';
import type { Inheritance, Predecessor } from './predecessor.ts';
import { Fronts, type OpenPort } from './traffic/fronts.ts';
import { Plane } from './traffic/plane.ts';
import { openPortMemory } from './traffic/port-memory.ts';
import { cookieKey } from './traffic/stickiness/cookie-key.ts';

export interface CarriageOptions {
  readonly folder: string;
  readonly host: string;
  readonly changed: () => void;
  readonly predecessor: Predecessor | undefined;
}

/** The traffic of this process, together with that of those before it which still have connections. */
export class Carriage {
  readonly #predecessor: Predecessor | undefined;
  readonly #fronts: Fronts;
  readonly #plane: Plane;
  #config: BalancerConfig | undefined;

  private constructor({ folder, host, changed, predecessor }: CarriageOptions, ports: readonly OpenPort[]) {
    this.#predecessor = predecessor;
    this.#fronts = new Fronts(host, openPortMemory(folder), ports);
    this.#plane = new Plane({ fronts: this.#fronts, host, cookieKey: cookieKey(folder), changed });
  }

  /** Goes on where the predecessor was, if there is one: with its sockets, its config, and what it knows of targets. */
  static async start(options: CarriageOptions): Promise<Carriage> {
    const inheritance: Inheritance | undefined = await options.predecessor?.inheritance;
    const carriage = new Carriage(options, inheritance?.ports ?? []);
    if (!inheritance?.config) return carriage;
    carriage.#config = inheritance.config;
    carriage.#plane.inherit(inheritance.observation);
    await carriage.#plane.apply(inheritance.config);
    return carriage;
  }

  get config(): BalancerConfig | undefined {
    return this.#config;
  }

  get ports(): readonly OpenPort[] {
    return this.#fronts.ports();
  }

  /** Resolves once no process routes by an older config. */
  async apply(config: BalancerConfig): Promise<void> {
    this.#config = config;
    await Promise.all([this.#plane.apply(config), this.#predecessor?.apply(config)]);
  }

  async observe(): Promise<BalancerObservation> {
    const before = await this.#predecessor?.observe();
    const own = this.#plane.observe();
    return before ? mergeObservations(own, before) : own;
  }

  /** Takes no new connection; resolves when the last one has ended, of the predecessors too. */
  async retire(): Promise<void> {
    await Promise.all([this.#fronts.retire(), this.#predecessor?.ended()]);
    await this.#plane.closeLogs();
  }

  /** For when nobody can say any more how to route: ends what is idle now, and the rest when it has its answer. */
  abandon(): void {
    this.#fronts.closeIdle();
  }

  /** Cuts every connection. */
  async close(): Promise<void> {
    await Promise.all([this.#plane.close(), this.#predecessor?.stop()]);
  }
}
