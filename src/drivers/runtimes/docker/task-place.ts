import type Docker from 'dockerode';
import { join } from 'node:path';
import type { RuntimeOptions } from '../runtime.ts';
import type { Placement } from './container-options.ts';
import { openRelay, type Relay } from './relay.ts';
import { ensureNetwork } from './task-network.ts';

/** Where containers are put: this Teal's network, and the way from there to Teal. Made when first needed. */
export class TaskPlace {
  readonly #engine: Docker;
  readonly #options: RuntimeOptions;
  readonly #isRouted: boolean;
  #placement: Promise<Placement> | undefined;
  #relay: Relay | undefined;

  constructor(engine: Docker, options: RuntimeOptions, isRouted: boolean) {
    this.#engine = engine;
    this.#options = options;
    this.#isRouted = isRouted;
  }

  get(): Promise<Placement> {
    this.#placement ??= this.#make().catch((cause: unknown) => {
      this.#placement = undefined;
      throw cause;
    });
    return this.#placement;
  }

  /** Makes it anew at the next `get`. */
  forget(): void {
    this.#placement = undefined;
  }

  async close(): Promise<void> {
    await this.#relay?.close();
  }

  async #make(): Promise<Placement> {
    const { instance, endpoint } = this.#options;
    const network = await ensureNetwork(this.#engine, instance);
    await this.#relay?.close();
    const options = { host: network.gateway, subnet: network.subnet, file: join(this.#options.folder, 'relay.json') };
    this.#relay = this.#isRouted ? await openRelay({ ...options, endpoint }).catch(() => undefined) : undefined;
    return {
      instance,
      network: network.name,
      endpoint: this.#relay?.url ?? withHost(endpoint(), 'host.docker.internal'),
      hostEndpoint: endpoint(),
      isRouted: this.#isRouted,
    };
  }
}

function withHost(endpoint: string, host: string): string {
  const url = new URL(endpoint);
  url.hostname = host;
  return url.origin;
}
