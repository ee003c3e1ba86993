import type * as Sdk from '@aws-sdk/client-cloudwatch';
import type { PublishDurably, PublishMetrics } from '../../kernel/metrics.ts';
import type { Actions, Service } from '../../wire/types.ts';
import { getMetricData } from './actions/get-metric-data.ts';
import { getMetricStatistics } from './actions/get-metric-statistics.ts';
import { listMetrics } from './actions/list-metrics.ts';
import { putMetricData } from './actions/put-metric-data.ts';
import { alarms } from './alarms/index.ts';
import { dashboardActions } from './dashboards/index.ts';
import type { CloudWatchParts } from './deps.ts';
import { evaluateMath } from './math/evaluate-math.ts';
import type { MetricDeps } from './metrics-deps.ts';
import { publishDurablyInto, publishInto } from './publish.ts';
import { Ingest } from './series/ingest.ts';
import { createRollUpLoop } from './series/roll-up-loop.ts';
import { seriesReader } from './series/series-reader.ts';

/*
 * CloudWatch: metrics, alarms and dashboards.
 *
 * Metrics are kept as long and as finely as AWS keeps them, for at most 100,000 metrics and 2 GiB on disk. Beyond the
 * first a new metric is refused with LimitExceeded; beyond the second data loses its detail, and then its oldest part,
 * sooner.
 *
 * Not served: anomaly detection, Contributor Insights rules, metric streams, mute rules, Metrics Insights (SELECT …),
 * images of metrics, metrics of other accounts. What alarms and dashboards lack stands in their index.ts.
 *
 * Different from AWS: metrics are listed at once; percentiles are exact for the newest three hours, up to 150 different values
 * a second, and within 4.4 % after, where a point has more than 16; of the dynamic parts of labels those that tell a time relative to now
 * are left as they are; a SEARCH finds metrics at once, and at most 500.
 */

export interface CloudWatchService extends Service {
  readonly publish: PublishMetrics;
  readonly publishDurably: PublishDurably;
}

export function cloudwatch(parts: CloudWatchParts): CloudWatchService {
  const { store, clock, logger } = parts;
  const ingest = new Ingest(store, clock, logger);
  const reader = seriesReader(store, ingest);
  const rolling = createRollUpLoop({ store, ingest, clock, logger });
  const watching = alarms({ ...parts, reader, evaluateMath });
  return {
    name: 'cloudwatch',
    actions: {
      ...metricActions({ store, clock, ingest, reader }),
      ...dashboardActions({ store, clock }),
      ...watching.actions,
    },
    publish: publishInto(ingest, logger),
    publishDurably: publishDurablyInto(ingest),
    async start() {
      rolling.start();
      watching.loop.start();
    },
    async close() {
      await watching.loop.close();
      await rolling.close();
      await ingest.flush();
    },
  };
}

const metricActions = (deps: MetricDeps) =>
  ({
    GetMetricData: getMetricData(deps),
    GetMetricStatistics: getMetricStatistics(deps),
    ListMetrics: listMetrics(deps),
    PutMetricData: putMetricData(deps),
  }) satisfies Actions<typeof Sdk>;
