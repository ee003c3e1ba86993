import type Docker from 'dockerode';
import { join } from 'node:path';
import type { RuntimeOptions } from '../runtime.ts';
import type { EngineFacts } from './engine-facts.ts';
import { openLinkLocal, releaseAddress, type LinkLocal } from './link-local.ts';
import type { Placement } from './placement.ts';
import { openRelay, type Relay } from './relay.ts';
import { ensureNetwork, removeNetwork, type TaskNetwork } from './task-network.ts';

interface Made {
  readonly network: TaskNetwork;
  readonly placement: Placement;
}

/** Where containers are put: this Teal's network, and the ways from there to Teal. Made when first needed. */
export class TaskPlace {
  readonly #engine: Docker;
  readonly #options: RuntimeOptions;
  readonly #facts: EngineFacts;
  #made: Promise<Made> | undefined;
  #relay: Relay | undefined;
  #linkLocal: Promise<LinkLocal | undefined> | undefined;

  constructor(engine: Docker, options: RuntimeOptions, facts: EngineFacts) {
    this.#engine = engine;
    this.#options = options;
    this.#facts = facts;
  }

  /** @param needsCredentials - whether tasks there ask for the credentials of a role */
  async get(needsCredentials: boolean): Promise<Placement> {
    this.#made ??= this.#make().catch((cause: unknown) => {
      this.#made = undefined;
      throw cause;
    });
    const { network, placement } = await this.#made;
    if (!needsCredentials || !this.#facts.isRouted) return placement;
    const { folder, endpoint } = this.#options;
    this.#linkLocal ??= openLinkLocal(this.#engine, { network, folder, endpoint });
    return { ...placement, linkLocal: await this.#linkLocal };
  }

  /** Makes it anew at the next `get`. */
  forget(): void {
    this.#made = undefined;
  }

  /** @param isIdle - nothing of this Teal is left on the Engine */
  async close(isIdle: boolean): Promise<void> {
    await this.#relay?.close();
    const linkLocal = await this.#linkLocal?.catch(() => undefined);
    await linkLocal?.close();
    if (!isIdle) return;
    await removeNetwork(this.#engine, this.#options.instance).catch(() => undefined);
    if (linkLocal) await releaseAddress(this.#engine).catch(() => undefined);
  }

  async #make(): Promise<Made> {
    const { instance, endpoint } = this.#options;
    const { isRouted, cpus } = this.#facts;
    const network = await ensureNetwork(this.#engine, instance);
    await this.#relay?.close();
    const options = { host: network.gateway, subnet: network.subnet, file: join(this.#options.folder, 'relay.json') };
    this.#relay = isRouted ? await openRelay({ ...options, endpoint }).catch(() => undefined) : undefined;
    return {
      network,
      placement: {
        instance,
        network: network.name,
        endpoint: this.#relay?.url ?? withHost(endpoint(), 'host.docker.internal'),
        hostEndpoint: endpoint(),
        isRouted,
        hosts: ['host.docker.internal:host-gateway'],
        cpus,
      },
    };
  }
}

function withHost(endpoint: string, host: string): string {
  const url = new URL(endpoint);
  url.hostname = host;
  return url.origin;
}
