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
/** An Engine may take a second, which can be longer than a scaled minute: the next is asked for meanwhile. */
const MOST_UNDER_WAY = 8;

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
  const { clock } = parts;
  const period = Math.max(AT_LEAST, clock.scaled(MINUTE));
  let published: Promise<UsageSample | undefined> = sample(parts).catch(() => undefined);
  let underWay = 0;
  let lastTurn = 0;
  while (!signal.aborted) {
    const now = clock.now().getTime();
    const next = (Math.floor(now / period) + 1) * period;
    // A timer may wake a moment early.
    lastTurn = next === lastTurn ? next + period : next;
    await clock.sleep(millis(lastTurn - now), signal);
    if (signal.aborted || underWay >= MOST_UNDER_WAY) continue;
    underWay += 1;
    published = publishTurn(parts, published, new Date(lastTurn)).finally(() => (underWay -= 1));
  }
  await published;
}

/** Gives what to compare the next with; never rejects. */
async function publishTurn(
  parts: UsageParts,
  previous: Promise<UsageSample | undefined>,
  at: Date,
): Promise<UsageSample | undefined> {
  try {
    const [before, after] = await Promise.all([previous, sample(parts)]);
    if (before) await publishUses(parts, before, after, at);
    return after;
  } catch (error) {
    parts.logger.warn('what tasks use could not be read; trying again', { error });
    return previous;
  }
}

async function publishUses(parts: UsageParts, before: UsageSample, after: UsageSample, at: Date): Promise<void> {
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
}

const sample = async ({ runtime, clock }: UsageParts): Promise<UsageSample> => ({
  at: clock.now().getTime(),
  usage: await runtime.usage(),
});
