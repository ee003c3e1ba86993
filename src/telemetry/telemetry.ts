import type { Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';
import type { MetricDatum } from '../kernel/metrics.ts';
import type { Scope } from '../kernel/scope.ts';
import { ApiCalls, type ApiCall } from './api-calls.ts';
import { DeploymentCounts } from './deployment-counts.ts';
import { writePage, type Sources } from './page.ts';
import { openProcessReadings } from './process-readings.ts';
import { Published } from './published.ts';
import { Statements } from './statements.ts';
import { storeSize } from './store-size.ts';
import { Timers } from './timers.ts';

/** What this process counts of itself, and the page for Prometheus. A reset of Teal leaves its counts as they are. */
export interface Telemetry {
  readonly countCall: (call: ApiCall) => void;
  readonly countStatement: (kind: string, seconds: number) => void;
  /** The same clock, whose waits are counted for one part of Teal. */
  watch(clock: Clock, part: string): Clock;
  /** Lets published metrics be counted before they go on. */
  tap<R>(publish: Publish<R>): Publish<R>;
  /** In Prometheus's text format 0.0.4. */
  page(platform: Sources): Promise<string>;
  close(): void;
}

type Publish<R> = (scope: Scope, namespace: string, data: readonly MetricDatum[]) => R;

/** @param database - its file */
export function openTelemetry(database: string, logger: Logger): Telemetry {
  const calls = new ApiCalls();
  const statements = new Statements();
  const timers = new Timers();
  const published = new Published();
  const deployments = new DeploymentCounts();
  const ownProcess = openProcessReadings();
  const own: Sources = {
    process: async () => ownProcess.families(),
    api: async () => calls.families(),
    store: async () => [...(await storeSize(database)()), ...statements.families()],
    loops: async () => timers.families(),
    published: async () => published.families(),
    history: async () => deployments.families(),
  };
  return {
    countCall: (call) => calls.add(call),
    countStatement: (kind, seconds) => statements.add(kind, seconds),
    watch: (clock, part) => timers.watch(clock, part),
    tap: (publish) => (scope, namespace, data) => {
      published.add(scope, namespace, data);
      deployments.add(scope, namespace, data);
      return publish(scope, namespace, data);
    },
    page: (platform) => writePage({ ...platform, ...own }, logger),
    close: () => ownProcess.close(),
  };
}
