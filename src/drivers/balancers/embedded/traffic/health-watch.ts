import type { HealthCheckConfig } from '../../balancer.ts';
import { checkTarget, type Checked } from './health-check/check-target.ts';
import { afterCheck, registered, type Health } from './target-health.ts';

/** How soon a target that is still starting is tried again, in milliseconds. */
const EAGER_RETRY = 250;
const SHORTEST_PAUSE = 10;

/** Checks one target for as long as it is open: at once, then every interval. */
export class HealthWatch {
  health: Health;
  readonly #target: Checked;
  readonly #config: () => HealthCheckConfig;
  readonly #changed: () => void;
  readonly #closed = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  /** @param known - what to go on from */
  constructor(target: Checked, config: () => HealthCheckConfig, changed: () => void, known?: Health) {
    this.health = known ?? registered(Date.now());
    this.#target = target;
    this.#config = config;
    this.#changed = changed;
    void this.#check();
  }

  close(): void {
    this.#closed.abort();
    clearTimeout(this.#timer);
  }

  async #check(): Promise<void> {
    const startedAt = Date.now();
    const config = this.#config();
    const result = await checkTarget(this.#target, config, this.#closed.signal);
    if (this.#closed.signal.aborted) return;
    const before = this.health;
    this.health = afterCheck(before, result, config, Date.now());
    if (before.state !== this.health.state || before.description !== this.health.description) this.#changed();
    const pause = this.health.state === 'initial' ? Math.min(config.interval, EAGER_RETRY) : config.interval;
    const wait = Math.max(SHORTEST_PAUSE, startedAt + pause - Date.now());
    this.#timer = setTimeout(() => void this.#check(), wait);
  }
}
