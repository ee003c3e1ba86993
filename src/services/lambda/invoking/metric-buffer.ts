import { createBell } from '../../../kernel/bell.ts';
import type { Clock } from '../../../kernel/clock.ts';
import type { MetricDatum, PublishMetrics } from '../../../kernel/metrics.ts';
import type { Scope } from '../../../kernel/scope.ts';
import { millis, minutes, seconds } from '../../../kernel/span.ts';

/** AWS publishes each minute. Here it goes out more often, so that an alarm sees it in time. */
const EVERY = seconds(5);
const AT_LEAST = 250;
const LONGEST_WAIT = minutes(1);

/** Gathers what is published, since each publishing is a write. What is gathered when Teal is killed is in no metric. */
export interface MetricBuffer {
  /** Before the start, too. */
  readonly publish: PublishMetrics;
  start(): void;
  /** Publishes what is gathered, and nothing after. */
  close(): Promise<void>;
}

interface Batch {
  readonly scope: Scope;
  readonly namespace: string;
  readonly data: Map<string, Gathered>;
}
type Gathered = Omit<MetricDatum, 'values'> & { readonly values: Map<number, number> };

export function createMetricBuffer(clock: Clock, publish: PublishMetrics): MetricBuffer {
  const closing = new AbortController();
  const bell = createBell(clock);
  const pause = millis(Math.max(AT_LEAST, clock.scaled(EVERY)));
  const batches = new Map<string, Batch>();

  const flush = (): void => {
    for (const { scope, namespace, data } of batches.values()) publish(scope, namespace, [...data.values()].map(shown));
    batches.clear();
  };

  const run = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      await bell.wait(LONGEST_WAIT, closing.signal);
      await clock.sleep(pause, closing.signal);
      flush();
    }
  };
  let running: Promise<void> | undefined;

  return {
    start() {
      running = run();
    },
    publish(scope, namespace, data) {
      if (closing.signal.aborted) return;
      const { account, region } = scope;
      const key = JSON.stringify([account, region, namespace]);
      const batch = batches.get(key) ?? { scope: { account, region }, namespace, data: new Map<string, Gathered>() };
      batches.set(key, batch);
      for (const datum of data) gather(batch, datum);
      bell.ring();
    },
    async close() {
      closing.abort();
      await running;
      flush();
    },
  };
}

/** Keeps one entry for each metric and second. */
function gather({ data }: Batch, { values, ...datum }: MetricDatum): void {
  const second = Math.floor(datum.at.getTime() / 1000) * 1000;
  const key = JSON.stringify([datum.name, datum.dimensions, datum.unit, second]);
  const gathered = data.get(key) ?? { ...datum, at: new Date(second), values: new Map<number, number>() };
  data.set(key, gathered);
  for (const [value, count] of values) gathered.values.set(value, (gathered.values.get(value) ?? 0) + count);
}

const shown = ({ values, ...datum }: Gathered): MetricDatum => ({ ...datum, values: [...values] });
