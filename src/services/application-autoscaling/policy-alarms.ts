import type { MetricDataQuery, PutMetricAlarmCommandInput } from '@aws-sdk/client-cloudwatch';
import type { PolicyRecord } from './records.ts';
import { parseResource } from './resource.ts';

/** Scaling in begins below this share of the target. Source: alarms as AWS makes them for ECS. */
const LOW_SHARE = 0.9;

type Watched = Pick<
  PutMetricAlarmCommandInput,
  'Namespace' | 'MetricName' | 'Dimensions' | 'Statistic' | 'Unit' | 'Metrics' | 'Period'
>;

/** The two alarms of a target tracking policy: above the target for three minutes, well below it for fifteen. */
export function policyAlarms(policy: PolicyRecord): PutMetricAlarmCommandInput[] {
  if (!policy.tracking) return [];
  const { TargetValue: target = 0, DisableScaleIn } = policy.tracking;
  const shared = {
    ...watched(policy),
    AlarmDescription: `DO NOT EDIT OR DELETE. For TargetTrackingScaling policy ${policy.arn}.`,
    AlarmActions: [policy.arn],
  };
  const [high, low] = policy.alarms;
  const above = { ...shared, AlarmName: high?.name, EvaluationPeriods: 3, Threshold: target };
  const below = { ...shared, AlarmName: low?.name, EvaluationPeriods: 15, Threshold: target * LOW_SHARE };
  return [
    { ...above, ComparisonOperator: 'GreaterThanThreshold' },
    ...(DisableScaleIn ? [] : [{ ...below, ComparisonOperator: 'LessThanThreshold' } as const]),
  ];
}

function watched({ tracking, resourceId }: PolicyRecord): Watched {
  const { cluster, service } = parseResource(resourceId);
  const { PredefinedMetricSpecification: predefined, CustomizedMetricSpecification: own } = tracking ?? {};
  if (own?.Metrics?.length) return { Metrics: own.Metrics.map(withPeriod) };
  if (own)
    return {
      Namespace: own.Namespace,
      MetricName: own.MetricName,
      Dimensions: own.Dimensions,
      Statistic: own.Statistic,
      Period: 60,
      ...(own.Unit !== undefined && { Unit: own.Unit as Watched['Unit'] }),
    };
  if (predefined?.PredefinedMetricType === 'ALBRequestCountPerTarget') {
    const [, balancer = '', group = ''] = /^(.+)\/(targetgroup\/.+)$/.exec(predefined.ResourceLabel ?? '') ?? [];
    return {
      Namespace: 'AWS/ApplicationELB',
      MetricName: 'RequestCountPerTarget',
      Dimensions: [
        { Name: 'TargetGroup', Value: group },
        { Name: 'LoadBalancer', Value: balancer },
      ],
      Statistic: 'Sum',
      Period: 60,
    };
  }
  const isMemory = predefined?.PredefinedMetricType === 'ECSServiceAverageMemoryUtilization';
  return {
    Namespace: 'AWS/ECS',
    MetricName: isMemory ? 'MemoryUtilization' : 'CPUUtilization',
    Dimensions: [
      { Name: 'ClusterName', Value: cluster },
      { Name: 'ServiceName', Value: service },
    ],
    Statistic: 'Average',
    Period: 60,
  };
}

const withPeriod = (query: { readonly MetricStat?: object | undefined }): MetricDataQuery => ({
  ...(query as MetricDataQuery),
  ...(query.MetricStat && { MetricStat: { ...query.MetricStat, Period: 60 } as MetricDataQuery['MetricStat'] }),
});
