import { request } from 'node:http';
import type { HealthCheckConfig } from '../../balancer.ts';
import { afterCheck, matchesCode, registered, type CheckResult, type Health } from './target-health.ts';

/** How soon a target that is still starting is tried again, in milliseconds. */
const EAGER_RETRY = 250;
const SHORTEST_PAUSE = 10;

interface Watched {
  readonly host: string;
  readonly port: number;
}

/** Checks one target for as long as it is open: at once, then every interval. */
export class HealthWatch {
  health: Health = registered(Date.now());
  readonly #target: Watched;
  readonly #config: () => HealthCheckConfig;
  readonly #changed: () => void;
  readonly #closed = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  constructor(target: Watched, config: () => HealthCheckConfig, changed: () => void) {
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
    if (before.state !== this.health.state || before.reason !== this.health.reason) this.#changed();
    const pause = this.health.state === 'initial' ? Math.min(config.interval, EAGER_RETRY) : config.interval;
    const wait = Math.max(SHORTEST_PAUSE, startedAt + pause - Date.now());
    this.#timer = setTimeout(() => void this.#check(), wait);
  }
}

/** Asks a target once, as ELB's health checker does; it never rejects. */
export function checkTarget(target: Watched, config: HealthCheckConfig, signal: AbortSignal): Promise<CheckResult> {
  const port = config.port === 'traffic-port' ? target.port : config.port;
  return new Promise((resolve) => {
    const probe = request({
      host: target.host,
      port,
      path: config.path,
      agent: false,
      headers: { 'User-Agent': 'ELB-HealthChecker/2.0', Host: `${target.host}:${port}`, Connection: 'close' },
    });
    const finish = (result: CheckResult) => {
      clearTimeout(limit);
      signal.removeEventListener('abort', abort);
      probe.destroy();
      resolve(result);
    };
    const abort = () => finish({ found: 'failed' });
    const limit = setTimeout(() => finish({ found: 'timeout' }), config.timeout);
    signal.addEventListener('abort', abort);
    probe.on('error', () => finish({ found: 'failed' }));
    probe.on('response', ({ statusCode: code = 0 }) =>
      finish(matchesCode(config.matcher, code) ? { found: 'ok' } : { found: 'wrong-code', code }),
    );
    probe.end();
  });
}
