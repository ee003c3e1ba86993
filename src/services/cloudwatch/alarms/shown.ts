import type { CompositeAlarm, MetricAlarm, MetricDataQuery, StandardUnit, Statistic } from '@aws-sdk/client-cloudwatch';
import type { AlarmRecord, CompositeAlarmRecord, MetricAlarmRecord, MetricSource, QueryRecord } from './records.ts';

export const showAlarm = (alarm: AlarmRecord): MetricAlarm | CompositeAlarm =>
  alarm.kind === 'metric' ? showMetric(alarm) : showComposite(alarm);

const common = (alarm: AlarmRecord) => ({
  AlarmName: alarm.name,
  AlarmArn: alarm.arn,
  ...(alarm.description !== undefined && { AlarmDescription: alarm.description }),
  AlarmConfigurationUpdatedTimestamp: new Date(alarm.configuredAt),
  ActionsEnabled: alarm.actionsEnabled,
  OKActions: [...alarm.okActions],
  AlarmActions: [...alarm.alarmActions],
  InsufficientDataActions: [...alarm.insufficientDataActions],
  StateValue: alarm.state.value,
  StateReason: alarm.state.reason,
  ...(alarm.state.reasonData !== undefined && { StateReasonData: alarm.state.reasonData }),
  StateUpdatedTimestamp: new Date(alarm.state.updatedAt),
  StateTransitionedTimestamp: new Date(alarm.state.transitionedAt),
});

export const showComposite = (alarm: CompositeAlarmRecord): CompositeAlarm => ({
  ...common(alarm),
  AlarmRule: alarm.expression,
  ...(alarm.suppressor && {
    ActionsSuppressor: alarm.suppressor.alarm,
    ActionsSuppressorWaitPeriod: alarm.suppressor.waitPeriod,
    ActionsSuppressorExtensionPeriod: alarm.suppressor.extensionPeriod,
  }),
  // The words of the reason are assumed.
  ...(alarm.withheld && {
    ActionsSuppressedBy: alarm.withheld.by,
    ActionsSuppressedReason: `Actions suppressed by ${alarm.withheld.by}`,
  }),
});

export function showMetric(alarm: MetricAlarmRecord): MetricAlarm {
  const { rule, metric, queries } = alarm;
  return {
    ...common(alarm),
    ...(metric ? { ...showSource(metric), Period: metric.period } : { Dimensions: [] }),
    EvaluationPeriods: rule.evaluationPeriods,
    ...(rule.datapointsToAlarm !== undefined && { DatapointsToAlarm: rule.datapointsToAlarm }),
    Threshold: rule.threshold,
    ComparisonOperator: rule.comparison,
    ...(rule.treatMissingData !== undefined && { TreatMissingData: rule.treatMissingData }),
    ...(rule.lowSamples !== undefined && { EvaluateLowSampleCountPercentile: rule.lowSamples }),
    ...(queries && { Metrics: queries.map(showQuery) }),
  };
}

const isBasic = (stat: string): stat is Statistic =>
  ['SampleCount', 'Average', 'Sum', 'Minimum', 'Maximum'].includes(stat);

const showDimensions = ({ dimensions }: MetricSource) =>
  dimensions.map(({ name: Name, value: Value }) => ({ Name, Value }));

const showUnit = ({ unit }: MetricSource) => (unit === undefined ? {} : { Unit: unit as StandardUnit });

const showSource = (metric: MetricSource) => ({
  MetricName: metric.name,
  Namespace: metric.namespace,
  ...(isBasic(metric.stat) ? { Statistic: metric.stat } : { ExtendedStatistic: metric.stat }),
  Dimensions: showDimensions(metric),
  ...showUnit(metric),
});

const showQuery = ({ id, metric, expression, label, period, returnData }: QueryRecord): MetricDataQuery => ({
  Id: id,
  ...(metric && {
    MetricStat: {
      Metric: { Namespace: metric.namespace, MetricName: metric.name, Dimensions: showDimensions(metric) },
      Period: metric.period,
      Stat: metric.stat,
      ...showUnit(metric),
    },
  }),
  ...(expression !== undefined && { Expression: expression }),
  ...(label !== undefined && { Label: label }),
  ...(period !== undefined && { Period: period }),
  ReturnData: returnData,
});
