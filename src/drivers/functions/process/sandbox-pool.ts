import type { Clock } from '../../../kernel/clock.ts';
import type { Millis } from '../../../kernel/span.ts';
import type { FunctionSpec } from '../functions.ts';
import type { Sandbox } from './sandbox.ts';

export interface SandboxPoolOptions {
  readonly clock: Clock;
  /** At most so many processes at once, busy and idle; who comes later waits. */
  readonly limit: number;
  /** How long an idle sandbox is kept warm. */
  readonly idle: Millis;
  start(spec: FunctionSpec): Promise<Sandbox>;
}

/** Keeps sandboxes warm and bounds their number. */
export class SandboxPool {
  readonly #options: SandboxPoolOptions;
  /** Oldest first. */
  readonly #idle: { readonly key: string; readonly sandbox: Sandbox; readonly taken: AbortController }[] = [];
  readonly #busy = new Set<Sandbox>();
  readonly #starting = new Set<Promise<unknown>>();
  /** What was closed and may still be ending. */
  readonly #ending = new Set<Promise<unknown>>();
  readonly #waiting: (() => void)[] = [];
  #places: number;
  #isClosed = false;

  constructor(options: SandboxPoolOptions) {
    this.#options = options;
    this.#places = options.limit;
  }

  /** Lends a sandbox for one use: a warm one, else a new one. */
  async use<R>(spec: FunctionSpec, work: (sandbox: Sandbox) => Promise<R>): Promise<R> {
    await this.#takePlace();
    try {
      const sandbox = this.#takeWarm(keyOf(spec)) ?? (await this.#startNew(spec));
      this.#busy.add(sandbox);
      if (this.#isClosed) this.#end(sandbox);
      try {
        return await work(sandbox);
      } finally {
        this.#busy.delete(sandbox);
        this.#giveBack(sandbox);
      }
    } finally {
      this.#places++;
      this.#waiting.shift()?.();
    }
  }

  /** Ends all sandboxes; resolves when they have ended. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const { sandbox, taken } of this.#idle.splice(0)) {
      taken.abort();
      this.#end(sandbox);
    }
    for (const sandbox of this.#busy) this.#end(sandbox);
    await Promise.allSettled(this.#starting);
    await Promise.allSettled(this.#ending);
  }

  #end(sandbox: Sandbox): void {
    sandbox.close();
    const ended = sandbox.ended.finally(() => this.#ending.delete(ended));
    this.#ending.add(ended);
  }

  async #takePlace(): Promise<void> {
    while (this.#places <= 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (this.#isClosed) throw new Error('functions are closed');
    this.#places--;
  }

  #takeWarm(key: string): Sandbox | undefined {
    for (;;) {
      const at = this.#idle.findLastIndex((entry) => entry.key === key);
      const entry = at < 0 ? undefined : this.#idle.splice(at, 1)[0];
      entry?.taken.abort();
      if (!entry || entry.sandbox.isAlive) return entry?.sandbox;
    }
  }

  async #startNew(spec: FunctionSpec): Promise<Sandbox> {
    const total = this.#busy.size + this.#starting.size + this.#idle.length;
    if (total >= this.#options.limit) this.#drop(this.#idle[0]?.sandbox);
    const starting = this.#options.start(spec).then((sandbox) => {
      if (this.#isClosed) this.#end(sandbox);
      return sandbox;
    });
    this.#starting.add(starting);
    return starting.finally(() => this.#starting.delete(starting));
  }

  #giveBack(sandbox: Sandbox): void {
    if (!sandbox.isAlive || this.#isClosed) return this.#end(sandbox);
    const taken = new AbortController();
    this.#idle.push({ key: keyOf(sandbox.spec), sandbox, taken });
    void this.#options.clock.sleep(this.#options.idle, taken.signal).then(() => {
      if (!taken.signal.aborted) this.#drop(sandbox);
    });
  }

  #drop(sandbox: Sandbox | undefined): void {
    const at = this.#idle.findIndex((entry) => entry.sandbox === sandbox);
    for (const entry of at < 0 ? [] : this.#idle.splice(at, 1)) {
      entry.taken.abort();
      this.#end(entry.sandbox);
    }
  }
}

/** A sandbox serves only the very same code and configuration, by whatever qualifier they are called. */
const keyOf = (spec: FunctionSpec): string =>
  JSON.stringify({ ...spec, arn: spec.arn.split(':').slice(0, 7).join(':') });
