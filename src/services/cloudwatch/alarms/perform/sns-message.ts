import type { Scope } from '../../../../kernel/scope.ts';
import { stamp } from '../decide/words.ts';
import type {
  AlarmRecord,
  CompositeAlarmRecord,
  MetricAlarmRecord,
  MetricSource,
  PendingWork,
  QueryRecord,
} from '../records.ts';
import { regionName } from './region-names.ts';

/** The message of an alarm to a topic. Source: spec/platform §12.8; recording: aws-recorded §5, "SNS message of an alarm". */
export const snsMessage = (scope: Scope, alarm: AlarmRecord, { from, to }: PendingWork): string =>
  JSON.stringify({
    AlarmName: alarm.name,
    AlarmDescription: alarm.description ?? null,
    AWSAccountId: scope.account,
    AlarmConfigurationUpdatedTimestamp: stamp(alarm.configuredAt),
    NewStateValue: to.value,
    NewStateReason: to.reason,
    StateChangeTime: stamp(to.updatedAt),
    Region: regionName(scope.region),
    AlarmArn: alarm.arn,
    OldStateValue: from.value,
    OKActions: alarm.okActions,
    AlarmActions: alarm.alarmActions,
    InsufficientDataActions: alarm.insufficientDataActions,
    ...(alarm.kind === 'metric' ? { Trigger: trigger(alarm) } : ofComposite(alarm, to.reasonData)),
  });

function trigger({ rule, period, metric, queries }: MetricAlarmRecord) {
  return {
    ...(metric && ofMetric(metric)),
    Period: period,
    EvaluationPeriods: rule.evaluationPeriods,
    ...(rule.datapointsToAlarm !== undefined && { DatapointsToAlarm: rule.datapointsToAlarm }),
    ComparisonOperator: rule.comparison,
    Threshold: rule.threshold,
    TreatMissingData: rule.treatMissingData ?? 'missing',
    EvaluateLowSampleCountPercentile: rule.lowSamples ?? '',
    ...(queries && { Metrics: queries.map(ofQuery) }),
  };
}

const isBasic = (stat: string): boolean => ['SampleCount', 'Average', 'Sum', 'Minimum', 'Maximum'].includes(stat);

const ofMetric = ({ name, namespace, stat, unit, dimensions }: MetricSource) => ({
  MetricName: name,
  Namespace: namespace,
  ...(isBasic(stat)
    ? { StatisticType: 'Statistic', Statistic: stat === 'SampleCount' ? 'SAMPLE_COUNT' : stat.toUpperCase() }
    : { StatisticType: 'ExtendedStatistic', ExtendedStatistic: stat }),
  Unit: unit ?? null,
  Dimensions: dimensions.map((dimension) => ({ value: dimension.value, name: dimension.name })),
});

const ofQuery = ({ id, metric, expression, label, returnData }: QueryRecord) => ({
  ...(expression !== undefined && { Expression: expression }),
  Id: id,
  ...(label !== undefined && { Label: label }),
  ...(metric && {
    MetricStat: {
      Metric: {
        Dimensions: metric.dimensions.map(({ name, value }) => ({ value, name })),
        MetricName: metric.name,
        Namespace: metric.namespace,
      },
      Period: metric.period,
      Stat: metric.stat,
      ...(metric.unit !== undefined && { Unit: metric.unit }),
    },
  }),
  ReturnData: returnData,
});

interface Triggering {
  readonly arn: string;
  readonly state: { readonly value: string; readonly timestamp: string };
}

function ofComposite({ expression }: CompositeAlarmRecord, reasonData = '{}') {
  return {
    AlarmRule: expression,
    TriggeringChildren: triggering(reasonData).map(({ arn, state }) => ({
      Arn: arn,
      State: { Value: state.value, Timestamp: state.timestamp },
    })),
  };
}

/** SetAlarmState may have given any JSON. */
function triggering(reasonData: string): readonly Triggering[] {
  const data = JSON.parse(reasonData) as { triggeringAlarms?: unknown } | null;
  const found: readonly unknown[] = Array.isArray(data?.triggeringAlarms) ? data.triggeringAlarms : [];
  return found.filter(
    (one): one is Triggering => typeof one === 'object' && one !== null && 'arn' in one && 'state' in one,
  );
}
