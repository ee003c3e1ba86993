import { newId } from '../../../../kernel/ids.ts';
import { stamp } from '../decide/words.ts';
import type { AlarmRecord, AlarmState, MetricAlarmRecord, MetricSource, QueryRecord } from '../records.ts';

/** A state as events and functions are told it. */
export const describeState = ({ value, reason, reasonData, updatedAt }: AlarmState) => ({
  value,
  reason,
  ...(reasonData !== undefined && { reasonData }),
  timestamp: stamp(updatedAt),
});

/** A configuration as events and functions are told it. Source: CloudWatch User Guide, "Alarm events and EventBridge". */
export function describeConfiguration(alarm: AlarmRecord): Readonly<Record<string, unknown>> {
  const description = alarm.description === undefined ? {} : { description: alarm.description };
  if (alarm.kind === 'composite') return { ...description, alarmRule: alarm.expression };
  return { ...description, metrics: describeMetrics(alarm) };
}

function describeMetrics({ metric, queries }: MetricAlarmRecord): readonly unknown[] {
  if (metric) return [{ id: newId.uuid(), metricStat: describeMetric(metric), returnData: true }];
  return (queries ?? []).map(describeQuery);
}

const describeQuery = ({ id, metric, expression, label, period, returnData }: QueryRecord) => ({
  id,
  ...(metric && { metricStat: describeMetric(metric) }),
  ...(expression !== undefined && { expression }),
  ...(label !== undefined && { label }),
  ...(period !== undefined && { period }),
  returnData,
});

const describeMetric = ({ namespace, name, dimensions, period, stat, unit }: MetricSource) => ({
  metric: {
    namespace,
    name,
    dimensions: Object.fromEntries(dimensions.map((dimension) => [dimension.name, dimension.value])),
  },
  period,
  stat,
  ...(unit !== undefined && { unit }),
});
