import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Balancer, BalancerConfig, BalancerObservation, BalancerOptions } from '../balancer.ts';
import { findHaproxy, type HaproxyProgram } from './find-haproxy.ts';
import { LACKS } from './lacks.ts';
import { LogFeed } from './log-feed.ts';
import { readLogLine } from './log-line.ts';
import { placesIn, type Places } from './places.ts';
import { Plane } from './plane.ts';
import { Claim, readSecret } from './state.ts';
import { TrafficLog } from './traffic-log.ts';

/** Milliseconds between looks at HAProxy, and while something is starting or draining. */
const LOOK_EVERY = 1000;
const LOOK_OFTEN = 50;
/** Milliseconds between attempts to bring a dead HAProxy back. */
const RETRY_AFTER = 500;

/**
 * Drives HAProxy: takes up the one that runs in the folder, or starts one.
 *
 * @throws when there is no HAProxy that is new enough, or it does not come up
 */
export async function createHaproxyBalancer(options: BalancerOptions): Promise<Balancer> {
  const program = await findHaproxy();
  const folder = resolve(options.folder);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const balancer = new HaproxyBalancer(program, { ...options, folder });
  try {
    await balancer.open();
  } catch (cause) {
    await balancer.close({ leaveRunning: true });
    throw cause;
  }
  return balancer;
}

class HaproxyBalancer implements Balancer {
  readonly name = 'haproxy';
  readonly about: Balancer['about'];
  readonly #onChange: () => void;
  readonly #places: Places;
  readonly #claim: Claim;
  readonly #log: TrafficLog;
  readonly #plane: Plane;
  readonly #feed: LogFeed;
  #timer: NodeJS.Timeout | undefined;
  #working: Promise<unknown> = Promise.resolve();
  /** Of this driver's last config: epochs of two drivers are not comparable. */
  #epoch = -Infinity;
  #told = '';
  #isClosed = false;

  constructor({ path, version }: HaproxyProgram, { folder, host, onChange, note }: BalancerOptions) {
    this.about = { version: `HAProxy ${version}`, lacks: LACKS };
    this.#onChange = onChange;
    this.#places = placesIn(folder);
    this.#claim = new Claim(folder);
    this.#feed = new LogFeed(this.#places, (line) => this.#logged(line));
    this.#log = new TrafficLog(host, (text) => note?.(text));
    this.#plane = new Plane({
      program: path,
      places: this.#places,
      host,
      secret: readSecret(folder),
      log: this.#log,
      onHangUp: () => this.#schedule(0),
    });
  }

  async open(): Promise<void> {
    await this.#queue(async () => {
      await this.#plane.takeUp();
      await this.#feed.follow(this.#plane.workers);
    });
    this.#schedule(LOOK_OFTEN);
  }

  apply(config: BalancerConfig): Promise<BalancerObservation> {
    return this.#queue(async () => {
      if (config.epoch >= this.#epoch) {
        this.#epoch = config.epoch;
        const { isShift } = await this.#plane.apply(config);
        await this.#log.keep(this.#plane.book);
        if (!isShift) await this.#changed();
      }
      return this.#plane.observe();
    });
  }

  observe(): Promise<BalancerObservation> {
    return this.#queue(async () => {
      await this.#lookOrRestart();
      await this.#feed.catchUp();
      return this.#plane.observe();
    });
  }

  async close({ leaveRunning }: { readonly leaveRunning: boolean }): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#working.catch(() => undefined);
    this.#plane.release();
    if (!leaveRunning && this.#claim.holds) await this.#plane.end();
    this.#feed.close();
    await this.#log.close();
  }

  async #changed(): Promise<void> {
    await this.#feed.follow(this.#plane.workers);
    this.#schedule(LOOK_OFTEN);
    this.#onChange();
  }

  /** One thing after the other, and only while no later Teal drives. */
  #queue<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#working
      .catch(() => undefined)
      .then(() => {
        this.#claim.require();
        return work();
      });
    this.#working = done.catch(() => undefined);
    return done;
  }

  async #lookOrRestart(): Promise<void> {
    try {
      await this.#plane.look();
    } catch {
      await this.#plane.takeUp();
    }
    await this.#feed.follow(this.#plane.workers);
  }

  #schedule(after: number): void {
    clearTimeout(this.#timer);
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => void this.#tend(), after);
    this.#timer.unref();
  }

  async #tend(): Promise<void> {
    if (this.#isClosed) return;
    if (!this.#claim.holds) {
      // The later Teal has the log now.
      this.#plane.release();
      return this.#feed.close();
    }
    const next = await this.#queue(async () => {
      await this.#lookOrRestart();
      const { isRestless } = await this.#plane.tend(Date.now());
      return isRestless ? LOOK_OFTEN : LOOK_EVERY;
    }).catch(() => RETRY_AFTER);
    this.#tell();
    this.#schedule(next);
  }

  #tell(): void {
    const { targetGroups } = this.#plane.observe();
    const now = JSON.stringify(
      targetGroups.map(({ arn, targets }) => [
        arn,
        targets.map(({ key, health, reason, inFlight }) => [key, health, reason, health === 'draining' && inFlight]),
      ]),
    );
    if (now === this.#told) return;
    this.#told = now;
    this.#onChange();
  }

  #logged(line: string): void {
    const logged = readLogLine(line);
    if (!logged) return;
    if ('mark' in logged) this.#feed.marked(logged.mark);
    else this.#log.add(logged, this.#plane.book);
  }
}
