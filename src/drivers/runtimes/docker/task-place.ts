import type Docker from 'dockerode';
import { join } from 'node:path';
import type { RuntimeOptions, TaskSpec } from '../runtime.ts';
import type { EngineFacts } from './engine-facts.ts';
import { openLinkLocal, releaseAddress, type LinkLocal } from './link-local.ts';
import type { Placement } from './placement.ts';
import { openRelay, type Relay } from './relay.ts';
import { ensureNetwork, findBridge, isInside, isOwnAddress, removeNetwork, type TaskNetwork } from './task-network.ts';

type Kind = 'own' | 'bridge';

/** Remembers the port of each network's relay. */
const RELAY_FILES = { own: 'relay.json', bridge: 'relay-bridge.json' } as const;

/**
 * Where containers are put, and the ways from there to Teal, each made when first needed. Tasks in bridge mode are in
 * the Engine's default bridge, as on AWS: a network of one's own costs a third more to enter, for a resolver that ECS
 * does not have. All others are in this Teal's network.
 */
export class TaskPlace {
  readonly #engine: Docker;
  readonly #options: RuntimeOptions;
  readonly #facts: EngineFacts;
  readonly #made = new Map<Kind, Promise<Placement>>();
  readonly #networks = new Map<Kind, TaskNetwork>();
  readonly #relays = new Map<Kind, Relay>();
  #linkLocal: Promise<LinkLocal | undefined> | undefined;

  constructor(engine: Docker, options: RuntimeOptions, facts: EngineFacts) {
    this.#engine = engine;
    this.#options = options;
    this.#facts = facts;
  }

  async get({ networkMode, paths }: Pick<TaskSpec, 'networkMode' | 'paths'>): Promise<Placement> {
    const placement = await this.#madeFor(networkMode === 'bridge' ? 'bridge' : 'own');
    if (paths?.credentials === undefined || !this.#facts.isRouted) return placement;
    const { folder, endpoint } = this.#options;
    const admits = (address: string) => this.#admits(address);
    this.#linkLocal ??= openLinkLocal(this.#engine, { admits, folder, endpoint });
    return { ...placement, linkLocal: await this.#linkLocal };
  }

  /** Makes it anew at the next `get`. */
  forget(): void {
    this.#made.clear();
  }

  /** @param isIdle - nothing of this Teal is left on the Engine */
  async close(isIdle: boolean): Promise<void> {
    await Promise.all([...this.#relays.values()].map((relay) => relay.close()));
    const linkLocal = await this.#linkLocal?.catch(() => undefined);
    await linkLocal?.close();
    if (!isIdle) return;
    await removeNetwork(this.#engine, this.#options.instance).catch(() => undefined);
    if (linkLocal) await releaseAddress(this.#engine).catch(() => undefined);
  }

  #madeFor(kind: Kind): Promise<Placement> {
    const known = this.#made.get(kind);
    if (known) return known;
    const made = this.#make(kind).catch((cause: unknown) => {
      this.#made.delete(kind);
      throw cause;
    });
    this.#made.set(kind, made);
    return made;
  }

  async #make(kind: Kind): Promise<Placement> {
    const { instance, endpoint } = this.#options;
    const bridge = kind === 'bridge' ? await findBridge(this.#engine) : undefined;
    const network = bridge ?? (await ensureNetwork(this.#engine, instance));
    this.#networks.set(kind, network);
    const relay = await this.#relay(kind, network);
    return {
      instance,
      network: network.name,
      endpoint: relay?.url ?? withHost(endpoint(), 'host.docker.internal'),
      hostEndpoint: endpoint(),
      isRouted: this.#facts.isRouted,
      hosts: ['host.docker.internal:host-gateway'],
      cpus: this.#facts.cpus,
    };
  }

  async #relay(kind: Kind, network: TaskNetwork): Promise<Relay | undefined> {
    await this.#relays.get(kind)?.close();
    this.#relays.delete(kind);
    if (!this.#facts.isRouted) return undefined;
    const { endpoint, folder } = this.#options;
    const file = join(folder, RELAY_FILES[kind]);
    const admits = (address: string) => this.#admits(address);
    const relay = await openRelay({ host: network.gateway, admits, file, endpoint }).catch(() => undefined);
    if (relay) this.#relays.set(kind, relay);
    return relay;
  }

  /** Teal's API is for its own containers; in the Engine's bridge there are others. */
  async #admits(address: string): Promise<boolean> {
    const network = [...this.#networks.values()].find((one) => isInside(one, address));
    if (!network) return false;
    return !network.isShared || isOwnAddress(this.#engine, network, this.#options.instance, address);
  }
}

function withHost(endpoint: string, host: string): string {
  const url = new URL(endpoint);
  url.hostname = host;
  return url.origin;
}
