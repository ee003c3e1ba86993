import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Balancer, BalancerConfig, BalancerObservation, BalancerOptions } from '../balancer.ts';
import { version } from '../../../kernel/version.ts';
import { buildOf } from './build-identity.ts';
import { ControlClient } from './control-client.ts';
import type { ProcessInfo } from './control-messages.ts';
import { findEntry } from './entry.ts';
import { placesIn, type Places } from './places.ts';
import { findRecorded } from '../process-identity.ts';
import { endRecorded, hasEnded, READY_WITHIN, startProcess } from './start-process.ts';

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

/** Waits for another process to move: it tells nobody when it does. */
const soon = (resolve: (value?: unknown) => void) => setTimeout(resolve, 20);

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
    else await this.#stop(client);
  }

  /** The connection to a living process, which is started, and given the last config, when there is none. */
  connect(): Promise<ControlClient> {
    if (this.#client?.takenOver) return Promise.reject(new Error('another Teal has taken this balancer over'));
    if (this.#client?.isOpen) return Promise.resolve(this.#client);
    this.#connecting ??= this.#reach().finally(() => (this.#connecting = undefined));
    return this.#connecting;
  }

  /** Two Teals that start at once meet here: one process wins the folder, and both find it. */
  async #reach(): Promise<ControlClient> {
    for (const limit = Date.now() + READY_WITHIN; Date.now() < limit; await new Promise(soon)) {
      const client = (await this.#takeUp()) ?? (await this.#start());
      if (!client) continue;
      if (this.#lastConfig) await client.ask({ do: 'apply', config: this.#lastConfig });
      return (this.#client = client);
    }
    throw new Error(`another process has ${this.#options.folder} and does not answer; see ${this.#places.log}`);
  }

  /** @returns undefined when no process is there that can be driven; none that was recorded lives then */
  async #takeUp(): Promise<ControlClient | undefined> {
    const recorded = findRecorded(this.#places.pidFile);
    const client = await this.#open();
    // A process that is just dying may still take the connection, and then drop it.
    const info = await client?.drive().catch(() => undefined);
    if (client && info?.host === this.#options.host) return this.#renew(client, info);
    if (client && info) await this.#stop(client);
    // It was reachable before it was recorded: now it is not, so it hangs.
    else if (recorded) await endRecorded(recorded);
    return undefined;
  }

  async #stop(client: ControlClient): Promise<void> {
    const recorded = findRecorded(this.#places.pidFile);
    if ((await client.stop()) && recorded) await hasEnded(recorded);
  }

  /** A process of another build gives its sockets to one of this build, so that an upgrade of Teal is whole. */
  async #renew(client: ControlClient, info: ProcessInfo): Promise<ControlClient | undefined> {
    const entry = this.#entry();
    if (info.build === buildOf(entry)) return client;
    const from = `the balancer process of another build (pid ${info.pid}, version ${info.version})`;
    try {
      await client.replace({ entry, execPath: process.execPath });
    } catch (error) {
      if (!client.isOpen) return undefined;
      this.#options.note?.(`${from} could not be replaced and goes on: ${(error as Error).message}`);
      return client;
    }
    client.close();
    const next = await this.#open();
    const now = await next?.drive().catch(() => undefined);
    if (!next || !now) return undefined;
    this.#options.note?.(
      `${from} has handed its sockets to one of this build (pid ${now.pid}, version ${now.version})`,
    );
    return next;
  }

  /** @returns undefined when another process has the folder, which can soon be driven or is dead */
  async #start(): Promise<ControlClient | undefined> {
    const { folder, host } = this.#options;
    if (!(await startProcess({ entry: this.#entry(), folder, host, places: this.#places }))) return undefined;
    const client = await this.#open();
    if (!client) throw new Error(`the balancer process in ${folder} does not answer`);
    await client.drive();
    return client;
  }

  #entry(): string {
    return this.#options.entry ?? findEntry();
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
