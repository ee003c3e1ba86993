import type { PublishMetrics } from '../../../kernel/metrics.ts';
import type { Readings } from '../../../kernel/readings.ts';
import type { EcsDeps } from '../deps.ts';
import { keepPublishingUsage } from './publisher.ts';
import { ecsReadings } from './readings.ts';
import type { TaskUse } from './task-use.ts';

/** Measures what tasks use, for CloudWatch and Prometheus. */
export interface UsageWatch {
  readonly readings: Readings;
  start(): void;
  close(): Promise<void>;
}

export function createUsageWatch(deps: EcsDeps, publish: PublishMetrics): UsageWatch {
  const closing = new AbortController();
  let uses: ReadonlyMap<string, TaskUse> = new Map();
  let running: Promise<void> = Promise.resolve();
  return {
    readings: () => ecsReadings(deps.store, uses),
    start() {
      running = keepPublishingUsage({ ...deps, publish, onUses: (found) => (uses = found) }, closing.signal);
    },
    async close() {
      closing.abort();
      await running;
    },
  };
}
