import type { Logger } from '../../kernel/logger.ts';
import type { MetricDatum, PublishDurably, PublishMetrics } from '../../kernel/metrics.ts';
import type { Scope } from '../../kernel/scope.ts';
import type { Ingest } from './series/ingest.ts';
import { dimensionKey } from './series/metric-identity.ts';

/** Takes what the platform itself measures, to the second, and stores it soon after. */
export const publishInto =
  (ingest: Ingest, logger: Logger): PublishMetrics =>
  (scope, namespace, data) => {
    gather(ingest, scope, namespace, data);
    ingest.flush().catch((cause: unknown) => logger.error('metrics of the platform could not be stored', { cause }));
  };

/** The same, for who must know when it is stored. */
export const publishDurablyInto =
  (ingest: Ingest): PublishDurably =>
  (scope, namespace, data) => {
    gather(ingest, scope, namespace, data);
    return ingest.flush();
  };

function gather(ingest: Ingest, scope: Scope, namespace: string, data: readonly MetricDatum[]): void {
  for (const { name, dimensions, unit, at, values } of data) {
    const known = values.filter(([value, count]) => Number.isFinite(value) && count > 0);
    if (known.length === 0) continue;
    const incoming = { name, dimensions: dimensionKey(dimensions), unit, at: at.getTime(), resolution: 1 };
    ingest.add(scope, namespace, incoming, (summary) => {
      for (const [value, count] of known) summary.addValue(value, count);
    });
  }
}
