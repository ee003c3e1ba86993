import type { Server } from 'node:net';
import type { BalancerConfig, BalancerObservation } from '../balancer.ts';
import { afterEnd } from './merge-observations.ts';
import { identify, type ProcessIdentity } from '../process-identity.ts';
import type { ToPredecessor, ToSuccessor } from './relay-messages.ts';
import { Door } from './traffic/door.ts';
import type { OpenPort } from './traffic/fronts.ts';

/** Milliseconds in which an older process must answer; one that does not would keep a config from being true. */
const ANSWERS_WITHIN = 10_000;

/** What comes over: the doors are open, and connections wait in them. */
export interface Inheritance {
  readonly config: BalancerConfig | undefined;
  readonly observation: BalancerObservation;
  readonly ports: readonly OpenPort[];
}

interface Asked {
  readonly resolve: (observation: BalancerObservation) => void;
  readonly reject: (error: Error) => void;
}

type Question = { readonly do: 'observe' } | { readonly do: 'apply'; readonly config: BalancerConfig };

/** The newer process's end of a hand-over, then its word to the older one for as long as that has connections. */
export class Predecessor {
  /** Resolves when everything has come over. @throws when the older process ends before */
  readonly inheritance: Promise<Inheritance>;
  readonly #changed: () => void;
  readonly #doors: Promise<OpenPort>[] = [];
  readonly #asked = new Map<number, Asked>();
  #lastId = 0;
  #inherited: Extract<ToSuccessor, { do: 'inherit' }> | undefined;
  #last: BalancerObservation | undefined;
  #complete: () => void = () => undefined;

  /** @param changed - called when something changed there, and when it has ended */
  constructor(changed: () => void) {
    this.#changed = changed;
    this.inheritance = new Promise((resolve, reject) => {
      this.#complete = () => void this.#gather().then(resolve, reject);
      process.once('disconnect', () => reject(new Error('the balancer that was to be replaced has ended')));
    });
    process.on('message', (message, server) => this.#take(message as ToSuccessor, server as Server | undefined));
    process.once('disconnect', () => this.#end());
    this.#send({ do: 'ready' });
  }

  serving(): void {
    this.#send({ do: 'serving' });
  }

  async apply(config: BalancerConfig): Promise<void> {
    await this.#ask({ do: 'apply', config });
  }

  /** Of the process while it lives, then what it did. */
  observe(): Promise<BalancerObservation> {
    return this.#ask({ do: 'observe' });
  }

  /** Resolves when the process has ended. */
  async stop(): Promise<void> {
    if (!process.connected) return;
    const limit = this.#limit();
    const ended = this.ended();
    this.#send({ do: 'stop' });
    await ended;
    clearTimeout(limit);
  }

  /** Resolves when its last connection has ended. */
  ended(): Promise<void> {
    return new Promise((resolve) => {
      if (process.connected) process.once('disconnect', resolve);
      else resolve();
    });
  }

  #take(message: ToSuccessor, server: Server | undefined): void {
    switch (message.do) {
      case 'inherit':
        this.#inherited = message;
        this.#last = message.observation;
        return;
      case 'door':
        // A socket whose process closed it on the way comes as nothing; the port is bound anew then.
        if (server) this.#doors.push(inherit(message, server));
        return;
      case 'complete':
        return this.#complete();
      case 'changed':
        return this.#changed();
      case 'ended':
        this.#last = message.observation;
        return;
      case 'answer':
        this.#last = message.observation;
        return this.#settle(message.id, ({ resolve }) => resolve(message.observation));
      case 'refuse':
        return this.#settle(message.id, ({ reject }) => reject(new Error(message.error)));
    }
  }

  async #gather(): Promise<Inheritance> {
    const { config, observation } = this.#inherited ?? {};
    if (!observation) throw new Error('the balancer that was to be replaced said nothing of itself');
    return { config, observation, ports: await Promise.all(this.#doors) };
  }

  #ask(question: Question): Promise<BalancerObservation> {
    const past = afterEnd(this.#last ?? { epoch: 0, listeners: [], targetGroups: [], loadBalancers: [] });
    if (!process.connected) return Promise.resolve(past);
    const id = ++this.#lastId;
    const limit = this.#limit();
    return new Promise<BalancerObservation>((resolve, reject) => {
      this.#asked.set(id, { resolve, reject });
      this.#send({ ...question, id });
    }).finally(() => clearTimeout(limit));
  }

  /** One that hangs would keep old weights for ever; its connections are lost with it. */
  #limit(): NodeJS.Timeout {
    return setTimeout(() => this.#inherited && kill(this.#inherited.from), ANSWERS_WITHIN);
  }

  #settle(id: number, settle: (asked: Asked) => void): void {
    const asked = this.#asked.get(id);
    this.#asked.delete(id);
    if (asked) settle(asked);
  }

  #end(): void {
    const past = this.#last && afterEnd(this.#last);
    for (const { resolve, reject } of this.#asked.values())
      if (past) resolve(past);
      else reject(new Error('the balancer that was replaced has ended'));
    this.#asked.clear();
    this.#changed();
  }

  #send(message: ToPredecessor): void {
    // What cannot be sent was for a process that has ended, which `disconnect` tells.
    process.send?.(message, undefined, undefined, () => undefined);
  }
}

async function inherit({ key, note }: Extract<ToSuccessor, { do: 'door' }>, server: Server): Promise<OpenPort> {
  return { key, note, door: await Door.inherit(server) };
}

function kill({ pid, startedAs }: ProcessIdentity): void {
  if (identify(pid)?.startedAs === startedAs) process.kill(pid, 'SIGKILL');
}
