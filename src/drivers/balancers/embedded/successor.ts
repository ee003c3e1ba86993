import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import type { BalancerConfig, BalancerObservation } from '../balancer.ts';
import type { Replacement } from './control-messages.ts';
import type { ProcessIdentity } from '../process-identity.ts';
import type { ToPredecessor, ToSuccessor } from './relay-messages.ts';
import type { OpenPort } from './traffic/fronts.ts';

/** Milliseconds in which the newer process must serve; real time, as it starts a program. */
const SERVES_WITHIN = 10_000;

/** What is handed over, and what goes on here for the connections that stay. */
export interface Estate {
  readonly self: ProcessIdentity;
  readonly folder: string;
  readonly host: string;
  readonly log: string;
  readonly config: BalancerConfig | undefined;
  readonly ports: readonly OpenPort[];
  apply(config: BalancerConfig): Promise<void>;
  observe(): Promise<BalancerObservation>;
  stop(): void;
}

/** The older process's end of a hand-over: starts the newer one, gives it everything, then does what it relays. */
export class Successor {
  readonly #child: ChildProcess;
  readonly #estate: Estate;
  readonly #heard = new Map<ToPredecessor['do'], () => void>();

  private constructor(child: ChildProcess, estate: Estate) {
    this.#child = child;
    this.#estate = estate;
    child.on('message', (message) => this.#take(message as ToPredecessor));
    child.on('error', () => undefined);
  }

  /**
   * Resolves when the newer process serves.
   *
   * @throws when it does not; it has ended then, and this process is the only one
   */
  static async start(estate: Estate, { entry, execPath }: Replacement): Promise<Successor> {
    const log = openSync(estate.log, 'a');
    const args = [entry, estate.folder, estate.host, String(estate.self.pid)];
    const stdio = ['ignore', log, log, 'ipc'] as const;
    const child = spawn(execPath, args, { cwd: estate.folder, detached: true, stdio: [...stdio] });
    closeSync(log);
    const successor = new Successor(child, estate);
    try {
      await successor.#handOver(AbortSignal.timeout(SERVES_WITHIN));
    } catch (error) {
      await end(child);
      throw error;
    }
    return successor;
  }

  /** Resolves when the newer process has ended, or does not want to hear of this one any more. */
  gone(): Promise<void> {
    return new Promise((resolve) => {
      if (!this.#child.connected) return resolve();
      this.#child.once('disconnect', resolve);
    });
  }

  changed(): void {
    void this.#send({ do: 'changed' }).catch(() => undefined);
  }

  ended(observation: BalancerObservation): Promise<void> {
    return this.#send({ do: 'ended', observation }).catch(() => undefined);
  }

  async #handOver(limit: AbortSignal): Promise<void> {
    await this.#says('ready', limit);
    const { self, config, ports } = this.#estate;
    const observation = await this.#estate.observe();
    await this.#send({ do: 'inherit', from: self, ...(config && { config }), observation });
    const serving = this.#says('serving', limit);
    const sent = ports.map(({ key, note, door }) =>
      this.#send({ do: 'door', key, ...(note !== undefined && { note }) }, door.server),
    );
    await Promise.all([serving, ...sent, this.#send({ do: 'complete' })]);
  }

  #says(word: ToPredecessor['do'], limit: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const child = this.#child;
      this.#heard.set(word, resolve);
      child.once('error', (error) => reject(new Error(`it could not be started (${error.message})`)));
      child.once('exit', (code, signal) => reject(new Error(`it ended with ${signal ?? code} before it was ${word}`)));
      limit.addEventListener('abort', () => reject(new Error(`it was not ${word} within ${SERVES_WITHIN / 1000} s`)));
    });
  }

  #send(message: ToSuccessor, server?: OpenPort['door']['server']): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#child.send(message, server, (error) => (error ? reject(error) : resolve()));
    });
  }

  #take(message: ToPredecessor): void {
    if (message.do === 'apply') return this.#answer(message.id, this.#estate.apply(message.config));
    if (message.do === 'observe') return this.#answer(message.id, Promise.resolve());
    if (message.do === 'stop') return this.#estate.stop();
    this.#heard.get(message.do)?.();
  }

  #answer(id: number, done: Promise<void>): void {
    done
      .then(async () => this.#send({ do: 'answer', id, observation: await this.#estate.observe() }))
      .catch((error: unknown) => this.#send({ do: 'refuse', id, error: String(error) }))
      .catch(() => undefined); // the newer process is gone, which `gone` tells
  }
}

function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGKILL');
  });
}
