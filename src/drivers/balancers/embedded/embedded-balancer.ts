import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Balancer, BalancerConfig, BalancerObservation, BalancerOptions } from '../balancer.ts';
import { version } from '../../../kernel/version.ts';
import { ControlClient } from './control-client.ts';
import { findEntry } from './entry.ts';
import { placesIn, type Places } from './places.ts';
import { endRecorded, startProcess } from './start-process.ts';

export interface EmbeddedBalancerOptions extends BalancerOptions {
  /** The bundled program of the balancer process; found beside Teal's own bundle by default. */
  readonly entry?: string;
}

/**
 * Drives a balancer in a process of its own: takes up the one that runs in the folder, or starts one.
 *
 * @throws when no balancer process comes up
 */
export async function createEmbeddedBalancer(options: EmbeddedBalancerOptions): Promise<Balancer> {
  const folder = resolve(options.folder);
  mkdirSync(folder, { recursive: true });
  const balancer = new EmbeddedBalancer({ ...options, folder });
  await balancer.connect();
  return balancer;
}

/** Milliseconds between attempts to bring a dead balancer back. */
const RETRY_AFTER = 500;

class EmbeddedBalancer implements Balancer {
  readonly name = 'embedded';
  readonly about = { version: `embedded ${version()}`, lacks: [] };
  readonly #options: EmbeddedBalancerOptions;
  readonly #places: Places;
  #client: ControlClient | undefined;
  #connecting: Promise<ControlClient> | undefined;
  #lastConfig: BalancerConfig | undefined;
  #closed = false;

  constructor(options: EmbeddedBalancerOptions) {
    this.#options = options;
    this.#places = placesIn(options.folder);
  }

  async apply(config: BalancerConfig): Promise<BalancerObservation> {
    if (!this.#lastConfig || config.epoch >= this.#lastConfig.epoch) this.#lastConfig = config;
    return (await this.connect()).ask({ do: 'apply', config });
  }

  async observe(): Promise<BalancerObservation> {
    return (await this.connect()).ask({ do: 'observe' });
  }

  async close({ leaveRunning }: { readonly leaveRunning: boolean }): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const client = this.#connecting ? await this.#connecting.catch(() => undefined) : this.#client;
    if (!client || client.takenOver) return;
    if (leaveRunning) client.close();
    else await client.stop();
  }

  /** The connection to a living process, which is started, and given the last config, when there is none. */
  connect(): Promise<ControlClient> {
    if (this.#client?.takenOver) return Promise.reject(new Error('another Teal has taken this balancer over'));
    if (this.#client?.isOpen) return Promise.resolve(this.#client);
    this.#connecting ??= this.#reach().finally(() => (this.#connecting = undefined));
    return this.#connecting;
  }

  async #reach(): Promise<ControlClient> {
    const client = (await this.#takeUp()) ?? (await this.#start());
    if (this.#lastConfig) await client.ask({ do: 'apply', config: this.#lastConfig });
    return (this.#client = client);
  }

  async #takeUp(): Promise<ControlClient | undefined> {
    const client = await this.#open();
    if (!client) return undefined;
    // A process that is just dying may still take the connection, and then drop it.
    const info = await client.drive().catch(() => undefined);
    if (info?.host === this.#options.host) return client;
    await client.stop();
    return undefined;
  }

  async #start(): Promise<ControlClient> {
    const { folder, host } = this.#options;
    await endRecorded(this.#places);
    await startProcess({ entry: this.#options.entry ?? findEntry(), folder, host, places: this.#places });
    const client = await this.#open();
    if (!client) throw new Error(`the balancer process in ${folder} does not answer`);
    await client.drive();
    return client;
  }

  #open(): Promise<ControlClient | undefined> {
    return ControlClient.open(this.#places.socket, this.#options.onChange, () => this.#lost());
  }

  /** A balancer that died is replaced at once, and again until it lives; a call meanwhile says why it does not. */
  #lost(): void {
    if (this.#closed || !this.#client || this.#client.isOpen || this.#client.takenOver) return;
    this.connect()
      .then(() => this.#options.onChange())
      .catch(() => {
        this.#options.onChange();
        setTimeout(() => this.#lost(), RETRY_AFTER).unref();
      });
  }
}
