import type { Runtime } from '../../../drivers/runtimes/runtime.ts';
import type { Clock } from '../../../kernel/clock.ts';
import type { Logger } from '../../../kernel/logger.ts';
import type { PublishMetrics } from '../../../kernel/metrics.ts';
import { millis, seconds } from '../../../kernel/span.ts';
import type { Store } from '../../../store/store.ts';
import { hasInsights, insightsData, utilisationData } from './data.ts';
import { readClusters } from './picture.ts';
import { taskUses, type TaskUse, type UsageSample } from './task-use.ts';

const MINUTE = seconds(60);
const AT_LEAST = 250;

export interface UsageParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly runtime: Pick<Runtime, 'usage'>;
  readonly publish: PublishMetrics;
  /** Hears what tasks used, by their ids. */
  readonly onUses: (uses: ReadonlyMap<string, TaskUse>) => void;
}

/**
 * Publishes what tasks use once a minute, divided by the time scale, until the signal aborts: at the minute's turn, so
 * that no period of an alarm holds two samples of a task, or none.
 */
export async function keepPublishingUsage(parts: UsageParts, signal: AbortSignal): Promise<void> {
  const { clock, logger } = parts;
  const period = Math.max(AT_LEAST, clock.scaled(MINUTE));
  let before = await sample(parts).catch(() => undefined);
  let lastTurn = 0;
  for (;;) {
    const now = clock.now().getTime();
    const next = (Math.floor(now / period) + 1) * period;
    // A timer may wake a moment early.
    const turn = next === lastTurn ? next + period : next;
    await clock.sleep(millis(turn - now), signal);
    if (signal.aborted) return;
    lastTurn = turn;
    before = await publishOnce(parts, before, new Date(turn)).catch((error: unknown) => {
      logger.warn('what tasks use could not be read; trying again', { error });
      return before;
    });
  }
}

async function publishOnce(parts: UsageParts, before: UsageSample | undefined, at: Date): Promise<UsageSample> {
  const after = await sample(parts);
  if (!before) return after;
  const clusters = await readClusters(parts.store);
  const uses = taskUses(
    clusters.flatMap(({ running }) => running),
    before,
    after,
  );
  parts.onUses(uses);
  for (const cluster of clusters) {
    const data = utilisationData(cluster, uses, at);
    if (data.length > 0) parts.publish(cluster.scope, 'AWS/ECS', data);
    if (hasInsights(cluster)) parts.publish(cluster.scope, 'ECS/ContainerInsights', insightsData(cluster, uses, at));
  }
  return after;
}

const sample = async ({ runtime, clock }: UsageParts): Promise<UsageSample> => ({
  at: clock.now().getTime(),
  usage: await runtime.usage(),
});
